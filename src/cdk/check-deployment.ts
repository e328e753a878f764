import type { JobFault } from '../errors/definition-errors';
import {
  countKeptDays,
  describeOutlasting,
  hasNoFuse,
  leastReceiveCount,
  listStarvedSteps,
  needsStore,
  outlastsRecursion,
} from '../runtime/core/execution/deployment-rules';
import type { JobPlan } from '../runtime/core/execution/job-plan';
import { maxChain } from '../runtime/core/execution/line';

/** What is about to be deployed, in plain numbers. What only CloudFormation knows is undefined, and passes every check. */
export interface DeploymentFacts {
  readonly timeoutMs: number | undefined;
  readonly recursiveLoop: 'Allow' | 'Terminate' | undefined;
  readonly hasStore: boolean;
  /** Undefined without a queue. */
  readonly queue:
    | { readonly visibilityMs: number | undefined; readonly maxReceiveCount: number | undefined }
    | undefined;
  /** When objects of a new bucket expire, in days; undefined when that was left to the construct. */
  readonly expireAfterDays: number | undefined;
}

/** The longest time-out there is: that of Lambda Managed Instances, in milliseconds. */
const maxTimeoutMs = 5_400_000;
/** The longest that SQS hides a message, in milliseconds. */
const maxVisibilityMs = 43_200_000;

/** Lists everything that cannot work; nothing that is merely unwise. */
export function checkDeployment(facts: DeploymentFacts, plans: readonly JobPlan[]): JobFault[] {
  return [...checkFunction(facts), ...checkQueue(facts), ...plans.flatMap((plan) => checkJob(facts, plan))];
}

function checkFunction({ timeoutMs }: DeploymentFacts): JobFault[] {
  return refuseIf(isAbove(timeoutMs, maxTimeoutMs), {
    problem: `timeout (${timeoutMs} ms) is longer than any Lambda function may run (${maxTimeoutMs} ms, on Managed Instances).`,
    fix: 'Set timeout to Duration.minutes(15): lambda-baton hands over before it ends.',
  });
}

function checkQueue({ queue, timeoutMs }: DeploymentFacts): JobFault[] {
  if (queue === undefined) return [];
  const { visibilityMs, maxReceiveCount } = queue;
  return [
    ...refuseIf(isAbove(timeoutMs, visibilityMs), {
      problem: `queue.visibilityTimeout (${visibilityMs} ms) is under the function's timeout (${timeoutMs} ms): AWS refuses the event source mapping.`,
      fix: `Set it to ${timeoutMs} ms at least, better six times as much, or leave it out.`,
    }),
    ...refuseIf(isAbove(visibilityMs, maxVisibilityMs), {
      problem: `queue.visibilityTimeout (${visibilityMs} ms) is more than SQS allows (${maxVisibilityMs} ms).`,
      fix: 'Set it to Duration.hours(12) or less, or leave it out.',
    }),
    ...refuseIf(maxReceiveCount !== undefined && !(maxReceiveCount >= leastReceiveCount), {
      problem: `queue.maxReceiveCount (${maxReceiveCount}) is under ${leastReceiveCount}: throttles alone would send continuations to the dead-letter queue.`,
      fix: `Set it to ${leastReceiveCount} or more, or leave it out.`,
    }),
  ];
}

function checkJob(facts: DeploymentFacts, plan: JobPlan): JobFault[] {
  return [
    ...checkTimes(facts, plan),
    ...checkDurability(facts, plan),
    ...checkFuses(facts, plan),
    ...checkExpiry(facts, plan),
  ];
}

function checkTimes({ timeoutMs }: DeploymentFacts, { name, safeMs, steps }: JobPlan): JobFault[] {
  if (timeoutMs === undefined) return [];
  const workMs = timeoutMs - safeMs;
  if (workMs <= 0) {
    const problem = `timeout (${timeoutMs} ms) is not above safeMs of job ${name} (${safeMs} ms): no invocation would ever start a step.`;
    return [{ problem, fix: `Set timeout above ${safeMs} ms, or lower safeMs in @LongRunning.` }];
  }
  return listStarvedSteps(steps, workMs).map(({ method, minBudgetMs }) => ({
    problem: `Step ${method} of job ${name} wants minBudgetMs ${minBudgetMs}, and an invocation has ${workMs} ms before its safe window: the step would never start.`,
    fix: `Set timeout above ${safeMs + minBudgetMs} ms, or lower minBudgetMs.`,
  }));
}

function checkDurability({ hasStore }: DeploymentFacts, plan: JobPlan): JobFault[] {
  return refuseIf(!hasStore && needsStore(plan), {
    problem: `Job ${plan.name} asks for durability ${JSON.stringify(plan.durability)}, and there is no store.`,
    fix: "Leave store: false out, or set durability: 'handoff' in @LongRunning.",
  });
}

/** With recursion allowed, nothing but the job's own limits stands between a wrong `@Terminate` and the bill. */
function checkFuses(
  { recursiveLoop, timeoutMs, hasStore }: DeploymentFacts,
  { name, limits }: JobPlan,
): JobFault[] {
  const { maxInvocations, maxDurationMs } = limits;
  if (recursiveLoop === undefined) return [];
  if (recursiveLoop === 'Terminate') {
    return refuseIf(outlastsRecursion(limits), {
      problem: `recursiveLoop is TERMINATE, and limits.maxInvocations of job ${name} is ${maxInvocations}: ${describeOutlasting(hasStore)}.`,
      fix: `Leave recursiveLoop out (ALLOW), or set limits.maxInvocations to ${maxChain} or less.`,
    });
  }
  return refuseIf(hasNoFuse(limits, timeoutMs ?? maxTimeoutMs), {
    problem: `recursiveLoop is ALLOW, and job ${name} has no fuse that would end it within a year (maxInvocations ${maxInvocations}, maxDurationMs ${maxDurationMs}).`,
    fix: 'Set limits.maxInvocations, limits.maxDurationMs or limits.maxCostUsd in @LongRunning to what the work may take.',
  });
}

/** A record that is written until the end may name an object of the beginning, and is kept for a while after that. */
function checkExpiry({ expireAfterDays }: DeploymentFacts, { name, limits }: JobPlan): JobFault[] {
  const leastDays = countKeptDays(limits);
  return refuseIf(leastDays !== undefined && isAbove(leastDays, expireAfterDays), {
    problem: `store.expireAfter (${expireAfterDays} days) is under ${leastDays} days, twice maxDurationMs of job ${name} and 60 days: the bucket would delete states that records still name.`,
    fix: `Set it to Duration.days(${leastDays}) or more, or leave it out.`,
  });
}

/** Whether both are known, and the first is above the second. */
function isAbove(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && other !== undefined && one > other;
}

function refuseIf(isWrong: boolean, fault: JobFault): JobFault[] {
  return isWrong ? [fault] : [];
}
