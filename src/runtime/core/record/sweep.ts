import { firstChain } from '../execution/chain';
import { countDeath, type Interruption } from '../execution/interruption';
import { firstLine } from '../execution/line';
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
