import { InvalidDirectiveError } from '../../../errors';
import { alone, passAmong } from './among';
import { endInterlude, fallAsleep, isInterlude, passInterlude } from './apply-among';
import { beginBatch } from './children';
import { settleRun } from './compensation';
import { type Directive, isSignalName, misplacedDirectiveError, showDirective } from './directives';
import { type Execution, findNext, nameUnit, type Place, phaseBeforeStep } from './execution';
import type { Interruption } from './interruption';
import type { JobPlan } from './job-plan';
import { capPause } from './local-time';
import { finishRun, type KeptError } from './undo';

/** What happened to the unit of work that was run. */
export type Outcome =
  | { readonly kind: 'finished'; readonly directive: Directive | undefined; readonly nowMs: number }
  | { readonly kind: 'yielded' }
  | { readonly kind: 'yielded-directive'; readonly directive: Directive; readonly nowMs: number }
  | { readonly kind: 'checked'; readonly isDone: boolean }
  | { readonly kind: 'failed'; readonly retryAtMs: number; readonly isCounted?: false }
  | { readonly kind: 'not-undone'; readonly error: KeptError }
  | { readonly kind: 'interrupted'; readonly interruption: Interruption; readonly count: number };

/**
 * The execution after an outcome. Pure: the same execution and outcome always give the same successor.
 *
 * @throws InvalidDirectiveError when a directive cannot be carried out: there, or at all.
 */
export function apply(plan: JobPlan, execution: Execution, outcome: Outcome): Execution {
  switch (outcome.kind) {
    case 'finished':
      return finish(plan, execution, outcome.directive, outcome.nowMs);
    case 'yielded':
      if (isInterlude(execution.phase)) return passInterlude(execution);
      return passSafePoint(
        execution,
        execution.phase === 'complete' ? { ...execution, phase: 'completing' } : execution,
        execution.stepCount,
      );
    case 'yielded-directive':
      return pauseAtYield(plan, execution, outcome.directive, outcome.nowMs);
    case 'checked':
      return passCheck(execution, outcome.isDone);
    case 'failed':
      return {
        ...execution,
        attempt: execution.attempt + (outcome.isCounted === false ? 0 : 1),
        failedAttemptCount: execution.failedAttemptCount + 1,
        resumeAtMs: outcome.retryAtMs,
        isWaiting: false,
      };
    case 'not-undone':
      return settleRun(execution, outcome.error);
    case 'interrupted':
      return {
        ...execution,
        interruptionCount: execution.interruptionCount + outcome.count,
        interruption: outcome.interruption,
      };
  }
}

/** Every field is written out: this runs at every step, where a spread of this many fields is felt. */
function passSafePoint(
  execution: Execution,
  { phase, cycle, stepIndex }: Place,
  stepCount: number,
): Execution {
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
    line: execution.line,
    trail: execution.trail,
    among: passAmong(execution.among),
    undo: execution.undo,
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
    line: execution.line,
    trail: execution.trail,
    among: execution.among,
    undo: execution.undo,
  };
}

function finish(plan: JobPlan, begun: Execution, directive: Directive | undefined, nowMs: number): Execution {
  const isStep = begun.phase === 'step';
  const execution = isStep ? finishStep(begun) : begun;
  const stepCount = execution.stepCount + (isStep ? 1 : 0);
  if (directive === undefined) {
    if (isInterlude(execution.phase)) return endInterlude(execution);
    if (execution.phase === 'compensate') return settleRun(execution);
    const place = isStep
      ? findNext(plan, execution)
      : ({ phase: 'check', cycle: execution.cycle, stepIndex: 0 } as const);
    return passSafePoint(execution, place, stepCount);
  }
  const given: Given = { plan, execution, directive, how: 'returned', nowMs };
  if (!isStep) throw misplaced(given);
  switch (directive.kind) {
    case 'go-to':
      return passSafePoint(execution, findTarget(given, directive.step), stepCount);
    case 'wait':
    case 'wait-until': {
      const place =
        directive.goTo === undefined ? findNext(plan, execution) : findTarget(given, directive.goTo);
      return pause(given, place, stepCount);
    }
    case 'wait-for-signal': {
      const place =
        directive.goTo === undefined ? findNext(plan, execution) : findTarget(given, directive.goTo);
      return pauseForSignal(given, place, stepCount);
    }
    case 'start-children': {
      const place =
        directive.goTo === undefined ? findNext(plan, execution) : findTarget(given, directive.goTo);
      return pauseForChildren(given, place, stepCount);
    }
    case 'complete':
      return {
        ...passSafePoint(execution, { ...execution, phase: 'complete' }, stepCount),
        result: directive.result,
      };
  }
}

/** The run of a step that can be undone has finished. */
function finishStep(execution: Execution): Execution {
  return execution.undo?.isOpen ? { ...execution, undo: finishRun(execution.undo) } : execution;
}

