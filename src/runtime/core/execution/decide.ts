import type { Sleep } from './among';
import {
  cutOffError,
  findCompensated,
  hasRuns,
  isCompensating,
  isUndoFull,
  maxCutOffs,
  notUndoableError,
} from './compensation';
import { type Execution, noStep } from './execution';
import { endlessCycleError, unreachableWaitError } from './failure-texts';
import { checkFuses, oversleptError, rememberedRunsError } from './fuses';
import type { JobPlan } from './job-plan';

/** What the world looks like at this moment. */
export interface Situation {
  readonly nowMs: number;
  /** Milliseconds until Lambda kills this invocation. */
  readonly remainingMs: number;
  /** The longest time a continuation can be held back, in seconds; 0 when no channel can. */
  readonly maxDelaySeconds: number;
  /** Milliseconds before the safe window that this invocation began with: what the next one may count on. */
  readonly freshBudgetMs: number;
  /** What the execution has cost so far, in US dollars. @defaultValue what it had cost at its last checkpoint */
  readonly costUsd?: number | undefined;
}

/** Why an invocation hands over. */
export type HandOffReason =
  | 'after-death'
  | 'budget'
  | 'children'
  | 'interrupted'
  | 'retry-delay'
  | 'safe-window'
  | 'signal'
  | 'slot'
  | 'wait';

/** What to do next. */
export type Decision =
  | { readonly kind: 'run' }
  | { readonly kind: 'sleep'; readonly ms: number }
  | {
      readonly kind: 'hand-off';
      readonly reason: HandOffReason;
      /** After how long a timer has to bring it back; 0 for at once, or for none at all when it falls asleep. */
      readonly delaySeconds: number;
      /** It is woken by a fact that others write. */
      readonly isAsleep?: true;
    }
  | { readonly kind: 'complete' }
  /** What is next can never be undone: what comes before it is next. */
  | { readonly kind: 'not-undone'; readonly error: unknown }
  /** All is undone that can be. */
  | { readonly kind: 'undone' }
  | { readonly kind: 'fail'; readonly error: unknown };

const run: Decision = Object.freeze({ kind: 'run' });
const complete: Decision = Object.freeze({ kind: 'complete' });
const handOffInSafeWindow: Decision = Object.freeze({
  kind: 'hand-off',
  reason: 'safe-window',
  delaySeconds: 0,
});
const handOffForBudget: Decision = Object.freeze({ kind: 'hand-off', reason: 'budget', delaySeconds: 0 });

/** Says what to do next with an execution. Pure: asked before every unit of work, with nothing but facts. */
export function decide(plan: JobPlan, execution: Execution, situation: Situation): Decision {
  if (execution.phase === 'complete' && plan.hooks.onComplete === undefined) return complete;
  if (isCompensating(execution)) return decideCompensation(plan, execution, situation);
  const budgetMs = situation.remainingMs - plan.safeMs;
  const blown = checkFuses(plan, execution, situation.nowMs, situation.costUsd);
  const isAsked = mayBeDone(plan, execution, situation);
  if (blown && !isAsked && !isWorkDone(execution)) return { kind: 'fail', error: blown };
  const sleep = execution.among?.sleep;
  if (sleep) return decideSleep(plan, execution, sleep, situation, budgetMs);
  if (execution.resumeAtMs > situation.nowMs) return pause(plan, execution, situation, budgetMs);
  if (budgetMs <= 0) return isAsked ? run : handOffInSafeWindow;
  if (execution.phase !== 'step') return run;
  if (execution.stepIndex === noStep) return { kind: 'fail', error: endlessCycleError(plan, execution) };
  if (isUndoFull(plan, execution)) return { kind: 'fail', error: rememberedRunsError(plan, execution) };
  const { minBudgetMs = 0 } = plan.steps[execution.stepIndex] ?? {};
  return budgetMs < minBudgetMs ? handOffForBudget : run;
}

const undone: Decision = Object.freeze({ kind: 'undone' });
const handOffAfterDeath: Decision = Object.freeze({
  kind: 'hand-off',
  reason: 'after-death',
  delaySeconds: 0,
});

/**
 * What comes next while an execution is compensated. A method that has killed its process twice is tried the third time in a delivery of
 * its own: that of the first two may have no try left.
 */
