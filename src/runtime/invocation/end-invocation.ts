import { ExecutionFailedError } from '../../errors';
import { keepHistory, readHistoryAhead } from '../checkpoint/history-keeper';
import { type Recorded, Superseded } from '../checkpoint/journal-entry';
import { readWait } from '../core/execution/among';
import type { Execution } from '../core/execution/execution';
import { describeError } from '../core/record/describe-error';
import {
  addEntries,
  describeWait,
  emptyHistory,
  hasEntry,
  type InvocationEntry,
  maxTravellingEntries,
  packHistory,
  roundUsd,
  unpackHistory,
} from '../core/record/history';
import { inTime, lateStoreError } from '../time/back-off';
import type { Invocation } from './invocation';
import { hasBegun, tellInvocationEnded } from './tell';

/** How long the end of an invocation waits for its history to be written, in milliseconds, and at most this part of the time left. */
const historyWithinMs = 2_000;
const historyShare = 0.5;

/** The part of the time left in which the store has to take that the execution is given back. */
const giveBackShare = 0.5;

/**
 * Ends an invocation: leaves nothing alive, tells that it has ended, and writes it into the history. Who finds there that the invocation
 * before has not come so far tells of that one, too. So what the history has was told: an end is told twice only when the process dies in
 * the one call between the telling and the entry, or when that fails. Better twice than never.
 */
export async function endInvocation(invocation: Invocation): Promise<void> {
  const { opened } = invocation;
  const entry = describeEntry(invocation);
  await invocation.close();
  let isTold = false;
  const tell = () => {
    if (isTold) return;
    isTold = true;
    invocation.tellEnd?.();
    tellInvocationEnded(invocation.emitter, entry);
  };
  const isPreviousNew = await keep(invocation, entry, tell);
  tell();
  const { previous, previousRequestId: requestId } = opened;
  if (!isPreviousNew || previous === undefined || previous.ending === 'died') return;
  const about = { invocation: previous.invocation, ...(requestId !== undefined && { requestId }) };
  tellInvocationEnded(invocation.emitter.about(about), previous);
}

/**
 * Begins to read the history that this invocation will be added to, while the continuation is on its way: the next invocation should find
 * this environment at rest. The first invocation of an execution knows that there is none.
 */
export function readAhead(invocation: Invocation): Invocation['historyRead'] {
  const { collaborators, journal, opened } = invocation;
  const { store } = collaborators;
  if (store === undefined || journal === undefined) return undefined;
  invocation.historyRead ??= hasBegun(opened.execution)
    ? readHistoryAhead({ ...collaborators, store }, opened.execution.executionId)
    : Promise.resolve({ stored: undefined });
  return invocation.historyRead;
}

/**
 * Says in the store that an invocation ends without having gone on, when it does: an execution that has failed is recorded as such, and one
 * that was handed over is in other hands.
 */
export async function giveBack(invocation: Invocation, reason: unknown): Promise<void> {
  const { journal, collaborators, logger } = invocation;
  if (journal === undefined || reason instanceof ExecutionFailedError) return;
  const withinMs = invocation.remainingMs() * giveBackShare;
  try {
    await inTime(collaborators.timer, withinMs, journal.giveBack(), lateStoreError);
  } catch (error) {
    if (error instanceof Superseded) return;
    logger.warn('execution could not be given back; its next delivery has to wait', {
      error: describeError(error),
    });
  }
}

/** An invocation that died has its entry written by the next one before that does anything: it may die, too. */
export async function keepDead(invocation: Invocation): Promise<void> {
  const { collaborators, journal, logger, opened } = invocation;
  const { previous, execution } = opened;
  const { store } = collaborators;
  if (store === undefined || journal === undefined || previous?.ending !== 'died') return;
  const withinMs = Math.min(historyWithinMs, invocation.remainingMs() * historyShare);
  const expiresAtMs = journal.readExpiry();
  await keepHistory({ ...collaborators, store, logger }, execution.executionId, [previous], {
    expiresAtMs,
    withinMs,
  });
}

/** @returns whether the invocation before was missing there */
async function keep(invocation: Invocation, entry: InvocationEntry, tell: () => void): Promise<boolean> {
  const { collaborators, journal, logger, opened } = invocation;
  const { execution, previous } = opened;
  const { store } = collaborators;
  if (store === undefined || journal === undefined) return false;
  const withinMs = Math.min(historyWithinMs, invocation.remainingMs() * historyShare);
  const added = previous === undefined ? [entry] : [previous, entry];
  const before = await keepHistory({ ...collaborators, store, logger }, execution.executionId, added, {
    read: readAhead(invocation),
    expiresAtMs: journal.readExpiry(),
    onWrite: tell,
    withinMs,
  });
  return previous !== undefined && before !== undefined && !hasEntry(before, previous);
}

/** This invocation, as the history says it. What it did and cost is what was recorded: the sum of all is what the record says. */
function describeEntry(invocation: Invocation): InvocationEntry {
  const { execution, ending, handedOverBytes: bytes, journal } = invocation;
  const recorded = journal?.recorded ?? { ...execution, costUsd: invocation.readCostUsd() };
  const wait = ending === 'waiting' && describeWait(readWait(execution), execution.resumeAtMs);
  return { ...describeSoFar(invocation, recorded), ending, bytes, ...wait };
}

function describeSoFar(
  { collaborators, context, execution }: Invocation,
  { stepCount, failedAttemptCount, costUsd }: Recorded,
): Omit<InvocationEntry, 'bytes' | 'ending'> {
  const endedAtMs = collaborators.clock.now();
  const { invocation, trail } = execution;
  const { run } = trail;
  return {
    invocation,
    startedAtMs: run?.startedAtMs ?? endedAtMs,
    endedAtMs,
    isCold: run?.isCold ?? false,
    version: context.functionVersion,
    stepCount: stepCount - (run?.stepCount ?? 0),
    failedAttemptCount: failedAttemptCount - (run?.failedAttemptCount ?? 0),
    costUsd: roundUsd(costUsd - (run?.costUsd ?? 0)),
  };
}

/** Where no store keeps it, the history travels with the execution: its last invocations, this one with them. */
export function carryHistory(
  invocation: Invocation,
  next: Execution,
  { isDelayed, bytes }: { isDelayed: boolean; bytes: number },
): Execution {
  const { run: _run, history, ...trail } = next.trail;
  const { last: progress } = invocation.progressReport;
  const ending = isDelayed ? ('waiting' as const) : ('handed-off' as const);
  const wait = isDelayed && describeWait(readWait(next), next.resumeAtMs);
  const entry = { ...describeSoFar(invocation, next), ending, bytes, ...wait };
  const before = unpackHistory(history) ?? emptyHistory;
  const kept = packHistory(addEntries(before, [entry], maxTravellingEntries));
  return { ...next, trail: { ...trail, ...(progress && { progress }), history: kept } };
}

/** How much an invocation hands over, and what it waits for, in the record that says so: for its entry, should it not come to write it. */
export function nameHandedOver(next: Execution, bytes: number, isAsleep: boolean): Execution {
  const { run } = next.trail;
  const reason = isAsleep ? (readWait(next) ?? 'wait') : undefined;
  const wait = reason === undefined ? {} : { reason };
  return run === undefined ? next : { ...next, trail: { ...next.trail, run: { ...run, bytes, ...wait } } };
}
