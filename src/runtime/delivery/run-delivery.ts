import { BatonError, ExecutionFailedError, IncompatibleStateError } from '../../errors';
import { Heartbeats } from '../checkpoint/heartbeats';
import { Journal, type JournalDeps } from '../checkpoint/journal';
import { rememberRun } from '../core/execution/compensation';
import type { Execution } from '../core/execution/execution';
import { countDeath } from '../core/execution/interruption';
import type { JobPlan } from '../core/execution/job-plan';
import { isElsewhere } from '../core/execution/line';
import { beginRun, describeRun } from '../core/execution/trail';
import type { Arrival, ContinuationArrival, LookArrival, StartArrival } from '../core/message/arrival';
import { checkCode, checkJob } from '../core/message/continuation';
import { type Envelope, openEnvelope } from '../core/message/envelope';
import { parseRecord } from '../core/record/execution-record';
import { type LookDeps, writeLook } from '../hand-off/send-look';
import type { InvocationAnswer, InvocationResult, SignalAnswer } from '../invocation/answer';
import {
  type InputValidator,
  type LostInvocation,
  type OpenedExecution,
  openContinuation,
  openStart,
} from '../invocation/opened-execution';
import { runInvocation } from '../invocation/run-invocation';
import type { Emitter } from '../observe/emitter';
import type { CheckpointStore, Context, LostTries } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { TimeBudget } from '../time/time-budget';
import { type ClaimResult, claimExecution, pinExecution } from './claim-execution';
import { answerForwarded, forward, sendAgain, sendLookAt, writeForwarded } from './look';
import { takeSignal } from './take-signal';

/** One delivery: an event, or one record of a batch. */
export interface Delivery {
  readonly plan: JobPlan;
  readonly arrival: Arrival;
  /** What Lambda's own retry keeps: `awsRequestId`, or the SQS `messageId`. */
  readonly delivery: string;
  /** Whether it is a queue's: what is not acknowledged comes again. */
  readonly isQueued: boolean;
  readonly context: Context;
  readonly budget: TimeBudget;
  readonly collaborators: Collaborators;
  readonly emitter: Emitter;
  /** Whether it is the first in its execution environment. */
  readonly isCold: boolean;
  readonly validate: InputValidator;
  /** Makes a fresh job instance with its dependencies. */
  readonly construct: () => object;
  /** Every job of the handler. */
  readonly hosted: readonly JobPlan[];
}

/** What became of a delivery. */
export interface DeliveryResult {
  readonly answer: InvocationAnswer | SignalAnswer;
  /** Whether its queue has to deliver it again, although nothing has failed: somebody else is at work, who may die yet. */
  readonly isHandedBack: boolean;
}

/** Runs what a delivery asks for: opens the execution, claims it when there is a store, and runs one invocation of it. */
export async function runDelivery(delivery: Delivery): Promise<DeliveryResult> {
  const signs = new Heartbeats({ ...delivery, intervalMs: delivery.plan.intervalMs });
  let isEndRecorded = true;
  try {
    const result = await open(delivery, signs);
    return { answer: result.answer, isHandedBack: await leaveSomebodyComing(delivery, result) };
  } catch (error) {
    isEndRecorded = delivery.collaborators.store !== undefined || !isEndOfInterruptions(error);
    throw error;
  } finally {
    if (isEndRecorded) signs.end();
  }
}

/** Without a store Lambda delivers a failed execution again: what was counted has to be there, or the step would start once more. */
function isEndOfInterruptions(error: unknown): boolean {
  return (
    error instanceof ExecutionFailedError &&
    BatonError.is(error.cause) &&
    error.cause.code === 'STEP_INTERRUPTED'
  );
}

/**
 * A delivery that is dropped while another one is at work may be the only one that is left when that one dies: to AWS both can be the same
 * message, whose success ends the retries of the other. So a queue gets its message back, and any other delivery sends a look.
 *
 * @returns whether the queue gets its message back
 */
async function leaveSomebodyComing(delivery: Delivery, { answer, live }: InvocationResult): Promise<boolean> {
  if (live === undefined || answer.status === 'signalled') return false;
  if (delivery.isQueued) return true;
  const { executionId, invocation } = answer;
  const { owner, leaseUntilMs: notBeforeMs } = live;
  await sendLookAt(
    { executionId, chain: 1, notBeforeMs, delivery: owner },
    invocation,
    describeDeps(delivery),
  );
  return false;
}

function describeDeps({ collaborators, context, budget }: Delivery): LookDeps {
  return { collaborators, context, remainingMs: () => budget.remainingMs() };
}

