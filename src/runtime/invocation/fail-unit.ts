import { BatonError, StepTimeoutError } from '../../errors';
import { apply } from '../core/execution/apply';
import { findCompensated, isCompensating } from '../core/execution/compensation';
import type { Decision } from '../core/execution/decide';
import type { Interruption } from '../core/execution/interruption';
import { capPause } from '../core/execution/local-time';
import { decideRetry, defaultRetryPolicy } from '../core/execution/retry-policy';
import { describeError } from '../core/record/describe-error';
import type { UnitAttempt } from './unit-attempt';

/**
 * Whether the step was cut off by the safe window: whatever it throws then, it has not failed, unless the error itself says so. A step
 * that never heard of the safe window cannot have stopped because of it: it has failed, or its attempts would never be counted.
 */
export function wasCutOff(unit: UnitAttempt, error: unknown): boolean {
  const { isCutOff, isAskedToStop } = unit.attempt;
  return isCutOff && !isFailureAnyway(error) && (isAskedToStop || isAbortError(error));
}

export function interruptUnit(unit: UnitAttempt, isAbandoned: boolean, error?: unknown): Decision {
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

export function failUnit(unit: UnitAttempt, error: unknown): Decision | undefined {
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

export function timeoutError(unit: UnitAttempt): StepTimeoutError {
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
