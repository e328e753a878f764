import { InvalidDirectiveError } from '../../errors';
import type { Directive } from './directives';
import { type Execution, nameUnit, noStep } from './execution';
import type { JobPlan } from './job-plan';

/** What happened to the unit of work that was run. */
export type Outcome =
  | { readonly kind: 'finished'; readonly directive: Directive | undefined; readonly nowMs: number }
  | { readonly kind: 'yielded' }
  | { readonly kind: 'checked'; readonly isDone: boolean }
  | { readonly kind: 'failed'; readonly retryAtMs: number }
  | { readonly kind: 'interrupted' };

/**
 * The execution after an outcome. Pure: the same execution and outcome always give the same successor.
 *
 * @throws InvalidDirectiveError when a step returned a directive that cannot be carried out.
 */
export function apply(plan: JobPlan, execution: Execution, outcome: Outcome): Execution {
  switch (outcome.kind) {
    case 'finished':
      return finish(plan, execution, outcome.directive, outcome.nowMs);
    case 'yielded':
      return passSafePoint(execution);
    case 'checked':
      return { ...execution, attempt: 1, phase: outcome.isDone ? 'complete' : 'step' };
    case 'failed':
      return {
        ...execution,
        attempt: execution.attempt + 1,
        failedAttemptCount: execution.failedAttemptCount + 1,
        resumeAtMs: outcome.retryAtMs,
        isWaiting: false,
      };
    case 'interrupted':
      return { ...execution, interruptionCount: execution.interruptionCount + 1 };
  }
}

function passSafePoint(execution: Execution): Execution {
  return {
    ...execution,
    attempt: 1,
    safePointCount: execution.safePointCount + 1,
    idleInvocationCount: 0,
    interruptionCount: 0,
    resumeAtMs: 0,
    isWaiting: false,
  };
}

function finish(plan: JobPlan, execution: Execution, directive: Directive | undefined, nowMs: number): Execution {
  const after = passSafePoint(execution);
  if (execution.phase !== 'step') return { ...after, phase: 'check', stepIndex: 0 };
  const next = { ...after, stepCount: after.stepCount + 1 };
  if (directive === undefined) return moveOn(plan, next);
  return follow(plan, next, directive, nowMs);
}

function follow(plan: JobPlan, execution: Execution, directive: Directive, nowMs: number): Execution {
  switch (directive.kind) {
    case 'go-to':
      return jump(plan, execution, directive.step);
    case 'wait':
      return pause(plan, execution, nowMs + directive.seconds * 1_000, directive);
    case 'wait-until':
      return pause(plan, execution, directive.epochMs, directive);
    case 'complete':
      return { ...execution, phase: 'complete', result: directive.result };
  }
}

function jump(plan: JobPlan, execution: Execution, step: string): Execution {
  const stepIndex = plan.steps.findIndex(({ method }) => method === step);
  if (stepIndex < 0) {
    throw new InvalidDirectiveError({
      problem: `Step ${nameUnit(plan, execution)} of job ${plan.name} returned goTo(${JSON.stringify(step)}), which is not a step.`,
      cure: `Go to one of: ${plan.steps.map(({ method }) => method).join(', ')}.`,
      details: { method: nameUnit(plan, execution) },
    });
  }
  return { ...execution, stepIndex, phase: plan.terminate.check === 'step' ? 'check' : 'step' };
}

function pause(plan: JobPlan, execution: Execution, untilMs: number, directive: Directive): Execution {
  const isPossible = Number.isFinite(untilMs) && (directive.kind !== 'wait' || directive.seconds >= 0);
  if (!isPossible) {
    const asked = directive.kind === 'wait' ? `wait({ seconds: ${String(directive.seconds)} })` : 'waitUntil(an invalid date)';
    throw new InvalidDirectiveError({
      problem: `Step ${nameUnit(plan, execution)} of job ${plan.name} returned ${asked}.`,
      cure: 'Give wait a finite number of seconds, 0 or more, and waitUntil a valid Date.',
      details: { method: nameUnit(plan, execution) },
    });
  }
  return { ...moveOn(plan, execution), resumeAtMs: Math.ceil(untilMs), isWaiting: true };
}

/** The step after this one; after the last one the next cycle begins. */
function moveOn(plan: JobPlan, execution: Execution): Execution {
  const stepIndex = findStep(plan, execution.stepIndex + 1, execution.cycle);
  if (stepIndex !== noStep) return { ...execution, stepIndex, phase: plan.terminate.check === 'step' ? 'check' : 'step' };
  const cycle = execution.cycle + 1;
  return { ...execution, cycle, stepIndex: findStep(plan, 0, cycle), phase: 'check' };
}

function findStep(plan: JobPlan, from: number, cycle: number): number {
  for (let index = from; index < plan.steps.length; index += 1) {
    if (cycle === 1 || plan.steps[index]?.once !== true) return index;
  }
  return noStep;
}
