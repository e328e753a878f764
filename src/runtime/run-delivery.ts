import type { InvocationAnswer } from './answer';
import { claimExecution } from './claim-execution';
import type { Collaborators } from './collaborators';
import type { Arrival } from './core/arrival';
import type { JobPlan } from './core/job-plan';
import { Journal, type JournalRoom } from './journal';
import { type InputValidator, openExecution } from './opened-execution';
import type { Context } from './ports';
import { runInvocation } from './run-invocation';
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
export async function runDelivery({ arrival, delivery, validate, ...parts }: Delivery): Promise<InvocationAnswer> {
  const { plan, budget, collaborators } = parts;
  const opened = await openExecution(plan, arrival, collaborators, validate);
  const { store } = collaborators;
  if (store === undefined) return runInvocation({ ...parts, opened, openJournal: undefined });
  const isStart = arrival.kind === 'start';
  const result = await claimExecution({ plan, store, collaborators, opened, isStart, delivery, leaseUntilMs: budget.deadlineMs });
  if (result.kind === 'answered') {
    collaborators.logger.info('delivery answered from the store', { ...result.answer, result: undefined, job: plan.name });
    return result.answer;
  }
  const openJournal = (room: JournalRoom) => new Journal(store, result.claim, room);
  return runInvocation({ ...parts, opened: result.opened, openJournal });
}
