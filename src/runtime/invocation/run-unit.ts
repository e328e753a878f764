import { CheckpointFailedError, InvalidDirectiveError } from '../../errors';
import { Superseded } from '../checkpoint/superseded';
import { apply } from '../core/execution/apply';
import type { Decision } from '../core/execution/decide';
import { type Directive, isDirective, misplacedDirectiveError } from '../core/execution/directives';
import { copyJson } from '../core/state/copy-json';
import type { Ending } from '../step/attempt';
import { failUnit, interruptUnit, timeoutError, wasCutOff } from './fail-unit';
import type { Invocation } from './invocation';
import { UnitAttempt } from './unit-attempt';

/** Runs one unit of work: `@OnStart`, `@Terminate`, a step or `@OnComplete`: at once, where there is nothing to wait for. Gives a decision when there is nothing left to ask. */
export function runUnit(invocation: Invocation): Decision | undefined | Promise<Decision | undefined> {
  const unit = new UnitAttempt(invocation);
  const ending = unit.run();
  return ending instanceof Promise ? ending.then((later) => settle(unit, later)) : settle(unit, ending);
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
