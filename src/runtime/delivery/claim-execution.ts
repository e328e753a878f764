import { BatonError, CheckpointFailedError, IncompatibleStateError } from '../../errors';
import type { Heartbeats } from '../checkpoint/heartbeats';
import { type Claim, retentionMs } from '../checkpoint/journal';
import { decodeState, readMarkedText } from '../checkpoint/state-text';
import { rememberRun } from '../core/execution/compensation';
import { beginExecution, type Execution } from '../core/execution/execution';
import { describeParked } from '../core/execution/failure-texts';
import { checkFuses } from '../core/execution/fuses';
import { countDeath, type Interruption } from '../core/execution/interruption';
import type { JobPlan } from '../core/execution/job-plan';
import { isElsewhere, namePin } from '../core/execution/line';
import { migrateState } from '../core/execution/migrate-state';
import { beginRun, describeRun } from '../core/execution/trail';
import {
  type Continuation,
  checkCode,
  checkContinuation,
  checkJob,
  corrupt,
  describeContinuation,
  resumeExecution,
} from '../core/message/continuation';
import { type ClaimDecision, decideClaim } from '../core/record/claim';
import { describeError } from '../core/record/describe-error';
import { type ExecutionRecord, parseRecord, writeRecord } from '../core/record/execution-record';
import { unknownJob } from '../core/record/fresh';
import { nameCompanion, readHeartbeat } from '../core/record/heartbeat';
import { describeLastInvocation } from '../core/record/history';
import { recordedFailureError } from '../core/record/recorded-failure';
import { conflictError, isSameStart } from '../core/record/start-conflict';
import { describeMarkId, readStopMark, type StopMark, stoppedError } from '../core/record/stop-mark';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import { tellEnd } from '../hand-off/tell-end';
import type { InvocationAnswer, InvocationResult, LiveOwner } from '../invocation/answer';
import type { InputValidator } from '../invocation/opened-execution';
import { type LostInvocation, type OpenedExecution, openStart } from '../invocation/opened-execution';
import type { Emitter } from '../observe/emitter';
import type { DuplicateDropped } from '../observe/runtime-event';
import type { CheckpointStore, Context, StoredRevision } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import { BackOff } from '../time/back-off';

/** Who claims, and until when it may hold the execution. */
export interface ClaimRequest {
  readonly plan: JobPlan;
  readonly store: CheckpointStore;
  readonly collaborators: Collaborators;
  readonly emitter: Emitter;
  readonly executionId: string;
  /** The invocation that the delivery is for; null for a look. */
  readonly invocation: number | null;
  /** The execution to begin when there is none yet; undefined for what is no start. */
  readonly start: OpenedExecution | undefined;
  /** `awsRequestId`, or the SQS `messageId`. */
  readonly delivery: string;
  /** The delivery whose rights a forwarded look has. @defaultValue its own */
  readonly onBehalfOf?: string | undefined;
  readonly leaseUntilMs: number;
  readonly context: Context;
  /** Whether it is the first in its execution environment. */
  readonly isCold: boolean;
  /** How many invocations of a chain lie behind the delivery; undefined when the record says so. */
  readonly chainLength: number | undefined;
  /** The version that the execution is pinned to is gone: it goes on here. */
  readonly isPinIgnored?: boolean;
  /** What is known of the tries before this one. */
  readonly signs: Heartbeats;
  readonly validate: InputValidator;
  remainingMs(): number;
}

/** After so many lost races the tries are paced. */
const maxRaces = 8;

/** A claim as far as it has come. */
interface ClaimTrial extends ClaimRequest {
  /** The epoch that was written last, without knowing whether that took effect; 0 before. */
  triedEpoch: number;
}

/** An execution that this invocation may go on with, or what to do instead. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly opened: OpenedExecution; readonly claim: Claim }
  | ({ readonly kind: 'answered' } & InvocationResult)
  /** This delivery has handed over, and its continuation may never have been sent. */
  | { readonly kind: 'send-again'; readonly continuation: Continuation; readonly epoch: number }
  /** It may be claimed, but on the version that it is pinned to. */
  | {
      readonly kind: 'elsewhere';
      readonly pin: string;
      readonly invocation: number;
      readonly chainLength: number;
    };

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
  const trial: ClaimTrial = { ...request, triedEpoch: 0 };
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

