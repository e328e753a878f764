import type { ExecutionRecord } from './execution-record';

/** Who asks for an execution. */
export interface Claimant {
  /** The invocation that the delivery is for; 1 for a start; null for a look, which takes whatever nobody else will come for. */
  readonly invocation: number | null;
  /** `awsRequestId`, or the SQS `messageId`, which Lambda's own retry keeps; for a look also that of the delivery that it acts for. */
  readonly deliveries: readonly string[];
  readonly nowMs: number;
  /** An owner that was not heard of for this long may be taken over by its own delivery, in milliseconds. */
  readonly retryAfterMs: number;
  /** When the owner was last heard of beside its record, by a heartbeat, in epoch milliseconds. @defaultValue never */
  readonly heartbeatAtMs?: number | undefined;
}

/** What a claimant may do with an execution. */
export type ClaimDecision =
  /** Goes on with it, as this invocation. `hasDied`: the owner died without a word, and its attempt was interrupted. */
  | { readonly kind: 'claim'; readonly invocation: number; readonly hasDied: boolean }
  /** The execution has ended. */
  | { readonly kind: 'finished' }
  /** This delivery has handed over, and nobody has come for it yet: it sends the hand-off again, and ends. */
  | { readonly kind: 'send-again' }
  /** Runs nothing, and nothing depends on it: the execution has gone on without it. */
  | { readonly kind: 'late' }
  /** Runs nothing, but the owner may die yet, and may then need this delivery. */
  | { readonly kind: 'duplicate' };

const late: ClaimDecision = Object.freeze({ kind: 'late' });
const duplicate: ClaimDecision = Object.freeze({ kind: 'duplicate' });

/**
 * Decides about a claim on a recorded execution. An invocation number is that of the record, or the one that it was handed over to: any
 * other one is not believed. What was handed over may be claimed, and so may what was given back, what has outlived its lease, and what
 * the same delivery finds with a silent owner. Nothing that was handed over is ever taken back.
 */
export function decideClaim(record: ExecutionRecord, claimant: Claimant): ClaimDecision {
  if (record.outcome !== null) return { kind: 'finished' };
  return record.handedOffTo === null
    ? claimRunning(record, claimant)
    : claimHandedOver(record, record.handedOffTo, claimant);
}

function claimHandedOver(record: ExecutionRecord, handedOffTo: number, claimant: Claimant): ClaimDecision {
  const claim = { kind: 'claim', invocation: handedOffTo, hasDied: false } as const;
  const { invocation, nowMs } = claimant;
  if (invocation === handedOffTo) return claim;
  // A look is no reason to end a wait early: whoever sends it for a reason says so in the record.
  if (invocation === null && !isAsleep(record, nowMs)) return claim;
  const isOwn = isOwner(record, claimant);
  if (!isOwn && invocation !== null && invocation !== record.invocation) return late;
  if (record.isGivenBack === true) return claim;
  return isOwn ? { kind: 'send-again' } : late;
}

/** The owner is known by its delivery, whatever invocation that was for: one may have gone on with what it had given back. */
function isOwner({ owner }: ExecutionRecord, { deliveries }: Claimant): boolean {
  return deliveries.includes(owner);
}

/** Whether an execution that was handed over has no reason to go on yet. */
export function isAsleep(
  {
    continuation,
    isCancelRequested,
    wake,
  }: Pick<ExecutionRecord, 'continuation' | 'isCancelRequested' | 'wake'>,
  nowMs: number,
): boolean {
  return !isCancelRequested && wake === undefined && continuation.resumeAtMs > nowMs;
}

function claimRunning(record: ExecutionRecord, claimant: Claimant): ClaimDecision {
  const { invocation } = record;
  const isOwn = isOwner(record, claimant);
  if (!isOwn && claimant.invocation !== null && claimant.invocation !== invocation) return late;
  if (record.isGivenBack === true) return { kind: 'claim', invocation, hasDied: false };
  const isDead = record.leaseUntilMs <= claimant.nowMs || (isOwn && isSilent(record, claimant));
  if (isDead) return { kind: 'claim', invocation, hasDied: true };
  return claimant.invocation === null && !isOwn ? late : duplicate;
}

function isSilent({ heardAtMs = Number.NEGATIVE_INFINITY }: ExecutionRecord, claimant: Claimant): boolean {
  const { nowMs, retryAfterMs, heartbeatAtMs = Number.NEGATIVE_INFINITY } = claimant;
  return nowMs - Math.max(heardAtMs, heartbeatAtMs) >= retryAfterMs;
}
