import { BatonError, CheckpointFailedError } from '../../errors';
import { beginExecution } from '../core/execution/execution';
import { describeParked } from '../core/execution/failure-texts';
import type { JobPlan } from '../core/execution/job-plan';
import { isElsewhere } from '../core/execution/line';
import { emptyTrail } from '../core/execution/trail';
import { checkContinuation, checkJob } from '../core/message/continuation';
import { type ClaimDecision, decideClaim } from '../core/record/claim';
import { describeError } from '../core/record/describe-error';
import { type ExecutionRecord, parseRecord } from '../core/record/execution-record';
import { conflictError, isSameStart, recordedFailureError, unknownJob } from '../core/record/fresh';
import { nameCompanion, readHeartbeat } from '../core/record/heartbeat';
import { type StopMark, stoppedError } from '../core/record/stop-mark';
import { tellEnd } from '../hand-off/tell-end';
import type { InvocationAnswer } from '../invocation/answer';
import { type OpenedExecution, openStart } from '../invocation/opened-execution';
import type { DuplicateDropped } from '../observe/runtime-event';
import type { StoredRevision } from '../ports';
import { BackOff } from '../time/back-off';
import { tellFinished } from './tell-finished';
import {
  answer,
  begin,
  type ClaimRequest,
  type ClaimResult,
  type ClaimTrial,
  claimRecord,
  createRecord,
  describeClaim,
  failStore,
  loadStopMark,
  StoreFailure,
  save,
} from './write-claim';

/** After so many lost races the tries are paced. */
const maxRaces = 8;

/**
 * Claims an execution in the store, by a conditional write that raises its epoch. A store that fails is asked again while there is time,
 * and so is one in which others were faster.
 * While the job is stopped, what is there already is claimed as one that was asked to end, and nothing new begins.
 *
 * @throws CheckpointFailedError when the store could not be asked, or others were faster each time: nobody knows then who has it.
 * @throws CorruptContinuationError when the stop mark, or what is stored of the execution, is damaged.
 * @throws ExecutionConflictError when the id belongs to another input or job.
 * @throws ExecutionFailedError when the execution is recorded as failed.
 * @throws HandOffFailedError when it is parked, and this is the delivery that parked it.
 * @throws IncompatibleStateError when a continuation's record is gone, or is of other code than this.
 * @throws JobStoppedError when it would be a new one, and the job is stopped.
 */
export async function claimExecution(request: ClaimRequest): Promise<ClaimResult> {
  const { plan, executionId, collaborators } = request;
  const trial: ClaimTrial = { ...request, triedEpoch: 0, nonce: collaborators.platform.drawNonce() };
  const backOff = new BackOff({ timer: collaborators.timer, remainingMs: () => request.remainingMs() });
  for (let races = 1; ; races += 1) {
    let reason: unknown;
    try {
      const result = await claimOnce(trial);
      if (result !== undefined) return result;
      // Whoever won has said so by now: looking again tells more than waiting.
      if (races < maxRaces) continue;
      reason = new Error('others wrote the same record at the same moment');
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      reason = error.cause;
    }
    collaborators.logger.warn('claim failed', {
      executionId,
      job: plan.name,
      tries: backOff.tries,
      error: describeError(reason),
    });
    if (!backOff.hasTime) throw unreachableError(plan, executionId, backOff.tries, reason);
    await backOff.pause();
  }
}

async function claimOnce(trial: ClaimTrial): Promise<ClaimResult | undefined> {
  const reads = [trial.store.load(trial.executionId), loadStopMark(trial)] as const;
  const [stored, mark] = await Promise.all(reads).catch(failStore);
  return stored === undefined ? createRecord(trial, mark) : takeOver(trial, stored, mark);
}