function decideCompensation(plan: JobPlan, execution: Execution, situation: Situation): Decision {
  if (!hasRuns(execution)) return undone;
  const blown = checkFuses(plan, execution, situation.nowMs);
  if (blown) return { kind: 'fail', error: blown };
  const method = findCompensated(plan, execution)?.compensate;
  if (method === undefined) return { kind: 'not-undone', error: notUndoableError(plan, execution) };
  const { interruptionCount, line, resumeAtMs } = execution;
  if (interruptionCount >= maxCutOffs)
    return { kind: 'not-undone', error: cutOffError(plan, execution, method) };
  const budgetMs = situation.remainingMs - plan.safeMs;
  if (resumeAtMs > situation.nowMs) return pause(plan, execution, situation, budgetMs);
  if (budgetMs <= 0) return handOffInSafeWindow;
  return interruptionCount === maxCutOffs - 1 && line.recovery === 2 ? handOffAfterDeath : run;
}

/**
 * Whether `@Terminate` has still to be asked for the first time: work that is done has not taken too long. When a cycle ends inside the
 * safe window it is asked all the same, up to the hard edge: the answer may save an invocation.
 */
function mayBeDone(
  plan: JobPlan,
  { phase, attempt, resumeAtMs, interruptionCount }: Execution,
  situation: Situation,
): boolean {
  if (phase !== 'check' || attempt !== 1 || interruptionCount !== 0 || resumeAtMs > situation.nowMs)
    return false;
  const { remainingMs, freshBudgetMs } = situation;
  return remainingMs > plan.safeMs || (freshBudgetMs > 0 && remainingMs > plan.reserveMs);
}

/**
 * Whether only `@OnComplete` is left, and was not begun: no limit that is reached meanwhile fails the execution then.
 */
export function isWorkDone({ phase, attempt, interruptionCount, idleInvocationCount }: Execution): boolean {
  return phase === 'complete' && attempt === 1 && interruptionCount === 0 && idleInvocationCount === 0;
}

/** How often an execution looks for a signal that has to wait for it in process, where there is no timer, in milliseconds. */
const listenEveryMs = 1_000;

/**
 * An execution that waits for others gives its invocation up at once: a timer is only for its time-out. One without a time-out ends when it
 * may last no longer: by a schedule where one can be that long, never by a chain of messages.
 */
function decideSleep(
  plan: JobPlan,
  execution: Execution,
  sleep: Sleep,
  { nowMs, maxDelaySeconds, freshBudgetMs }: Situation,
  budgetMs: number,
): Decision {
  const delayMs = execution.resumeAtMs - nowMs;
  if (delayMs <= 0) return { kind: 'fail', error: oversleptError(plan, execution, nowMs) };
  const seconds = Math.ceil(delayMs / 1_000);
  const isBounded = sleep.kind === 'signal' && sleep.isBounded;
  const reason = sleep.kind;
  if (!isBounded)
    return {
      kind: 'hand-off',
      reason,
      delaySeconds: seconds <= maxDelaySeconds ? seconds : 0,
      isAsleep: true,
    };
  if (maxDelaySeconds > 0)
    return { kind: 'hand-off', reason, delaySeconds: Math.min(seconds, maxDelaySeconds), isAsleep: true };
  if (delayMs < budgetMs) return { kind: 'sleep', ms: Math.min(delayMs, listenEveryMs) };
  if (delayMs < freshBudgetMs) return { kind: 'hand-off', reason, delaySeconds: 0 };
  return { kind: 'fail', error: unreachableWaitError(plan, delayMs, freshBudgetMs) };
}

/** A wait or a retry delay: here when it fits the budget, else in the queue, else in further invocations: a wait in one at most. */
function pause(plan: JobPlan, execution: Execution, situation: Situation, budgetMs: number): Decision {
  const delayMs = execution.resumeAtMs - situation.nowMs;
  if (delayMs < budgetMs) return { kind: 'sleep', ms: delayMs };
  if (situation.maxDelaySeconds > 0) {
    const delaySeconds = Math.min(Math.ceil(delayMs / 1_000), situation.maxDelaySeconds);
    return { kind: 'hand-off', reason: execution.isWaiting ? 'wait' : 'retry-delay', delaySeconds };
  }
  if (execution.isWaiting) {
    if (delayMs < situation.freshBudgetMs) return { kind: 'hand-off', reason: 'wait', delaySeconds: 0 };
    return { kind: 'fail', error: unreachableWaitError(plan, delayMs, situation.freshBudgetMs) };
  }
  return budgetMs > 0
    ? { kind: 'sleep', ms: budgetMs }
    : { kind: 'hand-off', reason: 'retry-delay', delaySeconds: 0 };
}
