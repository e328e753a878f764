import type { JobPlan, Limits, StepPlan } from './job-plan';
import { maxChain, recursionLimit } from './line';

/** How often a message is received, at least, before it may go to a dead-letter queue: throttles count as receipts. */
export const leastReceiveCount = 5;
/** How many time-outs AWS recommends a message to stay hidden. */
export const recommendedVisibility = 6;
/** A job that may be billed for longer than this, in milliseconds, has no fuse worth the name: a year. */
const maxRunMs = 366 * 24 * 60 * 60 * 1_000;
const dayMs = 24 * 60 * 60 * 1_000;
/** How long a record is kept after its execution, in days. */
const keptDays = 30;

/** Lists the steps that never start: they want more time than an invocation has before its safe window. */
export function listStarvedSteps<Step extends Pick<StepPlan, 'minBudgetMs'>>(
  steps: readonly Step[],
  workMs: number,
): Step[] {
  return steps.filter(({ minBudgetMs }) => minBudgetMs >= workMs);
}

/** Whether an execution may need more invocations than a chain of them can count on: it is parked then, or dropped by AWS. */
export function outlastsRecursion({ maxInvocations }: Pick<Limits, 'maxInvocations'>): boolean {
  return maxInvocations > maxChain;
}

/** What becomes of an execution that needs more, under the recursion setting `Terminate`. */
export function describeOutlasting(hasStore: boolean): string {
  if (!hasStore)
    return `AWS drops every execution after about ${recursionLimit} invocations, without a word in its log`;
  return `every execution is parked after ${maxChain} invocations, before AWS would drop it, and waits for baton redrive`;
}

/** Whether no limit would end an execution within a year. */
export function hasNoFuse({ maxInvocations, maxDurationMs, maxCostUsd }: Limits, timeoutMs: number): boolean {
  return Math.min(maxInvocations * timeoutMs, maxDurationMs) > maxRunMs && maxCostUsd === undefined;
}

/**
 * How many days an object of a store is needed at least: a state that never changes is written once, at the beginning, and the record
 * that names it up to `maxDurationMs` later, which is then kept for 30 days; as long again, for one that is redriven in that time.
 *
 * @returns undefined for more than a century
 */
export function countKeptDays({ maxDurationMs }: Pick<Limits, 'maxDurationMs'>): number | undefined {
  const days = Math.ceil((2 * maxDurationMs) / dayMs) + 2 * keptDays;
  return days > 36_500 ? undefined : days;
}

/** Whether the job can do without a store. */
export function needsStore({ durability }: Pick<JobPlan, 'durability'>): boolean {
  return durability !== undefined && durability !== 'handoff';
}
