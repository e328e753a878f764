import type { ExecutionRecord } from './execution-record';

/** Who asks for an execution. */
export interface Claimant {
  /** The invocation that the delivery is for; 1 for a start. */
  readonly invocation: number;
  /** `awsRequestId`, or the SQS `messageId`: Lambda's own retry keeps it. */
  readonly delivery: string;
  readonly nowMs: number;
}

/** Whether a claimant may go on with an execution. */
export type ClaimVerdict =
  | {
      readonly kind: 'claimed' /** Whether the last owner died without a word: its attempt was interrupted. */;
      readonly wasInterrupted: boolean;
    }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'finished' };

/**
 * Judges a claim on a recorded execution. Invocation *m* may be claimed when the record was handed off to *m*; or the record is at *m*
 * and the same delivery comes again, which revokes a hand-off that nobody claimed yet; or the record was not handed off, *m* is not
 * below its invocation, and the lease has expired.
 */
export function judgeClaim(record: ExecutionRecord, { invocation, delivery, nowMs }: Claimant): ClaimVerdict {
  if (record.outcome !== null) return { kind: 'finished' };
  if (record.handedOffTo === invocation) return { kind: 'claimed', wasInterrupted: false };
  const isSameDelivery = record.invocation === invocation && record.owner === delivery;
  if (isSameDelivery) return { kind: 'claimed', wasInterrupted: record.handedOffTo === null };
  const isAbandoned = record.handedOffTo === null && invocation >= record.invocation && record.leaseUntilMs <= nowMs;
  return isAbandoned ? { kind: 'claimed', wasInterrupted: true } : { kind: 'duplicate' };
}
