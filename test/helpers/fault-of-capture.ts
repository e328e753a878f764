import { copyState, type StateCopy } from '../../src/runtime/core/state/copy-state';
import { describeGraph, listObjects } from './describe-graph';

/** What the plain copier gives, undefined where it refuses the state. */
export function tryToCopy(live: Record<string, unknown>): StateCopy | undefined {
  try {
    return copyState({ ...live });
  } catch {
    return undefined;
  }
}

/** What is wrong with a capture: it has to be what the plain copier gives, or be left to that. */
export function faultOfCapture(
  live: Record<string, unknown>,
  capture: StateCopy | undefined,
  plain = tryToCopy(live),
): string | undefined {
  if (capture === undefined) return undefined;
  if (plain === undefined) return 'taken, and copyState refuses it';
  if (capture.isPlain !== plain.isPlain) return `isPlain is ${capture.isPlain}`;
  const [text, expected] = [describeGraph(capture.values), describeGraph(plain.values)];
  if (text !== expected) return `${text}\nin place of\n${expected}`;
  const ours = listObjects(live);
  return [...listObjects(capture.values)].some((object) => ours.has(object)) ? 'shares an object' : undefined;
}
