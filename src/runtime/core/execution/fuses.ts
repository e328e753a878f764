import { FuseBlownError, type FuseName, StepInterruptedError } from '../../../errors';
import { isCompensating } from './compensation';
import { type Execution, nameUnit } from './execution';
import type { InterruptionEnding } from './interruption';
import type { JobPlan } from './job-plan';
import { type Compensation, maxRuns } from './undo';

/** Those that are checked before every unit of work. */
type OwnFuse = Exclude<FuseName, 'maxDepth'>;

/** Deaths in a row, wherever they happen, that end an execution: `maxInterruptions` counts those at one place. */
const maxDeaths = 10;

/** The fuse that has blown, when one has. Checked before every unit of work. */
export function checkFuses(
  plan: JobPlan,
  execution: Execution,
  nowMs: number,
  costUsd = execution.costUsd,
): FuseBlownError | StepInterruptedError | undefined {
  const { limits } = plan;
  // A compensation has them again, and no others.
  const { startedAtMs = execution.startedAtMs, invocationCount: before = 0 } =
    readCompensation(execution) ?? {};
  const durationMs = Math.max(nowMs, execution.resumeAtMs) - startedAtMs;
  if (durationMs > limits.maxDurationMs) return blow(plan, execution, 'maxDurationMs', Math.ceil(durationMs));
  const invocationCount = execution.invocation - execution.line.wakeUpCount - before;
  if (invocationCount > limits.maxInvocations)
    return blow(plan, execution, 'maxInvocations', invocationCount);
  return isCompensating(execution) ? checkDeaths(plan, execution) : checkOthers(plan, execution, costUsd);
}

function checkOthers(
  plan: JobPlan,
  execution: Execution,
  ownCostUsd: number,
): FuseBlownError | StepInterruptedError | undefined {
  const { limits } = plan;
  const costUsd = ownCostUsd + (execution.among?.childrenCostUsd ?? 0);
  if (execution.idleInvocationCount > limits.maxIdleInvocations) {
    return blow(plan, execution, 'maxIdleInvocations', execution.idleInvocationCount);
  }
  const stalledCount = execution.stall?.count ?? 0;
  if (stalledCount > limits.maxStalledInvocations)
    return blow(plan, execution, 'maxStalledInvocations', stalledCount);
  if (costUsd > (limits.maxCostUsd ?? Number.POSITIVE_INFINITY))
    return blow(plan, execution, 'maxCostUsd', roundUp(costUsd));
  if (execution.interruptionCount >= limits.maxInterruptions) return interruptionsError(plan, execution);
  return checkDeaths(plan, execution);
}

function checkDeaths(plan: JobPlan, execution: Execution): StepInterruptedError | undefined {
  return execution.line.deathCount >= maxDeaths ? deathsError(plan, execution) : undefined;
}

function readCompensation(execution: Execution): Compensation | undefined {
  return isCompensating(execution) ? execution.undo?.compensation : undefined;
}

/** The fuse of an execution that would run a step that can be undone once more than can be remembered. */
export function rememberedRunsError(plan: JobPlan, execution: Execution): FuseBlownError {
  return blow(plan, execution, 'maxRememberedRuns', maxRuns + 1);
}

/** The fuse of an execution that has slept until it may last no longer. */
export function oversleptError(plan: JobPlan, execution: Execution, nowMs: number): FuseBlownError {
  return blow(plan, execution, 'maxDurationMs', Math.ceil(nowMs - execution.startedAtMs));
}

/** To a millionth of a dollar. */
function roundUp(usd: number): number {
  return Math.ceil(usd * 1e6) / 1e6;
}

const whatHappened: Record<OwnFuse, string> = {
  maxCostUsd: 'has cost',
  maxDurationMs: 'lasts or would last',
  maxIdleInvocations: 'has handed over without doing anything',
  maxInvocations: 'needs invocation number',
  maxRememberedRuns: 'would have to remember, to undo them,',
  maxStalledInvocations: 'has handed over with the same state at the same place',
};

