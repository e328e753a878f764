import type { RedriveObstacle } from '../../../errors';
import { firstChain } from '../execution/chain';
import { firstLine } from '../execution/line';
import { dropSlot } from '../execution/slot';
import type { ExecutionRecord } from './execution-record';

/** Owns an execution between a redrive and the next claim: no delivery has this name. */
const redriver = 'redrive';

/** Whether an execution may be redriven, and what its record says then. */
export type RedriveDecision =
  | { readonly kind: 'granted'; readonly record: ExecutionRecord }
  | { readonly kind: 'refused'; readonly standing: RedriveObstacle };

/**
 * Checks a redrive. A failed execution may go on, and so may one whose last invocation must be dead, whether it has handed over to one
 * that never came or not. A second redrive before the next invocation begins is granted too: it leads to the same invocation.
 */
export function checkRedrive(record: ExecutionRecord, nowMs: number, isUnpinned = false): RedriveDecision {
  const standing = findObstacle(record, nowMs);
  return standing === undefined
    ? { kind: 'granted', record: describeRedriven(record, nowMs, isUnpinned) }
    : { kind: 'refused', standing };
}

function findObstacle(
  { outcome, handedOffTo, owner, leaseUntilMs, isParked, isGivenBack, continuation }: ExecutionRecord,
  nowMs: number,
) {
  if (outcome !== null) {
    if (outcome.status !== 'failed') return outcome.status;
    return continuation.undo?.compensation === undefined ? undefined : 'compensated';
  }
  if (owner === redriver || isParked || isGivenBack) return undefined;
  if (handedOffTo === null) return nowMs < leaseUntilMs ? 'running' : undefined;
  return nowMs < Math.max(leaseUntilMs, continuation.resumeAtMs) ? 'handed-off' : undefined;
}

/**
 * The record of an execution that goes on from its last safe point. The higher epoch stops an owner that is alive after all. What the
 * failure has counted is forgiven (attempts, interruptions, idle hand-offs), and `maxDurationMs` counts again; invocations count on.
 * A request to cancel that the failure has overtaken is forgotten, any other one stands.
 */
function describeRedriven(record: ExecutionRecord, nowMs: number, isUnpinned: boolean): ExecutionRecord {
  const { continuation, outcome } = record;
  const { pin, wakeUpCount } = continuation.line ?? firstLine;
  const handedOffTo = record.handedOffTo ?? record.invocation + 1;
  const hasDied = outcome === null && record.handedOffTo === null && record.isGivenBack !== true;
  return {
    ...record,
    epoch: record.epoch + 1,
    writeCount: 0,
    invocation: handedOffTo - 1,
    handedOffTo,
    owner: redriver,
    isCancelRequested: outcome === null && record.isCancelRequested,
    isParked: undefined,
    isGivenBack: undefined,
    isHandingOver: undefined,
    // The look that is sent then must find a reason to wake it.
    ...(continuation.isWaiting && { wake: 'raised' as const }),
    outcome: null,
    continuation: {
      ...dropSlot(continuation),
      invocation: handedOffTo,
      startedAtMs: nowMs,
      ...(hasDied && { trail: { ...continuation.trail, hasDied } }),
      attempt: 1,
      resumeAtMs: continuation.isWaiting ? continuation.resumeAtMs : 0,
      idleInvocationCount: 0,
      interruptionCount: 0,
      interruption: null,
      chain: firstChain,
      stall: null,
      line: { ...firstLine, wakeUpCount, pin: isUnpinned ? null : pin },
    },
  };
}
