import type { WaitReason } from '../../runtime/observe/runtime-event';
import { formatDuration } from '../view/format';
import type { Gap } from './timeline';

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