async function open(delivery: Delivery, signs: Heartbeats): Promise<InvocationResult> {
  const { arrival, plan, collaborators } = delivery;
  switch (arrival.kind) {
    case 'start':
      return openFresh(delivery, arrival, signs);
    case 'continuation':
      return openContinued(delivery, arrival, signs);
    case 'look':
      if (collaborators.store === undefined) throw noStoreError(plan, arrival.executionId);
      return openLook(delivery, arrival, collaborators.store, signs);
    case 'signal':
      if (collaborators.store === undefined) throw noStoreError(plan, String(arrival.executionId), 'signal');
      return { answer: await takeSignal(delivery, arrival, collaborators.store) };
  }
}

async function openFresh(
  delivery: Delivery,
  arrival: StartArrival,
  signs: Heartbeats,
): Promise<InvocationResult> {
  const { plan, collaborators, validate } = delivery;
  const { store } = collaborators;
  let start: OpenedExecution | undefined;
  try {
    start = await openStart(plan, arrival, collaborators, validate);
  } catch (error) {
    // What is recorded as started is recorded as refused.
    if (store === undefined || !(await isFresh(store, arrival.executionId, collaborators))) throw error;
    const { executionId, chainLength = 0 } = arrival;
    return runClaimed(delivery, store, { executionId, invocation: 1, start, chainLength }, signs);
  }
  if (store === undefined) return runWithoutStore(delivery, start, signs);
  const { executionId, chainLength = 0 } = arrival;
  return runClaimed(delivery, store, { executionId, invocation: 1, start, chainLength }, signs);
}

async function openContinued(
  delivery: Delivery,
  { envelope }: ContinuationArrival,
  signs: Heartbeats,
): Promise<InvocationResult> {
  const { plan, collaborators, context } = delivery;
  const message = openEnvelope(envelope, collaborators.seal);
  const { executionId, invocation, line } = checkJob(plan, message.continuation);
  const { store, continueOn } = collaborators;
  const isOfOtherCode = continueOn !== 'latest' && isElsewhere(line.pin, context);
  if (!isOfOtherCode) checkCode(plan, message.continuation);
  if (store !== undefined)
    return runClaimed(
      delivery,
      store,
      { executionId, invocation, start: undefined, chainLength: undefined },
      signs,
    );
  if (isOfOtherCode && (await forwardMessage(delivery, message, line.pin ?? '')))
    return { answer: answerForwarded(executionId, invocation) };
  return runWithoutStore(delivery, openContinuation(plan, message, collaborators), signs);
}

function forwardMessage(delivery: Delivery, message: Envelope, pin: string): Promise<boolean> {
  const { executionId, invocation } = message.continuation;
  return forward(
    writeForwarded(message, delivery.collaborators),
    pin,
    executionId,
    invocation,
    describeDeps(delivery),
  );
}

async function openLook(
  delivery: Delivery,
  arrival: LookArrival,
  store: CheckpointStore,
  signs: Heartbeats,
): Promise<InvocationResult> {
  const { executionId, chainLength, delivery: onBehalfOf, notBeforeMs = 0 } = arrival;
  const { collaborators } = delivery;
  if (notBeforeMs > collaborators.clock.now()) {
    const sleeping = onBehalfOf === undefined ? await findSleeper(store, arrival, collaborators) : undefined;
    // A timer that nobody needs any more ends here.
    if (onBehalfOf === undefined && sleeping === undefined)
      return { answer: { status: 'duplicate', executionId, invocation: 0 } };
    // A queue cannot hold a message back for longer than it can, and clocks differ.
    const look = {
      executionId,
      chain: chainLength + 1,
      notBeforeMs,
      ...(onBehalfOf !== undefined && { delivery: onBehalfOf }),
    };
    await sendLookAt(look, 0, describeDeps(delivery));
    const status = onBehalfOf === undefined ? 'waiting' : 'duplicate';
    return { answer: { status, executionId, invocation: sleeping ?? 0 } };
  }
  return runClaimed(
    delivery,
    store,
    { executionId, invocation: null, start: undefined, chainLength, onBehalfOf },
    signs,
  );
}

/** The invocation that an execution sleeps after, when it still sleeps until the time that a look was sent for; 0 when it is not known. */
async function findSleeper(
  store: CheckpointStore,
  { executionId, notBeforeMs }: LookArrival,
  { platform }: Collaborators,
): Promise<number | undefined> {
  const stored = await store.load(executionId);
  if (stored === undefined) return 0;
  const { outcome, handedOffTo, continuation, invocation } = parseRecord(stored.head, platform.checksum);
  const isAsleep = outcome === null && handedOffTo !== null && continuation.resumeAtMs === notBeforeMs;
  return isAsleep ? invocation : undefined;
}