/** What a store threw: the only failure of a claim that is worth another try. */
class StoreFailure extends Error {}

function failStore(cause: unknown): never {
  throw BatonError.is(cause) && !cause.retryable ? cause : new StoreFailure('the store failed', { cause });
}

async function claimOnce(trial: ClaimTrial): Promise<ClaimResult | undefined> {
  const reads = [trial.store.load(trial.executionId), loadStopMark(trial)] as const;
  const [stored, mark] = await Promise.all(reads).catch(failStore);
  return stored === undefined ? createRecord(trial, mark) : takeOver(trial, stored, mark !== undefined);
}

async function loadStopMark({ plan, store, collaborators }: ClaimRequest): Promise<StopMark | undefined> {
  return readStopMark(
    plan.name,
    await store.load(describeMarkId(plan.name)),
    collaborators.platform.checksum,
  );
}

async function createRecord(
  request: ClaimTrial,
  mark: StopMark | undefined,
): Promise<ClaimResult | undefined> {
  const { plan, executionId, start, invocation, collaborators } = request;
  const { checksum } = collaborators.platform;
  if (start === undefined && invocation === null) return answer(executionId, 0);
  if (start === undefined) throw lostStateError(plan, executionId);
  if (mark !== undefined) throw stoppedError(mark, executionId);
  const opened = { ...start, execution: begin(start.execution, request) };
  const record = describeClaim(request, opened.execution, opened.input, plan.version, {
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

/** The execution as this invocation begins, pinned to the version that runs. */
function begin(execution: Execution, request: ClaimRequest): Execution {
  const { collaborators, context, isCold } = request;
  return beginRun(pinExecution(execution, request), describeRun(context, isCold, collaborators.clock.now()));
}

function markDead(record: ExecutionRecord): ExecutionRecord {
  const { continuation } = record;
  return { ...record, continuation: { ...continuation, trail: { ...continuation.trail, hasDied: true } } };
}

/** What the record says of an owner that died. */
function describeLostInvocation(
  { invocation, owner, heardAtMs = 0, isHandingOver }: ExecutionRecord,
  { trail, costUsd }: Execution,
  { unit }: Interruption,
): LostInvocation {
  const { startedAtMs = heardAtMs, requestId = owner, costUsd: costBeforeUsd = costUsd } = trail.run ?? {};
  return {
    ...{ invocation, requestId, startedAtMs, heardAtMs, unit, isHandingOver: isHandingOver === true },
    costUsd: Math.max(0, costUsd - costBeforeUsd),
  };
}

/** The execution, pinned to the version that runs. */
export function pinExecution(
  execution: Execution,
  { collaborators, context }: Pick<ClaimRequest, 'collaborators' | 'context'>,
): Execution {
  return {
    ...execution,
    line: { ...execution.line, pin: collaborators.continueOn === 'latest' ? null : namePin(context) },
  };
}

async function takeOver(
  request: ClaimTrial,
  stored: StoredRevision,
  isStopped: boolean,
): Promise<ClaimResult | undefined> {
  const { plan, collaborators, start, executionId, context } = request;
  const record = parseRecord(stored.head, collaborators.platform.checksum);
  if (start !== undefined) refuseConflict(plan, record, start);
  else if (record.isFresh !== true) checkJob(plan, record.continuation);
  const decision = await decide(request, record);
  switch (decision.kind) {
    case 'finished':
      tellDropped(request, record, 'ended');
      await wakeAgain(request, record);
      return { kind: 'answered', answer: answerOutcome(record) };
    case 'late':
      tellDropped(request, record, 'late');
      return answer(executionId, request.invocation ?? record.invocation);
    case 'duplicate':
      tellDropped(request, record, 'running');
      return answer(executionId, record.invocation, record);
    default:
      if (record.isParked && request.invocation === null) {
        tellDropped(request, record, 'parked');
        return answer(executionId, record.invocation);
      }
      if (record.isParked && request.invocation !== record.handedOffTo)
        throw describeParked(plan, record.continuation, context.functionName);
  }
  const continuation = checkContinuation(record.continuation);
  const { line, chain } = continuation;
  const { pin } = line;
  const isForwarded =
    request.isPinIgnored !== true && collaborators.continueOn !== 'latest' && isElsewhere(pin, context);
  const invocation = decision.kind === 'claim' ? decision.invocation : record.invocation;
  if (isForwarded) return { kind: 'elsewhere', pin, invocation, chainLength: chain.length };
  if (decision.kind === 'send-again') return { kind: 'send-again', continuation, epoch: record.epoch };
  return record.isFresh
    ? claimFresh(request, stored, record, decision.invocation, isStopped)
    : claimRecord(request, stored, { ...record, continuation }, decision, isStopped);
}

/** Whoever waits for the end of an execution may not have heard of it: its first delivery may have died right after. */
async function wakeAgain(request: ClaimTrial, record: ExecutionRecord): Promise<void> {
  const { collaborators, context, executionId, delivery } = request;
  const deps = { collaborators, context, remainingMs: () => request.remainingMs() };
  await tellEnd({ ...record, executionId, sentBy: delivery }, deps).catch(failStore);
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
  const begun = begin(start.execution, request);
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

async function decide(request: ClaimTrial, record: ExecutionRecord): Promise<ClaimDecision> {
  const { invocation, delivery, onBehalfOf = delivery, collaborators, store, executionId } = request;
  const { retryAfterMs } = collaborators;
  if (isOwnTrial(request, record)) return { kind: 'claim', invocation: record.invocation, hasDied: false };
  const claimant = {
    invocation,
    deliveries: [delivery, onBehalfOf],
    nowMs: collaborators.clock.now(),
    retryAfterMs,
  };
  const decision = decideClaim(record, claimant);
  const mayBeHeardOf = decision.kind === 'claim' && decision.hasDied && record.leaseUntilMs > claimant.nowMs;
  if (!mayBeHeardOf) return decision;
  const heartbeat = await store
    .load(nameCompanion('heartbeat', executionId, collaborators.platform.digest))
    .catch(failStore);
  return decideClaim(record, {
    ...claimant,
    heartbeatAtMs: heartbeat && readHeartbeat(heartbeat.head, record.epoch)?.atMs,
  });
}

async function claimRecord(
  request: ClaimTrial,
  stored: StoredRevision,
  record: ExecutionRecord,
  { invocation, hasDied }: Extract<ClaimDecision, { kind: 'claim' }>,
  isStopped: boolean,
): Promise<ClaimResult | undefined> {
  const { plan, signs, chainLength } = request;
  const { continuation, isHandingOver } = record;
  const before = resumeExecution(plan, continuation);
  const resumed = begin(before, request);
  const { chain } = resumed;
  const arrived = { ...resumed, invocation, chain: { ...chain, length: chainLength ?? chain.length } };
  const death = {
    ...signs.checkDeath(record.leaseUntilMs),
    ...(isHandingOver && { place: 'hand-off' as const }),
  };
  const counted = hasDied ? countDeath(arrived, death) : arrived;
  const mayHaveBegun = (hasDied && isHandingOver !== true) || before.trail.hasDied === true;
  const execution = mayHaveBegun ? rememberRun(plan, counted) : counted;
  const { values, unreadable } = readState(request, stored, record, execution);
  const input = freezeInDepth(continuation.input);
  const next = describeClaim(request, execution, input, continuation.version, {
    epoch: record.epoch + 1,
    isCancelRequested: record.isCancelRequested || isStopped,
    ...(record.wake !== undefined && { wake: 'seen' as const }),
    ...(record.parent && { parent: record.parent }),
    stateChecksum: record.stateChecksum,
    receivedInput: record.receivedInput,
  });
  const previous = describeLastInvocation(hasDied ? markDead(record) : record);
  const lost =
    hasDied || before.trail.hasDied === true ? describeLostInvocation(record, before, death) : undefined;
  const opened = {
    execution,
    input,
    values,
    ...(lost && { lost }),
    ...(previous && { previous }),
    ...(before.trail.run && { previousRequestId: before.trail.run.requestId }),
    ...(unreadable !== undefined && { unreadable }),
  };
  return save(request, next, stored.state, stored.revision, stored.startedAtMs, opened);
}

/**
 * The stored state, in this code's version. What cannot be read is left for other code, or for a later try, until a fuse has blown:
 * then it is claimed all the same, for its end to be recorded.
 */
function readState(
  request: ClaimTrial,
  stored: StoredRevision,
  record: ExecutionRecord,
  execution: Execution,
) {
  const { plan, collaborators } = request;
  try {
    checkCode(plan, record.continuation);
    if (collaborators.platform.checksum(stored.state) !== record.stateChecksum)
      throw corrupt('the stored state does not match its checksum');
    if (stored.state === '') return { values: undefined };
    return {
      values: migrateState(
        plan,
        record.continuation,
        decodeState(collaborators, readMarkedText(stored.state)),
      ),
    };
  } catch (error) {
    if (checkFuses(plan, execution, collaborators.clock.now()) === undefined) throw error;
    return { values: undefined, unreadable: error };
  }
}

async function save(
  request: ClaimTrial,
  record: ExecutionRecord,
  state: string,
  expected: string | undefined,
  startedAtMs: number,
  opened: OpenedExecution,
): Promise<ClaimResult | undefined> {
  const { plan, store, collaborators, delivery, leaseUntilMs, executionId } = request;
  const head = writeRecord(record, collaborators.platform.checksum);
  const expiresAtMs = collaborators.clock.now() + plan.limits.maxDurationMs + retentionMs;
  const entry = {
    executionId,
    job: plan.name,
    status: 'running' as const,
    startedAtMs,
    expiresAtMs,
    head,
    state,
  };
  request.triedEpoch = record.epoch;
  const revision = await store
    .save(entry, expected, { isStateUnchanged: expected !== undefined })
    .catch(failStore);
  if (revision === undefined) return undefined;
  const { epoch, isCancelRequested, receivedInput, stateChecksum, continuation, wake } = record;
  const found = {
    startedAtMs,
    isCancelRequested,
    hasNews: wake !== undefined,
    origin: { functionArn: record.functionArn, ...(record.parent && { parent: record.parent }) },
    receivedInput,
    stateText: state,
    stateChecksum,
    stateVersion: continuation.version,
  };
  const claim: Claim = { executionId, epoch, owner: delivery, leaseUntilMs, revision, ...found };
  return { kind: 'claimed', opened, claim };
}

/** Whether a record is this very claim, whose reply was lost. It is claimed once more: who else may hold it cannot be told. */
function isOwnTrial(
  { triedEpoch, delivery }: ClaimTrial,
  { epoch, owner, writeCount, outcome }: ExecutionRecord,
): boolean {
  return outcome === null && epoch === triedEpoch && owner === delivery && writeCount === 0;
}

/** The record of a claim. The state beside it is still of the version that wrote it. */
function describeClaim(
  { plan, delivery, leaseUntilMs, collaborators, context }: ClaimRequest,
  execution: Execution,
  input: unknown,
  version: number,
  kept: Pick<
    ExecutionRecord,
    'epoch' | 'isCancelRequested' | 'parent' | 'receivedInput' | 'stateChecksum' | 'wake'
  >,
): ExecutionRecord {
  const { invocation } = execution;
  const continuation = describeContinuation(plan, execution, input, version);
  const functionArn = execution.line.pin ?? context.invokedFunctionArn;
  const owned = { owner: delivery, leaseUntilMs, heardAtMs: collaborators.clock.now(), functionArn };
  return { ...kept, writeCount: 0, invocation, handedOffTo: null, ...owned, outcome: null, continuation };
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

function answer(executionId: string, invocation: number, live?: LiveOwner): ClaimResult {
  const rest = live && { live: { owner: live.owner, leaseUntilMs: live.leaseUntilMs } };
  return { kind: 'answered', answer: { status: 'duplicate', executionId, invocation }, ...rest };
}

function answerOutcome({ outcome, continuation }: ExecutionRecord): InvocationAnswer {
  const { executionId, invocation } = continuation;
  if (outcome?.status === 'failed') throw recordedFailureError(continuation, outcome.error);
  if (outcome?.status === 'cancelled') return { status: 'cancelled', executionId, invocation };
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

function lostStateError(plan: JobPlan, executionId: string): IncompatibleStateError {
  return new IncompatibleStateError({
    problem: `The continuation of execution ${executionId} of job ${plan.name} has no record in the store: it has expired, was deleted, or is in another store.`,
    fix: 'Point the function at the store that the execution was started with, or start the execution again.',
    details: { executionId, expected: 'a stored record', received: 'none' },
  });
}
