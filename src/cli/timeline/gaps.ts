import type { WaitReason } from '../../runtime/observe/runtime-event';
import { formatDuration } from '../view/text';
import type { Gap, InvocationBar } from './timeline';

/** What gaps are found in. */
interface GapFacts {
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

const waitedFor: Readonly<Record<WaitReason, string>> = {
  children: 'for its children',
  'retry-delay': 'to try a step again',
  signal: 'for a signal',
  slot: 'for a free slot',
  wait: 'on a timer',
};

/** What a wait was for, in words: `for a signal`. */
export function describeReason(reason: WaitReason | undefined): string {
  return reason === undefined ? '' : (waitedFor[reason] ?? reason);
}

/** What happened while nothing ran. */
export function describeGap({ fromMs, toMs, kind, reason, isOpen }: Gap): string {
  const length = formatDuration(toMs - fromMs);
  if (isOpen) return describeOpenGap(kind, length, reason);
  switch (kind) {
    case 'wait':
      return `Waited ${length}${reason === undefined ? '' : ` ${describeReason(reason)}`}`;
    case 'hand-off':
      return `Handed over in ${length}`;
    case 'recovery':
      return `Nobody for ${length}, until it was tried again`;
    case 'start':
      return `Began after ${length}`;
  }
}

/** What happens while the next invocation is waited for. */
export function describeOpenGap(kind: Gap['kind'], length: string, reason: Gap['reason']): string {
  switch (kind) {
    case 'wait':
      return `Has waited ${length}${reason === undefined ? '' : ` ${describeReason(reason)}`}`;
    case 'hand-off':
      return `Handed over ${length} ago, and not begun`;
    case 'recovery':
      return `Nobody for ${length}`;
    case 'start':
      return `Started ${length} ago, and not begun`;
  }
}
