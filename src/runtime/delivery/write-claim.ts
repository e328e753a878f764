import { BatonError, IncompatibleStateError } from '../../errors';
import type { Heartbeats } from '../checkpoint/heartbeats';
import { type Claim, retentionMs } from '../checkpoint/journal-entry';
import { decodeState, readMarkedText } from '../checkpoint/state-text';
import { presumeRun } from '../core/execution/compensation';
import type { Execution } from '../core/execution/execution';
import { checkFuses } from '../core/execution/fuses';
import { countDeath } from '../core/execution/interruption';
import type { JobPlan } from '../core/execution/job-plan';
import { namePin } from '../core/execution/line';
import { migrateState } from '../core/execution/migrate-state';
import { beginRun, describeRun } from '../core/execution/trail';
import {
  type Continuation,
  checkCode,
  corrupt,
  describeContinuation,
  resumeExecution,
} from '../core/message/continuation';
import type { ClaimDecision } from '../core/record/claim';
import { type ExecutionRecord, writeRecord } from '../core/record/execution-record';
import { describeLastInvocation } from '../core/record/history';
import { describeMarkId, readStopMark, type StopMark, stoppedError } from '../core/record/stop-mark';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import type { InvocationResult, LiveOwner } from '../invocation/answer';
import type { InputValidator, OpenedExecution } from '../invocation/opened-execution';
import type { Emitter } from '../observe/emitter';
import type { CheckpointStore, Context, StoredRevision } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import { describeLostInvocation, markDead } from './lost-invocation';

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

/** A claim as far as it has come. */
export interface ClaimTrial extends ClaimRequest {
  /** The epoch that was written last, without knowing whether that took effect; 0 before. */
  triedEpoch: number;
  /** What its claims are known by: copies of one delivery may race. */
  readonly nonce: string;
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

/** What a store threw: the only failure of a claim that is worth another try. */
export class StoreFailure extends Error {}

export function failStore(cause: unknown): never {
  throw BatonError.is(cause) && !cause.retryable ? cause : new StoreFailure('the store failed', { cause });
}

export async function loadStopMark({
  plan,
  store,
  collaborators,
}: ClaimRequest): Promise<StopMark | undefined> {
  return readStopMark(
    plan.name,
    await store.load(describeMarkId(plan.name)),
    collaborators.platform.checksum,
  );
}

export async function createRecord(
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
export function begin(execution: Execution, request: ClaimRequest): Execution {
  const { collaborators, context, isCold } = request;
  return beginRun(pinExecution(execution, request), describeRun(context, isCold, collaborators.clock.now()));
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

export async function claimRecord(
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
  const execution = mayHaveBegun ? presumeRun(plan, counted, request.collaborators.clock.now()) : counted;
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

export async function save(
  request: ClaimTrial,
  record: ExecutionRecord,
  state: string,
  expected: string | undefined,
  startedAtMs: number,
  opened: OpenedExecution,
): Promise<ClaimResult | undefined> {
  const { plan, store, collaborators, delivery, leaseUntilMs, executionId } = request;
  const head = writeRecord({ ...record, claimNonce: request.nonce }, collaborators.platform.checksum);
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

/** The record of a claim. The state beside it is still of the version that wrote it. */
export function describeClaim(
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

export function answer(executionId: string, invocation: number, live?: LiveOwner): ClaimResult {
  const rest = live && { live: { owner: live.owner, leaseUntilMs: live.leaseUntilMs } };
  return { kind: 'answered', answer: { status: 'duplicate', executionId, invocation }, ...rest };
}

function lostStateError(plan: JobPlan, executionId: string): IncompatibleStateError {
  return new IncompatibleStateError({
    problem: `The continuation of execution ${executionId} of job ${plan.name} has no record in the store: it has expired, was deleted, or is in another store.`,
    fix: 'Point the function at the store that the execution was started with, or start the execution again.',
    details: { executionId, expected: 'a stored record', received: 'none' },
  });
}
