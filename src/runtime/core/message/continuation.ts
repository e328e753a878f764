import { CorruptContinuationError, IncompatibleStateError } from '../../../errors';
import { isAmong } from '../execution/among';
import { isUndo } from '../execution/compensation';
import type { Execution, Phase } from '../execution/execution';
import { isInterruption } from '../execution/interruption';
import type { JobPlan } from '../execution/job-plan';
import { firstChain, firstLine, isChain, isLine, isStall } from '../execution/line';
import { emptyTrail, isTrail } from '../execution/trail';
import { isRecord } from '../state/json';
import { isUsableId } from './arrival';

/** What travels from one invocation to the next, beside the state. Steps go by name, so that code may be reordered in mid-run. */
export interface Continuation extends Omit<Execution, 'stepIndex'> {
  readonly job: string;
  readonly version: number;
  /** The next step's name; null in a cycle in which there is nothing to run. */
  readonly step: string | null;
  readonly input: unknown;
}

/**
 * Puts an execution into words that another invocation, or other code, can read.
 *
 * @param version - the version of the code that the state beside it is of. @defaultValue that of this code
 */
export function describeContinuation(
  plan: JobPlan,
  { stepIndex, ...rest }: Execution,
  input: unknown,
  version = plan.version,
): Continuation {
  return { ...rest, job: plan.name, version, step: plan.steps[stepIndex]?.method ?? null, input };
}

/**
 * Reads a continuation that another invocation described.
 *
 * @throws CorruptContinuationError when a part is missing or has the wrong type.
 * @throws IncompatibleStateError when it is of another job, a newer version, or a step that the job does not have.
 */
export function readContinuation(plan: JobPlan, received: unknown): Continuation {
  return checkCode(plan, checkJob(plan, checkContinuation(received)));
}

/** @throws IncompatibleStateError when a continuation is of another job. */
export function checkJob(plan: Pick<JobPlan, 'name'>, continuation: Continuation): Continuation {
  if (continuation.job === plan.name) return continuation;
  throw mismatch(continuation.executionId, 'job', plan.name, continuation.job);
}

/** @throws IncompatibleStateError when a continuation is of a newer version, or of a step that the job does not have. */
export function checkCode(plan: JobPlan, continuation: Continuation): Continuation {
  const { executionId } = continuation;
  if (continuation.version > plan.version)
    throw mismatch(executionId, 'version', plan.version, continuation.version);
  const { step } = continuation;
  if (step !== null && !plan.steps.some(({ method }) => method === step)) {
    throw mismatch(executionId, 'step', plan.steps.map(({ method }) => method).join(', '), step);
  }
  return continuation;
}

/** The execution that a continuation describes, in the terms of this plan. */
export function resumeExecution(plan: JobPlan, continuation: Continuation): Execution {
  const { job: _job, version: _version, step, input: _input, ...rest } = continuation;
  const stepIndex = plan.steps.findIndex(({ method }) => method === step);
  return { ...rest, result: rest.result, stepIndex };
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value !== '';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumberFromOne: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
const isAmount: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
const isPhase: Check = (value) =>
  (
    [
      'check',
      'child-end',
      'complete',
      'compensate',
      'completing',
      'signal',
      'start',
      'step',
    ] satisfies Phase[]
  ).includes(value as Phase);

const checks: Record<Exclude<keyof Continuation, 'among' | 'input' | 'result' | 'undo'>, Check> = {
  executionId: isUsableId,
  job: isText,
  version: isNumberFromOne,
  startedAtMs: isAmount,
  invocation: isNumberFromOne,
  phase: isPhase,
  cycle: isNumberFromOne,
  step: (value) => value === null || isText(value),
  attempt: isNumberFromOne,
  safePointCount: isCount,
  resumeAtMs: isAmount,
  isWaiting: (value) => typeof value === 'boolean',
  stepCount: isCount,
  failedAttemptCount: isCount,
  idleInvocationCount: isCount,
  interruptionCount: isCount,
  interruption: (value) => value === null || isInterruption(value),
  chain: isChain,
  costUsd: isAmount,
  stall: (value) => value === null || isStall(value),
  line: isLine,
  trail: isTrail,
};

/** The parts that the first format did not have. */
const laterParts = { chain: firstChain, costUsd: 0, stall: null, line: firstLine, trail: emptyTrail };

function isKnown(part: string): boolean {
  return ['among', 'input', 'result', 'undo'].includes(part) || Object.hasOwn(checks, part);
}

/** @throws CorruptContinuationError when a part of a continuation is missing or has the wrong type. */
export function checkContinuation(given: unknown): Continuation {
  if (!isRecord(given)) throw corrupt('it is not an object');
  const received: Record<string, unknown> = { ...given };
  for (const [part, value] of Object.entries(laterParts))
    if (!Object.hasOwn(received, part)) received[part] = value;
  for (const [part, check] of Object.entries(checks)) {
    if (!Object.hasOwn(received, part) || !check(received[part]))
      throw corrupt(`its ${part} is missing or not what it should be`);
  }
  if (received.among !== undefined && !isAmong(received.among))
    throw corrupt('its among is not what it should be');
  if (received.undo !== undefined && !isUndo(received.undo))
    throw corrupt('its undo is not what it should be');
  if (!Object.keys(received).every(isKnown))
    throw corrupt('it has a part that this version of lambda-baton does not know');
  return received as unknown as Continuation;
}

/** The error for a continuation that is not whole. */
export function corrupt(reason: string, cause?: unknown): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: `The continuation cannot be read: ${reason}.`,
    fix: 'Send continuations on exactly as they were sent; redrive the dead letter that holds the original one.',
    details: { reason },
    cause,
  });
}

function mismatch(
  executionId: string,
  part: 'job' | 'step' | 'version',
  expected: string | number,
  received: string | number,
) {
  const fixes = {
    job: `Give this function the job ${received}, or set @LongRunning({ name: '${received}' }) if the class was renamed.`,
    step: `Bring the step ${received} back (it may call the new one), or redrive the execution on the code that started it.`,
    version: 'Deploy the newer code again, or redrive the execution on it.',
  };
  return new IncompatibleStateError({
    problem: `The continuation of execution ${executionId} is of ${part} ${received}, but this code has ${part} ${expected}.`,
    fix: fixes[part],
    details: { executionId, expected, received },
  });
}
