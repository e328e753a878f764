import { BatonError, CheckpointFailedError, InvalidDirectiveError, StepTimeoutError } from '../../errors';
import { Superseded } from '../checkpoint/journal-entry';
import { apply } from '../core/execution/apply';
import { findCompensated, isCompensating } from '../core/execution/compensation';
import type { Decision } from '../core/execution/decide';
import { type Directive, isDirective, misplacedDirectiveError } from '../core/execution/directives';
import type { Interruption } from '../core/execution/interruption';
import { capPause } from '../core/execution/local-time';
import { decideRetry, defaultRetryPolicy } from '../core/execution/retry-policy';
import { describeError } from '../core/record/describe-error';
import { copyJson } from '../core/state/copy-json';
import type { Ending } from '../step/attempt';
import type { Invocation } from './invocation';
import { UnitAttempt } from './unit-attempt';

/** Runs one unit of work: `@OnStart`, `@Terminate`, a step or `@OnComplete`: at once, where there is nothing to wait for. Gives a decision when there is nothing left to ask. */
export function runUnit(invocation: Invocation): Decision | undefined | Promise<Decision | undefined> {
  const unit = new UnitAttempt(invocation);
  const ending = unit.run();
  return ending instanceof Promise ? ending.then((later) => end(unit, later)) : end(unit, ending);
}

function end(unit: UnitAttempt, ending: Ending): Decision | undefined | Promise<Decision | undefined> {
  const ended = unit.end(ending);
  return ended instanceof Promise ? ended.then((later) => settle(unit, later)) : settle(unit, ended);
}

function settle(unit: UnitAttempt, ending: Ending): Decision | undefined {
  switch (ending.kind) {
    case 'returned':
      return finish(unit, ending.value);
    case 'threw':
      return wasCutOff(unit, ending.error)
        ? interruptUnit(unit, false, ending.error)
        : failUnit(unit, ending.error);
    case 'abandoned':
      return unit.timer?.hasFired === true ? failUnit(unit, timeoutError(unit)) : interruptUnit(unit, true);
    case 'stopped':
      return stop(unit);
    case 'broken':
      if (ending.error instanceof Superseded || ending.error instanceof CheckpointFailedError) {
        unit.tellEnd('step.paused');
        throw ending.error;
      }
      return failUnit(unit, ending.error);
  }
}

function finish(unit: UnitAttempt, value: unknown): Decision | undefined {
  try {
    switch (unit.invocation.execution.phase) {
      case 'check':
        return finishCheck(unit, value);
      case 'complete':
      case 'completing':
        return finishExecution(unit, value);
      default:
        return finishWork(unit, value);
    }
  } catch (error) {
    return failUnit(unit, error);
  }
}

function finishCheck(unit: UnitAttempt, isDone: unknown): Decision | undefined {
  const { plan, execution } = unit.invocation;
  if (typeof isDone !== 'boolean') {
    throw new InvalidDirectiveError({
      problem: `@Terminate ${unit.method} of job ${plan.name} answered ${describeType(isDone)}, not true or false.`,
      fix: `Let ${unit.method} return a boolean: true ends the execution.`,
      details: { method: unit.method },
    });
  }
  // What is not done yet is asked about again by the next invocation, before its first step.
  if (!isDone && unit.isAskedLate) return { kind: 'hand-off', reason: 'safe-window', delaySeconds: 0 };
  unit.invocation.execution = apply(plan, execution, { kind: 'checked', isDone });
  return beginToComplete(unit);
}

function finishExecution(unit: UnitAttempt, value: unknown): Decision {
  const { execution, plan } = unit.invocation;
  if (isDirective(value)) throw misplacedDirectiveError(plan, unit.method, value);
  const result = value === undefined ? execution.result : copyJson('result', value);
  unit.invocation.execution = { ...execution, result };
  unit.tellEnd('step.finished');
  return { kind: 'complete' };
}

/** `@OnComplete` is begun in the same breath, whatever the fuses say by now: the work is done. */
function beginToComplete(unit: UnitAttempt): Decision | undefined {
  const { execution, plan } = unit.invocation;
  const isDone = execution.phase === 'complete' && plan.hooks.onComplete !== undefined;
  return isDone && unit.invocation.remainingMs() > plan.safeMs ? { kind: 'run' } : undefined;
}

function finishWork(unit: UnitAttempt, value: unknown): Decision | undefined {
  const { plan, execution, collaborators, lastLook } = unit.invocation;
  const directive = isDirective(value) ? withPlainResult(unit.checkDirective(value)) : undefined;
  // Only what is asked for counts from now: a look at the clock at every step is felt.
  const nowMs = directive === undefined ? lastLook.nowMs : collaborators.clock.now();
  unit.invocation.passSafePoint(apply(plan, execution, { kind: 'finished', directive, nowMs }));
  unit.tellEnd('step.finished');
  return beginToComplete(unit);
}

/** What a generator did after its last `yield`, in its `finally` blocks, is not part of that safe point. */
function stop(unit: UnitAttempt): undefined {
  unit.tellEnd('step.paused');
  unit.invocation.rollBack();
}

