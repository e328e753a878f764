import type { RedriveObstacle } from '../../../errors';
import { dropSlot } from '../execution/apply-among';
import { countDeath, type Interruption } from '../execution/interruption';
import { firstChain, firstLine } from '../execution/line';
import { isAsleep } from './claim';
import type { ExecutionRecord } from './execution-record';

/** How long nobody must have come for an execution, in milliseconds, unless it is said: Lambda tries an event again after one and two minutes. */
export const defaultGraceMs = 900_000;
/** The shortest grace to ask for, in milliseconds: below that Lambda's own second try may still come. */
export const leastGraceMs = 60_000;
/** The most executions that one sweep may be asked to send on. */
export const maxSwept = 1_000;

/** Owns an execution between a sweep and the next claim: no delivery has this name. */
const sweeper = 'sweep';

/**
 * What the record of an execution says that a sweep sends on; undefined when somebody may still come for it, or when it has ended, or is
 * parked: that one waits for a person.
 *
 * It will not be retried when the last invocation must be dead for `graceMs` and has neither handed over nor ended, or when what it handed over to
 * has not come `graceMs` after the time that it was due. The first counts as an interruption; nothing that was counted is forgiven.
 */
export function sweepRecord(
  record: ExecutionRecord,
  nowMs: number,
  graceMs: number,
): ExecutionRecord | undefined {
  const { continuation, handedOffTo, leaseUntilMs, outcome } = record;
  const isCalled = record.wake !== undefined || record.isCancelRequested;
  const isSleep = handedOffTo !== null && !isCalled;
  const { kind } = continuation.among?.sleep ?? {};
  // Whoever it waits for may have died between its end and the flag: it looks itself, now and then.
  const isForgotten = kind === 'children' || kind === 'slot';
  const awaitedMs = isForgotten ? (record.heardAtMs ?? 0) : continuation.resumeAtMs;
  const dueMs = isSleep ? Math.max(leaseUntilMs, awaitedMs) : leaseUntilMs;
  if (outcome !== null || record.isParked || nowMs < dueMs + graceMs) return undefined;
  const next = handedOffTo ?? record.invocation + 1;
  const hasDied = handedOffTo === null && record.isGivenBack !== true;
  const counted = { ...continuation, line: continuation.line ?? firstLine };
  return {
    ...record,
    epoch: record.epoch + 1,
    writeCount: 0,
    invocation: next - 1,
    handedOffTo: next,
    owner: sweeper,
    isGivenBack: undefined,
    isHandingOver: undefined,
    // From now on the grace is counted: another sweep does not send it on as well.
    leaseUntilMs: nowMs,
    ...(isForgotten && { heardAtMs: nowMs }),
    // A look wakes what has a reason: here it is this sweep.
    ...(isAsleep(record, nowMs) && { wake: 'raised' as const }),
    continuation: {
      ...(hasDied ? countDeath(counted, describeDeath(record)) : counted),
      ...(hasDied && { trail: { ...continuation.trail, hasDied } }),
      invocation: next,
      chain: firstChain,
    },
  };
}

function describeDeath({ continuation, isHandingOver }: ExecutionRecord): Interruption {
  return { ending: 'unknown', unit: continuation.step ?? '', ...(isHandingOver && { place: 'hand-off' }) };
}

/** Owns an execution between a redrive and the next claim: no delivery has this name. */
const redriver = 'redrive';

/** Whether an execution may be redriven, and what its record says then. */
type RedriveDecision =
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