async function takeOver(
  request: ClaimTrial,
  stored: StoredRevision,
  mark: StopMark | undefined,
): Promise<ClaimResult | undefined> {
  const { plan, collaborators, start, executionId, context } = request;
  const isStopped = mark !== undefined;
  const record = parseRecord(stored.head, collaborators.platform.checksum);
  if (start !== undefined) refuseConflict(plan, record, start);
  else if (record.isFresh !== true) checkJob(plan, record.continuation);
  const { decision, heartbeatAtMs = 0 } = await decide(request, record);
  switch (decision.kind) {
    case 'finished':
      tellDropped(request, record, 'ended');
      await wakeAgain(request, record);
      await tellFinished(request, record);
      return { kind: 'answered', answer: answerOutcome(record) };
    case 'late':
      tellDropped(request, record, 'late');
      return answer(executionId, request.invocation ?? record.invocation);
    case 'duplicate':
      tellDropped(request, record, 'running');
      return answer(executionId, record.invocation, record);
    default:
      if (record.isParked && request.invocation !== record.handedOffTo) {
        if (record.continuation.among?.slot !== undefined) await wakeAgain(request, record);
        if (request.invocation !== null)
          throw describeParked(plan, record.continuation, context.functionName);
        tellDropped(request, record, 'parked');
        return answer(executionId, record.invocation);
      }
  }
  const continuation = checkContinuation(record.continuation);
  const heardAtMs = Math.max(record.heardAtMs ?? 0, heartbeatAtMs);
  const { line, chain } = continuation;
  const { pin } = line;
  const isForwarded =
    request.isPinIgnored !== true && collaborators.continueOn !== 'latest' && isElsewhere(pin, context);
  const invocation = decision.kind === 'claim' ? decision.invocation : record.invocation;
  if (isForwarded) return { kind: 'elsewhere', pin, invocation, chainLength: chain.length };
  if (mark !== undefined && isNewRoot(record)) return refuseNew(request, record, mark);
  if (decision.kind === 'send-again') return { kind: 'send-again', continuation, epoch: record.epoch };
  return record.isFresh
    ? claimFresh(request, stored, record, decision.invocation, isStopped)
    : claimRecord(request, stored, { ...record, continuation, heardAtMs }, decision, isStopped);
}

/** Whether an execution was only written down, for nobody who would wait for it, and was not asked to end. */
function isNewRoot({ isFresh, parent, isCancelRequested }: ExecutionRecord): boolean {
  return isFresh === true && parent === undefined && !isCancelRequested;
}

/** While its job is stopped, nothing new begins: its event is refused, and a look comes again. */
function refuseNew(request: ClaimTrial, record: ExecutionRecord, mark: StopMark): ClaimResult {
  if (request.start !== undefined) throw stoppedError(mark, request.executionId);
  tellDropped(request, record, 'late');
  return answer(request.executionId, record.invocation);
}

/** Whoever waits for the end of an execution, or for its slot, may not have heard of it: its first delivery may have died right after. */
async function wakeAgain(request: ClaimTrial, record: ExecutionRecord): Promise<void> {
  const { executionId, delivery } = request;
  const slotsId = record.continuation.among?.slot?.id;
  await tellEnd({ ...record, executionId, slotsId, sentBy: delivery }, request).catch(failStore);
}

/**
 * Claims an execution that somebody has written down, and nobody has begun. What is refused now is recorded: its starter has been told that
 * it was started.
 */
async function claimFresh(
  request: ClaimTrial,
  stored: StoredRevision,
  record: ExecutionRecord,
  invocation: number,
  isStopped: boolean,
): Promise<ClaimResult | undefined> {
  const { plan, collaborators, chainLength } = request;
  const start = await openFresh(request, record);
  const { carried } = record.continuation.trail ?? {};
  const fresh = { ...start.execution, trail: carried === undefined ? emptyTrail : { carried } };
  const begun = begin(fresh, request);
  const length = chainLength ?? record.continuation.chain.length;
  const execution = { ...begun, invocation, chain: { ...begun.chain, length } };
  const next = describeClaim(request, execution, start.input, plan.version, {
    epoch: record.epoch + 1,
    isCancelRequested: record.isCancelRequested || isStopped,
    ...(record.wake !== undefined && { wake: 'seen' as const }),
    ...(record.parent && { parent: record.parent }),
    stateChecksum: collaborators.platform.checksum(''),
    receivedInput: start.receivedInput,
  });
  return save(request, next, '', stored.revision, stored.startedAtMs, { ...start, execution });
}

