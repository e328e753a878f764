import { IncompatibleStateError, StepInterruptedError } from '../../../errors';
import { isRecord } from '../state/json';
import type { Execution } from './execution';
import type { JobPlan, StepPlan } from './job-plan';
import {
  addRun,
  type CompensatedEnd,
  confirmRun,
  dropAllRuns,
  dropRun,
  isRunOpen,
  type KeptError,
  maxRuns,
  readLastRun,
  type Undo,
  type UndoneRun,
} from './undo';

/** How often a compensation may be cut off before it counts as one that failed. */
export const maxCutOffs = 3;

const maxFailures = 10;
const maxMessage = 1_000;

/** The step of a run, and what undoes it; undefined when this code has no such step, or it cannot be undone any more. */
export function findCompensated(plan: JobPlan, { undo }: Pick<Execution, 'undo'>): StepPlan | undefined {
  const run = undo && readLastRun(undo);
  return plan.steps.find(({ method, compensate }) => method === run?.step && compensate !== undefined);
}

/** Whether what the execution has done is being undone. */
export function isCompensating({ phase }: Pick<Execution, 'phase'>): boolean {
  return phase === 'compensate';
}

/** The step that stands next, when it can be undone. */
function findUndoable(plan: JobPlan, { phase, stepIndex }: Execution): StepPlan | undefined {
  const step = phase === 'step' || phase === 'check' ? plan.steps[stepIndex] : undefined;
  return step?.compensate === undefined ? undefined : step;
}

/** Remembers that an attempt of the step begins that stands next. */
export function rememberRun(plan: JobPlan, execution: Execution): Execution {
  const step = findUndoable(plan, execution);
  const { undo = null, cycle } = execution;
  if (step === undefined) return execution;
  if (undo === null || !isRunOpen(undo, step.method, cycle))
    return { ...execution, undo: addRun(undo, step.method, cycle) };
  return undo.isPresumed ? { ...execution, undo: confirmRun(undo) } : execution;
}

/** Remembers that an attempt of the step that stands next may have begun: a process has died. */
export function presumeRun(plan: JobPlan, execution: Execution, nowMs: number): Execution {
  const step = findUndoable(plan, execution);
  const { undo = null, cycle, among, resumeAtMs } = execution;
  const isPausing = among?.sleep == null && resumeAtMs > nowMs;
  if (step === undefined || isPausing || among?.closing || isRunOpen(undo, step.method, cycle))
    return execution;
  return { ...execution, undo: addRun(undo, step.method, cycle, true) };
}

/** The execution sleeps on, or ends of what it slept for: the step that stands next cannot have begun. */
export function forgetPresumedRun(execution: Execution): Execution {
  const { undo } = execution;
  return undo?.isPresumed ? { ...execution, undo: dropRun(undo) } : execution;
}

/** Whether one run more than can be remembered would begin. */
export function isUndoFull(plan: JobPlan, execution: Execution): boolean {
  const { undo = null, cycle, phase } = execution;
  if (phase !== 'step' || undo === null || undo.count < maxRuns) return false;
  const step = findUndoable(plan, execution);
  return step !== undefined && !isRunOpen(undo, step.method, cycle);
}

/** Whether there is anything to undo. */
export function hasRuns({ undo }: Pick<Execution, 'undo'>): boolean {
  return undo !== undefined && undo.count > 0;
}

/** The execution as its compensation begins: what has been counted is forgiven, since that has bounds of its own. */
export function beginToCompensate(execution: Execution, end: CompensatedEnd, nowMs: number): Execution {
  const { undo, among, invocation, line } = execution;
  if (undo === undefined) return execution;
  return {
    ...execution,
    phase: 'compensate',
    attempt: 1,
    resumeAtMs: 0,
    isWaiting: false,
    idleInvocationCount: 0,
    interruptionCount: 0,
    interruption: null,
    stall: null,
    among: among && { ...among, sleep: null, woken: null, interlude: null },
    undo: {
      ...undo,
      compensation: {
        end,
        failures: [],
        failureCount: 0,
        startedAtMs: nowMs,
        invocationCount: invocation - line.wakeUpCount - 1,
      },
    },
  };
}

