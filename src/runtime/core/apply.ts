import { InvalidDirectiveError } from '../../errors';
import type { Directive } from './directives';
import { type Execution, nameUnit, noStep } from './execution';
import type { Interruption } from './interruption';
import type { JobPlan } from './job-plan';

/** What happened to the unit of work that was run. */
export type Outcome =
  | { readonly kind: 'finished'; readonly directive: Directive | undefined; readonly nowMs: number }
  | { readonly kind: 'yielded' }
  | { readonly kind: 'checked'; readonly isDone: boolean }
  | { readonly kind: 'failed'; readonly retryAtMs: number }
  | { readonly kind: 'interrupted'; readonly interruption: Interruption; readonly count: number };

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
      return passSafePoint(execution, execution, execution.stepCount);
    case 'checked':
      return passCheck(execution, outcome.isDone);
    case 'failed':
      return {
        ...execution,
        attempt: execution.attempt + 1,
        failedAttemptCount: execution.failedAttemptCount + 1,
        resumeAtMs: outcome.retryAtMs,
        isWaiting: false,
      };
    case 'interrupted':
      return { ...execution, interruptionCount: execution.interruptionCount + outcome.count, interruption: outcome.interruption };
  }
}

/** A place in the plan. */
type Place = Pick<Execution, 'cycle' | 'phase' | 'stepIndex'>;

/** Every field is written out: this runs at every step, where a spread of this many fields is felt. */
function passSafePoint(execution: Execution, { phase, cycle, stepIndex }: Place, stepCount: number): Execution {
  return {
    executionId: execution.executionId,
    startedAtMs: execution.startedAtMs,
    invocation: execution.invocation,
    phase,
    cycle,
    stepIndex,
    attempt: 1,
    safePointCount: execution.safePointCount + 1,
    resumeAtMs: 0,
    isWaiting: false,
    result: execution.result,
    stepCount,
    failedAttemptCount: execution.failedAttemptCount,
    idleInvocationCount: 0,
    interruptionCount: 0,
    interruption: null,
    chain: execution.chain,
    costUsd: execution.costUsd,
    stall: execution.stall,
  };
}

/** Likewise: this runs before every cycle. */
function passCheck(execution: Execution, isDone: boolean): Execution {
  return {
    executionId: execution.executionId,
    startedAtMs: execution.startedAtMs,
    invocation: execution.invocation,
    phase: isDone ? 'complete' : 'step',
    cycle: execution.cycle,
    stepIndex: execution.stepIndex,
    attempt: 1,
    safePointCount: execution.safePointCount,
    resumeAtMs: execution.resumeAtMs,
    isWaiting: execution.isWaiting,
    result: execution.result,
    stepCount: execution.stepCount,
    failedAttemptCount: execution.failedAttemptCount,
    idleInvocationCount: execution.idleInvocationCount,
    interruptionCount: execution.interruptionCount,
    interruption: execution.interruption,
    chain: execution.chain,
    costUsd: execution.costUsd,
    stall: execution.stall,
  };
}

function finish(plan: JobPlan, execution: Execution, directive: Directive | undefined, nowMs: number): Execution {
  if (execution.phase !== 'step')
    return passSafePoint(execution, { phase: 'check', cycle: execution.cycle, stepIndex: 0 }, execution.stepCount);
  const stepCount = execution.stepCount + 1;
  if (directive === undefined) return passSafePoint(execution, findNext(plan, execution), stepCount);
  switch (directive.kind) {
    case 'go-to':
      return passSafePoint(execution, findTarget(plan, execution, directive.step), stepCount);
    case 'wait':
      return pause(plan, execution, stepCount, isPause(directive.seconds) ? nowMs + directive.seconds * 1_000 : Number.NaN, directive);
    case 'wait-until':
      return pause(plan, execution, stepCount, directive.epochMs, directive);
    case 'complete':
      return { ...passSafePoint(execution, { ...execution, phase: 'complete' }, stepCount), result: directive.result };
  }
}

function findTarget(plan: JobPlan, execution: Execution, step: string): Place {
  const stepIndex = plan.steps.findIndex(({ method }) => method === step);
  if (stepIndex >= 0) return { cycle: execution.cycle, stepIndex, phase: phaseBeforeStep(plan) };
  throw new InvalidDirectiveError({
    problem: `Step ${nameUnit(plan, execution)} of job ${plan.name} returned goTo(${show(step)}), which is not a step.`,
    cure: `Go to one of: ${plan.steps.map(({ method }) => method).join(', ')}.`,
    details: { method: nameUnit(plan, execution) },
  });
}

/** A text of digits would do in arithmetic, but it is no number of seconds. */
function isPause(seconds: unknown): boolean {
  return typeof seconds === 'number' && seconds >= 0;
}

function pause(plan: JobPlan, execution: Execution, stepCount: number, untilMs: number, directive: Directive): Execution {
  if (!Number.isFinite(untilMs)) {
    const asked = directive.kind === 'wait' ? `wait({ seconds: ${show(directive.seconds)} })` : 'waitUntil(an invalid date)';
    throw new InvalidDirectiveError({
      problem: `Step ${nameUnit(plan, execution)} of job ${plan.name} returned ${asked}.`,
      cure: 'Give wait a finite number of seconds, 0 or more, and waitUntil a valid Date.',
      details: { method: nameUnit(plan, execution) },
    });
  }
  const resumeAtMs = Math.max(0, Math.ceil(untilMs));
  return { ...passSafePoint(execution, findNext(plan, execution), stepCount), resumeAtMs, isWaiting: true };
}

/** What a caller without types gave, whatever it is. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const isShort = value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean';
  return isShort ? String(value) : `a value of type ${typeof value}`;
}

/** The place after this step; after the last one the next cycle begins. */
function findNext(plan: JobPlan, execution: Execution): Place {
  const stepIndex = findStep(plan, execution.stepIndex + 1, execution.cycle);
  if (stepIndex !== noStep) return { cycle: execution.cycle, stepIndex, phase: phaseBeforeStep(plan) };
  const cycle = execution.cycle + 1;
  return { cycle, stepIndex: findStep(plan, 0, cycle), phase: 'check' };
}

function phaseBeforeStep(plan: JobPlan): 'check' | 'step' {
  return plan.terminate.check === 'step' ? 'check' : 'step';
}

function findStep(plan: JobPlan, from: number, cycle: number): number {
  for (let index = from; index < plan.steps.length; index += 1) {
    if (cycle === 1 || plan.steps[index]?.once !== true) return index;
  }
  return noStep;
}