async function openFresh(request: ClaimTrial, { continuation }: ExecutionRecord): Promise<OpenedExecution> {
  const { plan, executionId, start, collaborators, validate } = request;
  if (start !== undefined) return start;
  const { input, job } = continuation;
  const arrival = { kind: 'start', executionId, input, ...(job === unknownJob ? {} : { job }) } as const;
  try {
    return await openStart(plan, arrival, collaborators, validate);
  } catch (error) {
    if (!BatonError.is(error) || error.code !== 'INVALID_INPUT') throw error;
    const execution = beginExecution(plan, executionId, collaborators.clock.now());
    return { execution, input: null, receivedInput: input, values: undefined, refused: error };
  }
}

/** The delivery is for the invocation that it names; for that of the record when it names none. */
function tellDropped(
  { emitter, invocation }: ClaimRequest,
  record: ExecutionRecord,
  reason: DuplicateDropped['reason'],
): void {
  emitter.about({ invocation: invocation ?? record.invocation }).emit('duplicate.dropped', { reason });
}

/** What is to be done, and when an owner that died was heard of beside its record. */
async function decide(
  request: ClaimTrial,
  record: ExecutionRecord,
): Promise<{ readonly decision: ClaimDecision; readonly heartbeatAtMs?: number | undefined }> {
  const { invocation, delivery, onBehalfOf = delivery, collaborators, store, executionId } = request;
  const { retryAfterMs } = collaborators;
  if (isOwnTrial(request, record))
    return { decision: { kind: 'claim', invocation: record.invocation, hasDied: false } };
  const claimant = {
    invocation,
    deliveries: [delivery, onBehalfOf],
    nowMs: collaborators.clock.now(),
    retryAfterMs,
  };
  const decision = decideClaim(record, claimant);
  if (decision.kind !== 'claim' || !decision.hasDied) return { decision };
  const heartbeat = await store
    .load(nameCompanion('heartbeat', executionId, collaborators.platform.digest))
    .catch(failStore);
  const heartbeatAtMs = heartbeat && readHeartbeat(heartbeat.head, record.epoch)?.atMs;
  return { decision: decideClaim(record, { ...claimant, heartbeatAtMs }), heartbeatAtMs };
}

/** Whether a record is this very claim, whose reply was lost: it is claimed once more. */
function isOwnTrial(
  { triedEpoch, nonce }: ClaimTrial,
  { epoch, claimNonce, writeCount, outcome }: ExecutionRecord,
): boolean {
  return outcome === null && epoch === triedEpoch && claimNonce === nonce && writeCount === 0;
}

function refuseConflict(
  plan: JobPlan,
  record: ExecutionRecord,
  { input, receivedInput = input }: OpenedExecution,
): void {
  const isSame = isSameStart(record, input) || isSameStart(record, receivedInput);
  const isOfJob = record.continuation.job === plan.name || record.continuation.job === unknownJob;
  if (!isOfJob || !isSame) throw conflictError(record, plan.name);
}

function answerOutcome({ outcome, continuation }: ExecutionRecord): InvocationAnswer {
  const { executionId, invocation } = continuation;
  if (outcome?.status === 'failed') throw recordedFailureError(continuation, outcome.error);
  if (outcome?.status === 'cancelled') return { status: 'cancelled', executionId, invocation };
  if (outcome?.status === 'skipped')
    return { status: 'skipped', executionId, invocation, running: outcome.running };
  return {
    status: 'completed',
    executionId,
    invocation,
    ...(outcome?.result === undefined ? {} : { result: outcome.result }),
  };
}

function unreachableError(
  plan: JobPlan,
  executionId: string,
  tries: number,
  cause: unknown,
): CheckpointFailedError {
  return new CheckpointFailedError({
    problem: `Job ${plan.name} could not claim execution ${executionId} in ${tries} tries, and there is no time for more.`,
    fix: 'Look at the cause: permissions, throttling, or the network. Nothing was run; the delivery is retried.',
    details: { executionId, tries },
    cause,
  });
}