/** One run more is undone, or cannot be: the one before it is next. */
export function settleRun(execution: Execution, error?: KeptError): Execution {
  const { undo } = execution;
  const run = undo && readLastRun(undo);
  if (undo === undefined || run === undefined) return execution;
  const settled = error === undefined ? undo : addFailure(undo, run, error, 1);
  return {
    ...execution,
    attempt: 1,
    safePointCount: execution.safePointCount + 1,
    resumeAtMs: 0,
    isWaiting: false,
    idleInvocationCount: 0,
    interruptionCount: 0,
    interruption: null,
    undo: dropRun(settled),
  };
}

/** What is left can never be undone. */
export function giveUpRuns(execution: Execution, error: KeptError): Execution {
  const { undo } = execution;
  const run = undo && readLastRun(undo);
  if (undo === undefined || run === undefined) return execution;
  return { ...execution, undo: dropAllRuns(addFailure(undo, run, error, undo.count)) };
}

/** The end is recorded elsewhere. */
export function forgetEnd(execution: Execution): Execution {
  const { undo } = execution;
  if (undo?.compensation?.end.status !== 'failed') return execution;
  const { error: _error, ...end } = undo.compensation.end;
  return { ...execution, undo: { ...undo, compensation: { ...undo.compensation, end } } };
}

function addFailure(undo: Undo, run: UndoneRun, { name, message, code }: KeptError, count: number): Undo {
  const { compensation } = undo;
  if (compensation === undefined) return undo;
  const error = { name, message: message.slice(0, maxMessage), ...(code !== undefined && { code }) };
  const failures = [...compensation.failures, { ...run, error }].slice(0, maxFailures);
  const failureCount = compensation.failureCount + count;
  return { ...undo, compensation: { ...compensation, failures, failureCount } };
}

/** The error for a run that this code cannot undo. */
export function notUndoableError(plan: JobPlan, execution: Execution): IncompatibleStateError {
  const step = (execution.undo && readLastRun(execution.undo)?.step) ?? '';
  return new IncompatibleStateError({
    problem: `A run of step ${step} is to be undone, and job ${plan.name} has no compensating method for it any more.`,
    fix: `Keep @Step({ compensate }) on ${step} for as long as executions that have run it may fail.`,
    details: { executionId: execution.executionId, expected: 'a compensating method', received: step },
  });
}

/** The error for a compensation that was cut off again and again. */
export function cutOffError(plan: JobPlan, execution: Execution, step: string): StepInterruptedError {
  const { interruptionCount: actual, interruption } = execution;
  return new StepInterruptedError({
    problem: `${step} of job ${plan.name} was cut off ${actual} times in a row without reaching a safe point, and counts as failed.`,
    fix: `Look at the ends of these invocations' logs, and undo it by hand.`,
    details: {
      step,
      limit: 'maxInterruptions',
      allowed: maxCutOffs,
      actual,
      ending: interruption?.ending ?? 'unknown',
    },
  });
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown) => typeof value === 'string';

/** Says whether a value is what an execution remembers to undo. */
export function isUndo(value: unknown): value is Undo {
  if (!isRecord(value)) return false;
  const { names, blocks, count, isOpen, compensation } = value;
  const isBlock = (block: unknown) => Array.isArray(block) && block.length > 2 && block.every(isCount);
  return (
    Array.isArray(names) &&
    names.every(isText) &&
    Array.isArray(blocks) &&
    blocks.every(isBlock) &&
    isCount(count) &&
    typeof isOpen === 'boolean' &&
    (compensation === undefined || isCompensation(compensation))
  );
}

function isCompensation(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { end, failures, failureCount, startedAtMs, invocationCount } = value;
  return (
    isRecord(end) &&
    (end.status === 'cancelled' || end.status === 'failed') &&
    Array.isArray(failures) &&
    isCount(failureCount) &&
    Number.isFinite(startedAtMs) &&
    Number.isSafeInteger(invocationCount)
  );
}
