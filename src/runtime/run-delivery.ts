import { BatonError, ExecutionFailedError } from '../errors';
import type { InvocationAnswer } from './answer';
import { claimExecution } from './claim-execution';
import type { Collaborators } from './collaborators';
import { apply } from './core/apply';
import type { Arrival } from './core/arrival';
import type { JobPlan } from './core/job-plan';
import { Journal, type JournalRoom } from './journal';
import { type InputValidator, type OpenedExecution, openExecution } from './opened-execution';
import type { Context } from './ports';
import { runInvocation } from './run-invocation';
import { SignsOfLife } from './signs-of-life';
import type { TimeBudget } from './time-budget';

/** One delivery: an event, or one record of a batch. */
export interface Delivery {
  readonly plan: JobPlan;
  readonly arrival: Arrival;
  /** What Lambda's own retry keeps: `awsRequestId`, or the SQS `messageId`. */
  readonly delivery: string;
  readonly context: Context;
  readonly budget: TimeBudget;
  readonly collaborators: Collaborators;
  readonly validate: InputValidator;
  /** Makes a fresh job instance with its dependencies. */
  readonly construct: () => object;
}

/** Runs what a delivery asks for: opens the execution, claims it when there is a store, and runs one invocation of it. */
export async function runDelivery(delivery: Delivery): Promise<InvocationAnswer> {
  const signs = new SignsOfLife({ ...delivery, intervalMs: delivery.plan.intervalMs });
  let isEndRecorded = true;
  try {
    return await runOpened(delivery, signs);
  } catch (error) {
    isEndRecorded = delivery.collaborators.store !== undefined || !isEndOfInterruptions(error);
    throw error;
  } finally {
    if (isEndRecorded) signs.end();
  }
}

/** Without a store Lambda delivers a failed execution again: what was counted has to be there, or the step would start once more. */
function isEndOfInterruptions(error: unknown): boolean {
  return error instanceof ExecutionFailedError && BatonError.is(error.cause) && error.cause.code === 'STEP_INTERRUPTED';
}

async function runOpened({ arrival, delivery, validate, ...parts }: Delivery, signs: SignsOfLife): Promise<InvocationAnswer> {
  const { plan, budget, collaborators } = parts;
  const opened = await openExecution(plan, arrival, collaborators, validate);
  const { store } = collaborators;
  if (store === undefined) return runInvocation({ ...parts, signs, opened: countLostTries(plan, opened, signs), openJournal: undefined });
  const isStart = arrival.kind === 'start';
  const { deadlineMs: leaseUntilMs } = budget;
  const { functionName } = parts.context;
  const remainingMs = () => budget.remainingMs();
  const result = await claimExecution({
    ...{ plan, store, collaborators, opened, isStart, delivery, leaseUntilMs, functionName, remainingMs, signs },
  });
  if (result.kind === 'answered') {
    collaborators.logger.info('delivery answered from the store', { ...result.answer, result: undefined, job: plan.name });
    return result.answer;
  }
  const openJournal = (room: JournalRoom) => new Journal(store, result.claim, room);
  return runInvocation({ ...parts, signs, opened: result.opened, openJournal });
}

/** With no store to say so, the tries that died in this environment are all that is known. */
function countLostTries(plan: JobPlan, opened: OpenedExecution, signs: SignsOfLife): OpenedExecution {
  if (signs.lost === undefined) return opened;
  const { count } = signs.lost;
  return { ...opened, execution: apply(plan, opened.execution, { kind: 'interrupted', interruption: signs.judgeDeath(), count }) };
}
