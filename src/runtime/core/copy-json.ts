import { InvalidInputError } from '../../errors';

/**
 * A copy of a document as JSON sees it: ours to freeze, and the same in every invocation.
 *
 * @throws InvalidInputError when JSON cannot express it.
 */
export function copyJson(document: unknown): unknown {
  let copy: unknown;
  try {
    copy = JSON.parse(JSON.stringify(document) ?? 'null');
  } catch (cause) {
    throw describeNotJson(cause);
  }
  if (isDeeperThan(maxDepth, copy)) throw describeNotJson(new RangeError(`more than ${maxDepth} levels deep`));
  return copy;
}

/** What is nested deeper may be read here and overflow the stack where it is written again. The state has the same limit. */
const maxDepth = 1_000;

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeperThan(levels - 1, part));
}

/** The error for an input that no JSON text can give. */
export function describeNotJson(cause: unknown): InvalidInputError {
  return new InvalidInputError({
    problem: 'The start event is not a JSON document.',
    cure: 'Send plain JSON: no cycles, no BigInt, at most 1,000 levels deep.',
    details: { job: '', faults: ['not JSON'] },
    cause,
  });
}