const fixes: Record<OwnFuse, string> = {
  maxCostUsd: 'Look at the cost per item first; raise limits.maxCostUsd if it is right.',
  maxDurationMs:
    'Look at why @Terminate is not true yet; raise limits.maxDurationMs if the work really takes longer.',
  maxIdleInvocations:
    "Raise the function's time-out above safeMs plus the step's minBudgetMs, or lower those.",
  maxInvocations:
    'Look at why @Terminate is not true yet; raise limits.maxInvocations if the work really takes more.',
  maxRememberedRuns:
    'Let one run of a step with compensate do more, or start an execution for each part of the work.',
  maxStalledInvocations:
    'Keep in @State what is done, so that the next invocation does not do it again; raise limits.maxStalledInvocations if it is kept elsewhere.',
};

const units: Record<OwnFuse, string> = {
  maxCostUsd: ' USD',
  maxDurationMs: ' ms',
  maxIdleInvocations: ' times in a row',
  maxInvocations: '',
  maxRememberedRuns: ' runs of steps',
  maxStalledInvocations: ' times in a row',
};

function blow(plan: JobPlan, execution: Execution, limit: OwnFuse, actual: number): FuseBlownError {
  const isOwn = limit !== 'maxRememberedRuns';
  const allowed = isOwn ? (plan.limits[limit] ?? 0) : maxRuns;
  const said = isOwn ? `limits.${limit} is ${allowed}` : `${allowed} is the limit`;
  return new FuseBlownError({
    problem: `Execution ${execution.executionId} of job ${plan.name} ${whatHappened[limit]} ${actual}${units[limit]}; ${said}.`,
    fix: fixes[limit],
    details: { limit, allowed, actual },
  });
}

const endings: Record<InterruptionEnding, string> = {
  crash: 'its process ended before its time was up: it crashed, exited, or ran out of memory',
  'hard-edge': 'it was still running at the hard edge, and was abandoned',
  'out-of-memory': 'its process was killed with its memory nearly full: it probably ran out of it',
  'safe-window': 'it stopped when it was asked to in the safe window, and had not got anywhere',
  timeout: 'Lambda killed it at its time-out',
  unknown: 'its process was killed, by the time-out or by a crash',
};

const askToStop =
  "stop when ctx.shouldYield() is true, or make it a generator that yields; else raise the function's time-out or memory.";

function adviseOn(ending: InterruptionEnding, step: string): string {
  if (ending === 'out-of-memory') return `Raise the function's memory, or let ${step} hold less at once.`;
  if (ending === 'crash')
    return `Look at the end of that invocation's log; it may be native code, process.exit(), or too little memory for ${step}.`;
  return `Let ${step} ${askToStop}`;
}

/** What was running is not known: a step is killed more often than the predicate before it. */
function nameSuspect(plan: JobPlan, execution: Execution): string {
  const step = plan.steps[execution.stepIndex];
  return execution.phase === 'check' && step !== undefined ? step.method : nameUnit(plan, execution);
}

function interruptionsError(plan: JobPlan, execution: Execution): StepInterruptedError {
  const { interruptionCount: actual, interruption } = execution;
  const step = interruption?.unit || nameSuspect(plan, execution);
  const ending = interruption?.ending ?? 'unknown';
  return new StepInterruptedError({
    problem: `${step} of job ${plan.name} was cut off ${actual} times in a row without reaching a safe point; limits.maxInterruptions is ${plan.limits.maxInterruptions}. The last time ${endings[ending]}.`,
    fix: adviseOn(ending, step),
    details: { step, limit: 'maxInterruptions', allowed: plan.limits.maxInterruptions, actual, ending },
  });
}

function deathsError(plan: JobPlan, { line, interruption }: Execution): StepInterruptedError {
  const { ending = 'unknown', unit: step = '' } = interruption ?? {};
  return new StepInterruptedError({
    problem: `Job ${plan.name} was cut off ${line.deathCount} times in a row, in different places, and no invocation between them came to its end; ${maxDeaths} is the limit. The last time ${endings[ending]}.`,
    fix: "Look at the ends of these invocations' logs: too little memory, native code and process.exit() are the usual reasons.",
    details: { step, limit: 'maxDeaths', allowed: maxDeaths, actual: line.deathCount, ending },
  });
}
