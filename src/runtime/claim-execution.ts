import { BatonError, CheckpointFailedError, IncompatibleStateError } from '../errors';
import type { InvocationAnswer } from './answer';
import { BackOff } from './back-off';
import type { Collaborators } from './collaborators';
import { apply } from './core/apply';
import { judgeClaim } from './core/claim';
import { corrupt, describeContinuation, resumeExecution } from './core/continuation';
import { describeError } from './core/describe-error';
import type { Execution } from './core/execution';
import { type ExecutionRecord, parseRecord, readRecord, writeRecord } from './core/execution-record';
import { freezeInDepth } from './core/freeze-in-depth';
import type { JobPlan } from './core/job-plan';
import { migrateState } from './core/migrate-state';
import { describeRecordedFailure } from './core/recorded-failure';
import { describeConflict, isSameStart } from './core/start-conflict';
import { describeMarkId, describeStopped, readStopMark, type StopMark } from './core/stop-mark';
import { describeParked } from './core/verdicts';
import { type Claim, retentionMs } from './journal';
import type { OpenedExecution } from './opened-execution';
import type { CheckpointStore, StoredRevision } from './ports';
import type { SignsOfLife } from './signs-of-life';
import { decodeState, readMarkedText } from './state-text';

/** A claim is tried this often when others write the same record at the same moment. */
const maxTries = 8;

/** Who claims, and until when it may hold the execution. */
export interface ClaimRequest {
  readonly plan: JobPlan;
  readonly store: CheckpointStore;
  readonly collaborators: Collaborators;
  readonly opened: OpenedExecution;
  readonly isStart: boolean;
  /** `awsRequestId`, or the SQS `messageId`. */
  readonly delivery: string;
  readonly leaseUntilMs: number;
  readonly functionName: string;
  /** What is known of the tries before this one. */
  readonly signs: SignsOfLife;
  remainingMs(): number;
}

/** A claim as far as it has come. */
interface ClaimTrial extends ClaimRequest {
  /** The epoch that was written last, without knowing whether that took effect; 0 before. */
  triedEpoch: number;
}

/** An execution that this invocation may go on with, or what to answer instead. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly opened: OpenedExecution; readonly claim: Claim }
  | { readonly kind: 'answered'; readonly answer: InvocationAnswer };

/**
 * Claims an execution in the store, by a conditional write that raises its epoch. A store that fails is asked again while there is time.
 * While the job is stopped, what is there already is claimed as one that was asked to end, and nothing new begins.
 *
 * @throws CheckpointFailedError when the store can never be asked.
 * @throws CorruptContinuationError when the stop mark, or what is stored of the execution, is damaged.
 * @throws ExecutionConflictError when the id belongs to another input or job.
 * @throws ExecutionFailedError when the execution is recorded as failed.
 * @throws HandOffFailedError when it is parked, and this is the delivery that parked it.
 * @throws IncompatibleStateError when a continuation's record is gone, or is of other code than this.
 * @throws JobStoppedError when it would be a new one, and the job is stopped.
 */
export async function claimExecution(request: ClaimRequest): Promise<ClaimResult> {
  const { plan, opened, collaborators } = request;
  const trial: ClaimTrial = { ...request, triedEpoch: 0 };
  const backOff = new BackOff({ timer: collaborators.timer, remainingMs: () => request.remainingMs() });
  for (let tries = 0; tries < maxTries; ) {
    try {
      const result = await claimOnce(trial);
      if (result !== undefined) return result;
      tries += 1;
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      const { executionId } = opened.execution;
      collaborators.logger.warn('claim failed', { executionId, job: plan.name, tries: backOff.tries, error: describeError(error.cause) });
      if (!backOff.hasTime) throw describeUnreachable(plan, executionId, backOff.tries, error.cause);
      await backOff.pause();
    }
  }
  return answer(opened.execution, 'duplicate');
}

/** What a store threw: the only failure of a claim that is worth another try. */
class StoreFailure extends Error {}

function failStore(cause: unknown): never {
  throw BatonError.is(cause) ? cause : new StoreFailure('the store failed', { cause });
}

async function claimOnce(trial: ClaimTrial): Promise<ClaimResult | undefined> {
  const reads = [trial.store.load(trial.opened.execution.executionId), loadStopMark(trial)] as const;
  const [stored, mark] = await Promise.all(reads).catch(failStore);
  return stored === undefined ? createRecord(trial, mark) : takeOver(trial, stored, mark !== undefined);
}

async function loadStopMark({ plan, store, collaborators }: ClaimRequest): Promise<StopMark | undefined> {
  return readStopMark(plan.name, await store.load(describeMarkId(plan.name)), collaborators.platform.checksum);
}

async function createRecord(request: ClaimTrial, mark: StopMark | undefined): Promise<ClaimResult | undefined> {
  const { plan, opened, isStart, collaborators } = request;
  const { checksum } = collaborators.platform;
  const { executionId } = opened.execution;
  if (!isStart) throw describeLost(plan, executionId);
  if (mark !== undefined) throw describeStopped(mark, executionId);
  const record = describeClaim(request, opened.execution, opened.input, {
    epoch: 1,
    isCancelRequested: false,
    stateChecksum: checksum(''),
    receivedInput: opened.receivedInput,
  });
  const result = await save(request, record, '', undefined, collaborators.clock.now(), opened);
  if (result?.kind !== 'claimed') return result;
  // Whoever has set the mark since it was read may have looked for executions before this one was there.
  const isStopped = (await loadStopMark(request).catch(failStore)) !== undefined;
  return isStopped ? { ...result, claim: { ...result.claim, isCancelRequested: true } } : result;
}

