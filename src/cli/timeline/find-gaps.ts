import type { WaitReason } from '../../runtime/observe/runtime-event';
import type { Gap, InvocationBar } from './timeline';

/** What gaps are found in. */
export interface GapFacts {
  readonly startMs: number;
  readonly invocations: readonly InvocationBar[];
  /** What an invocation that ended as `waiting` waited for, by its place in the list. */
  readonly reasons?: ReadonlyMap<InvocationBar, WaitReason>;
  /** Until when what has not ended is drawn; undefined when it has. */
  readonly openUntilMs: number | undefined;
}

/** Finds the time in which nothing ran, and why. Invocations side by side leave no gap. */
export function findGaps({ startMs, invocations, reasons, openUntilMs }: GapFacts): Gap[] {
  const gaps: Gap[] = [];
  let endMs = startMs;
  let last: InvocationBar | undefined;
  const add = (toMs: number, isOpen: boolean) => {
    if (toMs <= endMs) return;
    const kind = last === undefined ? 'start' : nameGap(last);
    const reason = last && reasons?.get(last);
    gaps.push({ fromMs: endMs, toMs, kind, reason, after: last?.invocation ?? 0, isOpen });
  };
  for (const bar of invocations) {
    add(bar.startMs, false);
    if (last !== undefined && bar.endMs < endMs) continue;
    endMs = Math.max(endMs, bar.endMs);
    last = bar;
  }
  if (openUntilMs !== undefined && last?.ending !== 'running') add(openUntilMs, true);
  return gaps;
}

function nameGap({ ending }: InvocationBar): Gap['kind'] {
  if (ending === 'waiting') return 'wait';
  return ending === 'handed-off' ? 'hand-off' : 'recovery';
}