/** Whether an execution was written down by whoever starts it, and has not begun. */
async function isFresh(
  store: CheckpointStore,
  executionId: string,
  { platform }: Collaborators,
): Promise<boolean> {
  const stored = await store.load(executionId);
  return stored !== undefined && parseRecord(stored.head, platform.checksum).isFresh === true;
}

/** What a claim is for. */
interface Claimed {
  readonly executionId: string;
  readonly invocation: number | null;
  readonly start: OpenedExecution | undefined;
  readonly chainLength: number | undefined;
  readonly onBehalfOf?: string | undefined;
}

async function runClaimed(
  delivery: Delivery,
  store: CheckpointStore,
  claimed: Claimed,
  signs: Heartbeats,
  isPinIgnored = false,
): Promise<InvocationResult> {
  const { plan, collaborators, budget, context } = delivery;
  const remainingMs = () => budget.remainingMs();
  const { deadlineMs: leaseUntilMs } = budget;
  const { executionId } = claimed;
  const emitter = delivery.emitter.about({ executionId, invocation: claimed.invocation ?? 0 });
  const request = {
    plan,
    store,
    collaborators,
    emitter,
    delivery: delivery.delivery,
    leaseUntilMs,
    context,
    isCold: delivery.isCold,
    isPinIgnored,
    signs,
    validate: delivery.validate,
    remainingMs,
  };
  const result = await claimExecution({ ...request, ...claimed });
  switch (result.kind) {
    case 'answered':
      return result;
    case 'send-again':
      return { answer: await sendAgain(result.continuation, result.epoch, describeDeps(delivery)) };
    case 'elsewhere':
      return (
        (await forwardLook(delivery, claimed, result)) ?? runClaimed(delivery, store, claimed, signs, true)
      );
    case 'claimed': {
      const openJournal = (room: JournalDeps) => new Journal(store, result.claim, room);
      const deliveries = [delivery.delivery, claimed.onBehalfOf ?? delivery.delivery];
      return runInvocation({ ...delivery, deliveries, signs, opened: result.opened, openJournal });
    }
  }
}

/** Undefined when there is nobody to forward it to. */
async function forwardLook(
  delivery: Delivery,
  { executionId, chainLength, onBehalfOf = delivery.delivery }: Claimed,
  { pin, invocation, chainLength: recorded }: Extract<ClaimResult, { kind: 'elsewhere' }>,
): Promise<InvocationResult | undefined> {
  const look = writeLook({ executionId, chain: (chainLength ?? recorded) + 1, delivery: onBehalfOf });
  const isSent = await forward(look, pin, executionId, invocation, describeDeps(delivery));
  return isSent ? { answer: answerForwarded(executionId, invocation) } : undefined;
}

/** With no store to say so, the tries that died in this environment are all that is known. */
function runWithoutStore(
  delivery: Delivery,
  given: OpenedExecution,
  signs: Heartbeats,
): Promise<InvocationResult> {
  const counted = countLostTries(given, signs, delivery);
  const { collaborators, context, isCold } = delivery;
  const execution = pinExecution(counted.execution, delivery);
  const opened = {
    ...counted,
    execution: beginRun(execution, describeRun(context, isCold, collaborators.clock.now())),
  };
  return runInvocation({
    ...delivery,
    deliveries: [delivery.delivery],
    signs,
    opened,
    openJournal: undefined,
  });
}

function countLostTries(
  opened: OpenedExecution,
  signs: Heartbeats,
  { context, plan }: Delivery,
): OpenedExecution {
  if (signs.lost === undefined) return opened;
  const { count, place, samePlaceCount } = signs.lost;
  const interruption = { ...signs.checkDeath(), ...(place === 'hand-off' && { place }) };
  const deaths = { count, samePlaceCount: place === 'later' ? 0 : samePlaceCount };
  const lost = describeLostTry(opened.execution, signs.lost, context);
  const counted = countDeath(opened.execution, interruption, deaths);
  return { ...opened, lost, execution: place === 'hand-off' ? counted : rememberRun(plan, counted) };
}

/** Lambda tries the same delivery again, under the same id. When the lost try began is not known. */
function describeLostTry(
  { invocation }: Execution,
  { lastSign: { atMs, unit }, place }: LostTries,
  { awsRequestId: requestId }: Context,
): LostInvocation {
  const isHandingOver = place === 'hand-off';
  return { invocation, requestId, startedAtMs: atMs, heardAtMs: atMs, costUsd: 0, unit, isHandingOver };
}

function noStoreError(plan: JobPlan, executionId: string, what = 'look'): IncompatibleStateError {
  return new IncompatibleStateError({
    problem: `A ${what} asks for execution ${executionId} of job ${plan.name}, and this function has no checkpoint store to look in.`,
    fix: 'Give the function the store that the execution was started with.',
    details: { executionId, expected: 'a checkpoint store', received: 'none' },
  });
}