async function takeOver(request: ClaimTrial, stored: StoredRevision, isStopped: boolean): Promise<ClaimResult | undefined> {
  const { plan, collaborators, opened, delivery, isStart, signs } = request;
  const { checksum } = collaborators.platform;
  if (isStart) refuseConflict(plan, parseRecord(stored.head, checksum), opened);
  const record = readRecord(plan, stored.head, checksum);
  const { invocation } = opened.execution;
  const verdict = judgeClaim(record, { invocation, delivery, nowMs: collaborators.clock.now() });
  if (verdict.kind === 'finished') return { kind: 'answered', answer: answerOutcome(record) };
  if (verdict.kind === 'duplicate') return answer(opened.execution, 'duplicate');
  if (record.isParked && record.handedOffTo !== invocation) throw describeParked(plan, record.continuation, request.functionName);
  const stateChecksum = checksum(stored.state);
  if (stateChecksum !== record.stateChecksum) throw corrupt('the stored state does not match its checksum');
  const resumed = resumeExecution(plan, record.continuation);
  const interruption = { kind: 'interrupted', interruption: signs.judgeDeath(record.leaseUntilMs), count: 1 } as const;
  const wasInterrupted = verdict.wasInterrupted && !isOwnTrial(request, record);
  const execution = { ...(wasInterrupted ? apply(plan, resumed, interruption) : resumed), invocation };
  const values =
    stored.state === '' ? undefined : migrateState(plan, record.continuation, decodeState(collaborators, readMarkedText(stored.state)));
  const input = freezeInDepth(record.continuation.input);
  const next = describeClaim(request, execution, input, {
    epoch: record.epoch + 1,
    isCancelRequested: record.isCancelRequested || isStopped,
    stateChecksum,
    receivedInput: record.receivedInput,
  });
  return save(request, next, stored.state, stored.revision, stored.startedAtMs, { execution, input, values });
}

async function save(
  request: ClaimTrial,
  record: ExecutionRecord,
  state: string,
  expected: string | undefined,
  startedAtMs: number,
  opened: OpenedExecution,
): Promise<ClaimResult | undefined> {
  const { plan, store, collaborators, delivery, leaseUntilMs } = request;
  const { executionId } = opened.execution;
  const head = writeRecord(record, collaborators.platform.checksum);
  const expiresAtMs = collaborators.clock.now() + plan.limits.maxDurationMs + retentionMs;
  const entry = { executionId, job: plan.name, status: 'running' as const, startedAtMs, expiresAtMs, head, state };
  request.triedEpoch = record.epoch;
  const revision = await store.save(entry, expected, { isStateUnchanged: expected !== undefined }).catch(failStore);
  if (revision === undefined) return undefined;
  const { epoch, isCancelRequested, receivedInput } = record;
  const found = { startedAtMs, isCancelRequested, receivedInput, stateText: state };
  const claim: Claim = { executionId, epoch, owner: delivery, leaseUntilMs, revision, ...found };
  return { kind: 'claimed', opened, claim };
}

/** Whether a record is this very claim, whose reply was lost. It is claimed once more: who else may hold it cannot be told. */
function isOwnTrial({ triedEpoch, delivery }: ClaimTrial, { epoch, owner, writeCount }: ExecutionRecord): boolean {
  return epoch === triedEpoch && owner === delivery && writeCount === 0;
}

function describeClaim(
  { plan, delivery, leaseUntilMs }: ClaimRequest,
  execution: Execution,
  input: unknown,
  kept: Pick<ExecutionRecord, 'epoch' | 'isCancelRequested' | 'receivedInput' | 'stateChecksum'>,
): ExecutionRecord {
  const { invocation } = execution;
  const continuation = describeContinuation(plan, execution, input);
  return { ...kept, writeCount: 0, invocation, handedOffTo: null, owner: delivery, leaseUntilMs, outcome: null, continuation };
}

function refuseConflict(plan: JobPlan, record: ExecutionRecord, { input, receivedInput = input }: OpenedExecution): void {
  const isSame = isSameStart(record, input) || isSameStart(record, receivedInput);
  if (record.continuation.job !== plan.name || !isSame) throw describeConflict(record, plan.name);
}

function answer({ executionId, invocation }: Execution, status: 'duplicate'): ClaimResult {
  return { kind: 'answered', answer: { status, executionId, invocation } };
}

function answerOutcome({ outcome, continuation }: ExecutionRecord): InvocationAnswer {
  const { executionId, invocation } = continuation;
  if (outcome?.status === 'failed') throw describeRecordedFailure(continuation, outcome.error);
  if (outcome?.status === 'cancelled') return { status: 'cancelled', executionId, invocation };
  return { status: 'completed', executionId, invocation, ...(outcome?.result === undefined ? {} : { result: outcome.result }) };
}

function describeUnreachable(plan: JobPlan, executionId: string, tries: number, cause: unknown): CheckpointFailedError {
  return new CheckpointFailedError({
    problem: `Job ${plan.name} could not claim execution ${executionId} in ${tries} tries, and there is no time for more.`,
    cure: 'Look at the cause: permissions, throttling, or the network. Nothing was run; the delivery is retried.',
    details: { executionId, tries },
    cause,
  });
}

function describeLost(plan: JobPlan, executionId: string): IncompatibleStateError {
  return new IncompatibleStateError({
    problem: `The continuation of execution ${executionId} of job ${plan.name} has no record in the store: it has expired, was deleted, or is in another store.`,
    cure: 'Point the function at the store that the execution was started with, or start the execution again.',
    details: { executionId, expected: 'a stored record', received: 'none' },
  });
}
