import { keepHistory } from '../checkpoint/history-keeper';
import { retentionMs } from '../checkpoint/journal-entry';
import { nameUnit } from '../core/execution/execution';
import { checkContinuation, resumeExecution } from '../core/message/continuation';
import type { ExecutionRecord } from '../core/record/execution-record';
import { nameCompanion } from '../core/record/heartbeat';
import { describeLastInvocation, emptyHistory, hasEntry, readStoredHistory } from '../core/record/history';
import { tellInvocationEnded } from '../invocation/tell';
import type { ClaimRequest } from './write-claim';

/** How long its history is waited for, in milliseconds, and at most this part of the time left. */
const withinMaxMs = 2_000;
const withinShare = 0.5;

/**
 * Tells how an execution ended when the process that recorded it died before it could: the history says whether it could. Only the
 * delivery that recorded it comes back for that, once its first try must be dead: Lambda tries again what died.
 */
export async function tellFinished(request: ClaimRequest, record: ExecutionRecord): Promise<void> {
  const { collaborators, delivery, executionId, plan, store } = request;
  const { clock, platform, retryAfterMs, logger } = collaborators;
  const { owner, leaseUntilMs, heardAtMs = 0, outcome } = record;
  const nowMs = clock.now();
  const isDead = leaseUntilMs <= nowMs || nowMs - heardAtMs >= retryAfterMs;
  const entry = describeLastInvocation(record);
  if (owner !== delivery || !isDead || entry === undefined || outcome === null) return;
  const id = nameCompanion('history', executionId, platform.digest);
  const read = await store.load(id).then(
    (stored) => ({ stored }),
    () => undefined,
  );
  // What cannot be read is not told: it would be told every time.
  if (read === undefined || hasEntry(readStoredHistory(read.stored) ?? emptyHistory, entry)) return;
  tell(request, record);
  tellInvocationEnded(emitterOf(request, record), entry);
  await keepHistory({ ...collaborators, store, logger }, executionId, [entry], {
    read: Promise.resolve(read),
    expiresAtMs: nowMs + plan.limits.maxDurationMs + retentionMs,
    withinMs: Math.min(withinMaxMs, request.remainingMs() * withinShare),
  });
}

function emitterOf({ emitter }: ClaimRequest, { invocation, owner, continuation }: ExecutionRecord) {
  const { requestId = owner } = continuation.trail?.run ?? {};
  return emitter.about({ invocation, requestId });
}

function tell(request: ClaimRequest, record: ExecutionRecord): void {
  const { outcome, heardAtMs: atMs = request.collaborators.clock.now() } = record;
  const execution = resumeExecution(request.plan, checkContinuation(record.continuation));
  const { stepCount, failedAttemptCount, cycle, startedAtMs } = execution;
  const durationMs = Math.max(0, Math.round(atMs - startedAtMs));
  const sums = { step: nameUnit(request.plan, execution), stepCount, failedAttemptCount, cycle, durationMs };
  const emitter = emitterOf(request, record).about({ atMs });
  if (outcome?.status === 'failed') emitter.emit('execution.failed', { ...sums, error: outcome.error });
  else if (outcome?.status === 'skipped')
    emitter.emit('execution.skipped', { ...sums, running: outcome.running });
  else emitter.emit(outcome?.status === 'cancelled' ? 'execution.cancelled' : 'execution.completed', sums);
}
