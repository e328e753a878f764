import { IncompatibleStateError } from '../../errors';
import { findRecord } from '../among/change-record';
import type { Heartbeats } from '../checkpoint/heartbeats';
import { Journal } from '../checkpoint/journal';
import type { JournalDeps } from '../checkpoint/journal-entry';
import type { JobPlan } from '../core/execution/job-plan';
import { isElsewhere } from '../core/execution/line';
import type { ContinuationArrival, LookArrival, StartArrival } from '../core/message/arrival';
import { checkCode, checkJob } from '../core/message/continuation';
import { type Envelope, openEnvelope } from '../core/message/envelope';
import type { ExecutionRecord } from '../core/record/execution-record';
import { type LookDeps, writeLook } from '../hand-off/send-look';
import { tryAtStore } from '../hand-off/tell-end';
import type { InvocationResult } from '../invocation/answer';
import { type OpenedExecution, openContinuation, openStart } from '../invocation/opened-execution';
import { runInvocation } from '../invocation/run-invocation';
import type { CheckpointStore } from '../ports';
import { claimExecution } from './claim-execution';
import type { Delivery } from './delivery';
import { answerForwarded, forward, sendAgain, sendLookAt, writeForwarded } from './look';
import { runWithoutStore } from './run-without-store';
import { takeSignal } from './take-signal';
import type { ClaimResult } from './write-claim';

export function describeDeps({ collaborators, context, budget }: Delivery): LookDeps {
  return { collaborators, context, remainingMs: () => budget.remainingMs() };
}

export async function open(delivery: Delivery, signs: Heartbeats): Promise<InvocationResult> {
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
      return { answer: await takeSignal(delivery, arrival) };
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
    if (store === undefined || !(await isFresh(delivery, arrival.executionId))) throw error;
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
    const sleeping = onBehalfOf === undefined ? await findSleeper(delivery, arrival) : undefined;
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
    const status = sleeping ? 'waiting' : 'duplicate';
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
  delivery: Delivery,
  { executionId, notBeforeMs }: LookArrival,
): Promise<number | undefined> {
  const record = await loadRecord(delivery, executionId);
  if (record === undefined) return 0;
  const { outcome, handedOffTo, continuation, invocation } = record;
  const isAsleep = outcome === null && handedOffTo !== null && continuation.resumeAtMs === notBeforeMs;
  return isAsleep ? invocation : undefined;
}

/** Whether an execution was written down by whoever starts it, and has not begun. */
async function isFresh(delivery: Delivery, executionId: string): Promise<boolean> {
  return (await loadRecord(delivery, executionId))?.isFresh === true;
}

async function loadRecord(delivery: Delivery, executionId: string): Promise<ExecutionRecord | undefined> {
  const deps = describeDeps(delivery);
  const found = await tryAtStore(deps, executionId, ({ store, checksum }) =>
    findRecord(store, checksum, executionId),
  );
  return found?.record;
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

function noStoreError(plan: JobPlan, executionId: string, what = 'look'): IncompatibleStateError {
  return new IncompatibleStateError({
    problem: `A ${what} asks for execution ${executionId} of job ${plan.name}, and this function has no checkpoint store to look in.`,
    fix: 'Give the function the store that the execution was started with.',
    details: { executionId, expected: 'a checkpoint store', received: 'none' },
  });
}