/** A generator that waits is called again from its top, unless it goes on elsewhere. */
function pauseAtYield(plan: JobPlan, execution: Execution, directive: Directive, nowMs: number): Execution {
  const given: Given = { plan, execution, directive, how: 'yielded', nowMs };
  if (execution.phase !== 'step') throw misplaced(given);
  switch (directive.kind) {
    case 'go-to':
    case 'complete':
      throw refuse(
        given,
        ', which only a return can carry out',
        'Write return instead of yield: a yield can wait, and nothing else.',
      );
    case 'wait':
    case 'wait-until':
      if (directive.goTo === undefined) return pause(given, execution, execution.stepCount);
      return pause(finishGiven(given), findTarget(given, directive.goTo), execution.stepCount + 1);
    case 'wait-for-signal':
      if (directive.goTo === undefined) return pauseForSignal(given, execution, execution.stepCount);
      return pauseForSignal(finishGiven(given), findTarget(given, directive.goTo), execution.stepCount + 1);
    case 'start-children':
      if (directive.goTo === undefined) return pauseForChildren(given, execution, execution.stepCount);
      return pauseForChildren(finishGiven(given), findTarget(given, directive.goTo), execution.stepCount + 1);
  }
}

/** A generator that goes on elsewhere after its wait has finished. */
function finishGiven(given: Given): Given {
  return { ...given, execution: finishStep(given.execution) };
}

/** A directive, and where it came from. */
interface Given {
  readonly plan: JobPlan;
  readonly execution: Execution;
  readonly directive: Directive;
  readonly how: 'returned' | 'yielded';
  readonly nowMs: number;
}

function refuse(
  { plan, execution, directive, how }: Given,
  reason: string,
  fix: string,
): InvalidDirectiveError {
  const method = nameUnit(plan, execution);
  return new InvalidDirectiveError({
    problem: `Step ${method} of job ${plan.name} ${how} ${showDirective(directive)}${reason}.`,
    fix,
    details: { method },
  });
}

function misplaced({ plan, execution, directive }: Given): InvalidDirectiveError {
  return misplacedDirectiveError(plan, nameUnit(plan, execution), directive);
}

function findTarget(given: Given, step: string): Place {
  const { plan, execution, directive } = given;
  const stepIndex = plan.steps.findIndex(({ method }) => method === step);
  if (stepIndex >= 0) return { cycle: execution.cycle, stepIndex, phase: phaseBeforeStep(plan) };
  const reason = directive.kind === 'go-to' ? ', which is not a step' : ', whose goTo is not a step';
  throw refuse(given, reason, `Go to one of: ${plan.steps.map(({ method }) => method).join(', ')}.`);
}

function pause(given: Given, place: Place, stepCount: number): Execution {
  const untilMs = capPause(given.plan, given.nowMs, readEndMs(given));
  if (Number.isFinite(untilMs)) {
    const passed = passSafePoint(given.execution, place, stepCount);
    return {
      ...passed,
      resumeAtMs: Math.max(0, Math.ceil(untilMs)),
      isWaiting: true,
      among: { ...(passed.among ?? alone), woken: { by: 'time' } },
    };
  }
  throw refuse(given, '', 'Give wait a finite number of seconds, 0 or more, and waitUntil a valid Date.');
}

/** Without a time-out it ends when the execution may last no longer. */
function pauseForSignal(given: Given, place: Place, stepCount: number): Execution {
  const { plan, execution, directive, nowMs } = given;
  if (directive.kind !== 'wait-for-signal') return execution;
  const { name, timeoutSeconds } = directive;
  if (!isSignalName(name))
    throw refuse(
      given,
      '',
      'Name the signal by 1 to 64 letters, digits, dots, underscores, colons or hyphens.',
    );
  const isBounded = timeoutSeconds !== undefined;
  const waitMs = isBounded && typeof timeoutSeconds === 'number' ? timeoutSeconds * 1_000 : Number.NaN;
  if (isBounded && !(Number.isFinite(waitMs) && waitMs >= 0))
    throw refuse(given, '', 'Give timeoutSeconds a finite number of seconds, 0 or more, or leave it out.');
  const endMs = isBounded ? Math.ceil(capPause(plan, nowMs, nowMs + waitMs)) : lastMoment(plan, execution);
  const passed = passSafePoint(execution, place, stepCount);
  return fallAsleep(passed, { kind: 'signal', name, isBounded }, endMs);
}

function pauseForChildren({ plan, execution, directive }: Given, place: Place, stepCount: number): Execution {
  const batch = directive.kind === 'start-children' ? directive.batch : undefined;
  if (batch === undefined) throw new Error('startChildren was not prepared');
  return beginBatch(passSafePoint(execution, place, stepCount), batch, lastMoment(plan, execution));
}

/** The last moment at which no fuse has blown yet. */
function lastMoment({ limits }: JobPlan, { startedAtMs }: Execution): number {
  return Math.ceil(startedAtMs + limits.maxDurationMs);
}

/** A text of digits would do in arithmetic, but it is no number of seconds. */
function readEndMs({ directive, nowMs }: Given): number {
  if (directive.kind === 'wait-until') return directive.epochMs;
  const isPause =
    directive.kind === 'wait' && typeof directive.seconds === 'number' && directive.seconds >= 0;
  return isPause ? nowMs + directive.seconds * 1_000 : Number.NaN;
}