function withPlainResult(directive: Directive): Directive {
  return directive.kind === 'complete'
    ? { kind: 'complete', result: copyJson('result', directive.result) }
    : directive;
}

function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `a value of type ${typeof value}`;
}

/**
 * Whether the step was cut off by the safe window: whatever it throws then, it has not failed, unless the error itself says so. A step
 * that never heard of the safe window cannot have stopped because of it: it has failed, or its attempts would never be counted.
 */
function wasCutOff(unit: UnitAttempt, error: unknown): boolean {
  const { isCutOff, isAskedToStop } = unit.attempt;
  return isCutOff && !isFailureAnyway(error) && (isAskedToStop || isAbortError(error));
}

function interruptUnit(unit: UnitAttempt, isAbandoned: boolean, error?: unknown): Decision {
  const invocation = unit.invocation;
  const cause = error === undefined ? {} : { error: describeError(error) };
  unit.tellCheck();
  const ending = isAbandoned ? 'abandoned' : 'safe-window';
  invocation.emitter.emit('step.interrupted', {
    ...unit.told,
    durationMs: unit.readDurationMs(),
    ending,
    ...cause,
  });
  invocation.isOrphaned = isAbandoned;
  if (!isAbandoned) invocation.rollBack();
  if (unit.isAskedLate) return { kind: 'hand-off', reason: 'safe-window', delaySeconds: 0 };
  // What began late, behind other work, may need no more than the whole invocation that it gets next.
  if (!isAbandoned && invocation.unit.hasPassedSafePoint)
    return { kind: 'hand-off', reason: 'interrupted', delaySeconds: 0 };
  const interruption: Interruption = {
    ending: isAbandoned ? 'hard-edge' : 'safe-window',
    unit: unit.method,
  };
  invocation.execution = apply(invocation.plan, invocation.execution, {
    kind: 'interrupted',
    interruption,
    count: 1,
  });
  return { kind: 'hand-off', reason: 'interrupted', delaySeconds: 0 };
}

function failUnit(unit: UnitAttempt, error: unknown): Decision | undefined {
  const invocation = unit.invocation;
  const { collaborators, execution, plan } = invocation;
  const { retry = defaultRetryPolicy } = unit.step ?? findCompensated(plan, unit.began) ?? {};
  const checked = decideRetry(retry, execution.attempt, error, () => collaborators.random.next());
  const decision = checked.isRetried ? { ...checked, delayMs: capPause(plan, 0, checked.delayMs) } : checked;
  const { isRetried: willRetry } = decision;
  if (unit.attempt.isCancelled) unit.tellEnd('step.paused');
  else {
    unit.tellCheck();
    invocation.emitter.emit('step.failed', {
      ...unit.told,
      durationMs: unit.readDurationMs(),
      willRetry,
      delayMs: decision.isRetried ? decision.delayMs : 0,
      error: describeError(error),
    });
  }
  invocation.rollBack();
  const failedAttemptCount = execution.failedAttemptCount + (unit.attempt.isCancelled ? 0 : 1);
  invocation.execution = { ...execution, failedAttemptCount };
  if (!decision.isRetried)
    return isCompensating(execution) ? leaveUndone(unit, error) : { kind: 'fail', error };
  const { delayMs, ...rest } = decision;
  const retryAtMs = collaborators.clock.now() + delayMs;
  const failed = apply(plan, execution, { kind: 'failed', retryAtMs, ...rest });
  invocation.execution = { ...failed, failedAttemptCount };
  return undefined;
}

/** A compensation that has failed for good is recorded, and keeps no other from being done. */
function leaveUndone(unit: UnitAttempt, error: unknown): undefined {
  const { plan, execution, checkpoint } = unit.invocation;
  const undone = apply(plan, execution, { kind: 'not-undone', error: describeError(error) });
  unit.invocation.passSafePoint(undone, checkpoint);
}

function timeoutError(unit: UnitAttempt): StepTimeoutError {
  const timeoutMs = unit.step?.timeoutMs ?? 0;
  const { attempt } = unit.invocation.execution;
  return new StepTimeoutError({
    problem: `Attempt ${attempt} of step ${unit.method} of job ${unit.invocation.plan.name} ran longer than its timeoutMs (${timeoutMs}).`,
    fix: `Let ${unit.method} stop when ctx.signal aborts, or raise its timeoutMs.`,
    details: { step: unit.method, timeoutMs, attempt },
  });
}

/** Whether an error calls itself an abort, whoever was aborted. */
function isAbortError(error: unknown): boolean {
  try {
    const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
    return name === 'AbortError' || code === 'ABORT_ERR';
  } catch {
    return false;
  }
}

/**
 * What is a failure also in the safe window: a `TerminalError`, and a mistake in the code as JavaScript itself throws it. What a library
 * throws when it is aborted is neither: clients give their errors a cause or a code, those of `fetch` among them.
 */
function isFailureAnyway(error: unknown): boolean {
  try {
    if (BatonError.is(error)) return error.code === 'TERMINAL';
    const { name, cause, code } = error as {
      readonly name?: unknown;
      readonly cause?: unknown;
      readonly code?: unknown;
    };
    return (name === 'TypeError' || name === 'ReferenceError') && cause === undefined && code === undefined;
  } catch {
    return false;
  }
}
