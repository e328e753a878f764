import { FuseBlownError, type FuseName, StepInterruptedError } from '../../errors';
import { type Execution, nameUnit } from './execution';
import type { JobPlan } from './job-plan';

/** The fuse that has blown, when one has. Checked before every unit of work. */
export function checkFuses(plan: JobPlan, execution: Execution, nowMs: number): FuseBlownError | StepInterruptedError | undefined {
  const { limits } = plan;
  const durationMs = Math.max(nowMs, execution.resumeAtMs) - execution.startedAtMs;
  if (durationMs > limits.maxDurationMs) return blow(plan, execution, 'maxDurationMs', Math.ceil(durationMs));
  if (execution.invocation > limits.maxInvocations) return blow(plan, execution, 'maxInvocations', execution.invocation);
  if (execution.idleInvocationCount > limits.maxIdleInvocations) {
    return blow(plan, execution, 'maxIdleInvocations', execution.idleInvocationCount);
  }
  if (execution.interruptionCount >= limits.maxInterruptions) return describeInterruptions(plan, execution);
  return undefined;
}

const whatHappened: Record<FuseName, string> = {
  maxCostUsd: 'has cost',
  maxDurationMs: 'lasts or would last',
  maxIdleInvocations: 'has handed over without doing anything',
  maxInvocations: 'needs invocation number',
};

const cures: Record<FuseName, string> = {
  maxCostUsd: 'Look at the cost per item first; raise limits.maxCostUsd if it is right.',
  maxDurationMs: 'Look at why @Terminate is not true yet; raise limits.maxDurationMs if the work really takes longer.',
  maxIdleInvocations: "Raise the function's time-out above safeMs plus the step's minBudgetMs, or lower those.",
  maxInvocations: 'Look at why @Terminate is not true yet; raise limits.maxInvocations if the work really takes more.',
};

const units: Record<FuseName, string> = {
  maxCostUsd: ' USD',
  maxDurationMs: ' ms',
  maxIdleInvocations: ' times in a row',
  maxInvocations: '',
};

function blow(plan: JobPlan, execution: Execution, limit: FuseName, actual: number): FuseBlownError {
  const allowed = plan.limits[limit] ?? 0;
  return new FuseBlownError({
    problem: `Execution ${execution.executionId} of job ${plan.name} ${whatHappened[limit]} ${actual}${units[limit]}; limits.${limit} is ${allowed}.`,
    cure: cures[limit],
    details: { limit, allowed, actual },
  });
}

function describeInterruptions(plan: JobPlan, execution: Execution): StepInterruptedError {
  const step = nameUnit(plan, execution);
  const { interruptionCount: actual } = execution;
  return new StepInterruptedError({
    problem: `${step} of job ${plan.name} was cut off ${actual} times in a row without reaching a safe point; limits.maxInterruptions is ${plan.limits.maxInterruptions}.`,
    cure: `Let ${step} stop when ctx.shouldYield() is true, or make it a generator that yields; else raise the function's time-out or memory.`,
    details: { step, limit: 'maxInterruptions', allowed: plan.limits.maxInterruptions, actual },
  });
}
