import type { HandOffFailedError } from '../../errors';
import { readWait } from '../core/execution/among';
import type { HandOffReason } from '../core/execution/decide';
import { type Execution, nameUnit } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import { describeError } from '../core/record/describe-error';
import type { InvocationEntry } from '../core/record/history';
import type { Sent } from '../hand-off/send-continuation';
import type { Emitter } from '../observe/emitter';
import type { UnitKind } from '../observe/runtime-event';
import type { Attempt } from '../step/attempt';
import type { Invocation } from './invocation';
import type { LostInvocation, OpenedExecution } from './opened-execution';

/**
 * Tells that an invocation begins, and of the one before it, when that one could not tell its own end.
 *
 * @returns whether observers want something to be carried that the record does not have
 */
export function tellInvocationStarted(invocation: Invocation, opened: OpenedExecution): boolean {
  const { emitter, execution, context } = invocation;
  if (opened.lost !== undefined) tellLost(invocation, opened.lost, opened.previous);
  const { carried, run } = execution.trail;
  if (emitter.isHeard)
    emitter.about(run === undefined ? {} : { atMs: run.startedAtMs }).emit('invocation.started', {
      isCold: run?.isCold ?? false,
      version: context.functionVersion,
      remainingMs: Math.round(invocation.remainingMs()),
      ...(carried && { carried: Object.freeze({ ...carried }) }),
    });
  return keepCarried(invocation);
}

/** Keeps what observers want every later invocation to be given. @returns whether there was nothing like that before */
export function keepCarried(invocation: Invocation): boolean {
  const { emitter, execution } = invocation;
  const carried = emitter.carry();
  if (carried === undefined) return false;
  invocation.execution = { ...execution, trail: { ...execution.trail, carried } };
  return execution.trail.carried === undefined;
}

function tellLost(
  { emitter, plan, execution }: Invocation,
  lost: LostInvocation,
  entry: InvocationEntry | undefined,
): void {
  const { invocation, requestId, startedAtMs, heardAtMs, costUsd } = lost;
  const told = emitter.about({ invocation, requestId, atMs: heardAtMs });
  const durationMs = Math.max(0, Math.round(heardAtMs - startedAtMs));
  const unit = findLostUnit(plan, execution, lost);
  if (unit !== undefined) {
    const { cycle, attempt } = execution;
    told.emit('step.interrupted', { ...unit, cycle, attempt, durationMs, ending: 'died' });
  }
  if (entry?.ending === 'died') tellInvocationEnded(told, entry);
  else told.emit('invocation.ended', { ending: 'died', durationMs, costUsd });
}

/** What was probably running: what was seen last, else what comes at the last safe point. `@Terminate` is no unit that is told of. */
function findLostUnit(
  plan: JobPlan,
  execution: Execution,
  { isHandingOver, unit }: LostInvocation,
): { readonly step: string; readonly kind: UnitKind } | undefined {
  if (isHandingOver) return undefined;
  const next = execution.phase === 'check' ? { ...execution, phase: 'step' as const } : execution;
  const { onStart, onComplete } = plan.hooks;
  const methods = plan.steps.flatMap(({ method, compensate }) => [method, compensate]);
  const isWork = unit !== '' && [onStart, onComplete, ...methods].includes(unit);
  const step = isWork ? unit : nameUnit(plan, next);
  return step === '' ? undefined : { step, kind: readUnitKind(plan, step) };
}

/** What kind of work a method is. */
export function readUnitKind({ hooks, signals, steps }: JobPlan, method: string): UnitKind {
  if (method === hooks.onChildEnd) return 'child-end';
  if (steps.some(({ compensate }) => compensate === method)) return 'compensation';
  if (signals?.some((signal) => signal.method === method)) return 'signal';
  if (method === hooks.onStart) return 'on-start';
  return method === hooks.onComplete ? 'on-complete' : 'step';
}

/** Tells that an execution begins, or goes on. One that was given back, or whose invocation died, has begun before. */
export function tellBegun(invocation: Invocation): void {
  const { emitter, plan, execution } = invocation;
  const { cycle } = execution;
  const step = nameUnit(plan, execution);
  const remainingMs = Math.round(invocation.remainingMs());
  // As it was brought: it may have a slot by now.
  const waitedFor = readWait(invocation.opened.execution);
  const wait = waitedFor === undefined ? {} : { waitedFor };
  if (hasBegun(execution)) emitter.emit('execution.resumed', { step, cycle, remainingMs, ...wait });
  else emitter.emit('execution.started', { step, remainingMs });
}

/** Whether an invocation has begun with an execution before the one that stands where this says. */
export function hasBegun({ invocation, line, costUsd, safePointCount }: Execution): boolean {
  return invocation > 1 || safePointCount > 0 || line.deathCount > 0 || costUsd > 0;
}

/** Tells that an invocation ends: the last that is heard of it. */
export function tellInvocationEnded(emitter: Emitter, entry: InvocationEntry): void {
  const { ending, startedAtMs, endedAtMs, heardAtMs = startedAtMs } = entry;
  const { costUsd, stepCount, failedAttemptCount, reason } = entry;
  const atMs = endedAtMs ?? heardAtMs;
  const durationMs = Math.max(0, Math.round(atMs - startedAtMs));
  emitter.about({ atMs }).emit('invocation.ended', {
    ...{ ending, durationMs, costUsd, stepCount, failedAttemptCount },
    ...(reason !== undefined && { reason }),
  });
}

/** What an execution has done so far, for the events of its end and of its hand-offs. */
export function summarise({ plan, collaborators, execution }: Invocation) {
  const { stepCount, failedAttemptCount, cycle, startedAtMs } = execution;
  return {
    step: nameUnit(plan, execution),
    stepCount,
    failedAttemptCount,
    cycle,
    durationMs: Math.round(collaborators.clock.now() - startedAtMs),
  };
}

/** What became of a continuation. */
interface HandedOver extends Pick<Sent, 'bytes'> {
  /** Undefined when nothing was sent: somebody else wakes it. */
  readonly channel: string | undefined;
  readonly reason: HandOffReason;
  readonly delaySeconds: number;
}

/** Tells that the execution is in the hands of the next invocation. */
export function tellHandedOver(
  invocation: Invocation,
  next: Execution,
  { reason, delaySeconds, channel, bytes }: HandedOver,
): void {
  invocation.handedOverBytes = bytes;
  const { emitter } = invocation;
  const via = channel === undefined ? {} : { channel };
  const facts = { bytes, ...summarise(invocation), step: nameUnit(invocation.plan, next) };
  if (delaySeconds === 0 && channel !== undefined) {
    const remainingMs = Math.round(invocation.remainingMs());
    emitter.emit('execution.handed-off', { reason, channel, ...facts, remainingMs });
    return;
  }
  const untilMs = next.resumeAtMs;
  const waitReason = readWait(next) ?? 'wait';
  const until = untilMs > 0 ? { untilMs } : {};
  const delay = delaySeconds > 0 ? { delaySeconds } : {};
  emitter.emit('execution.waiting', { reason: waitReason, ...via, ...facts, ...until, ...delay });
}

/** Tells that a channel did not take the continuation. */
export function tellHandOffFailed({ emitter }: Invocation, failed: HandOffFailedError): void {
  const { channel, failure } = failed.details;
  emitter.emit('hand-off.failed', { channel, failure, error: describeError(failed) });
}

/** Tells that the execution has failed, in a unit of work or of something else: it is told with the end of the invocation. */
export function tellFailed(invocation: Invocation, thrown: unknown, unit = invocation.unit.name): void {
  invocation.ending = 'failed';
  const error = describeError(thrown);
  const facts = { ...summarise(invocation), step: unit, error };
  const emitter = emitterOfNow(invocation);
  invocation.tellEnd = () => emitter.emit('execution.failed', facts);
}

/** Tells that the execution has completed, or was cancelled: it is told with the end of the invocation. */
export function tellEnded(invocation: Invocation, type: 'execution.cancelled' | 'execution.completed'): void {
  const facts = summarise(invocation);
  const emitter = emitterOfNow(invocation);
  invocation.tellEnd = () => emitter.emit(type, facts);
}

/** Tells that the execution was skipped: it is told with the end of the invocation. */
export function tellSkipped(invocation: Invocation, running: readonly string[]): void {
  const facts = { ...summarise(invocation), running };
  const emitter = emitterOfNow(invocation);
  invocation.tellEnd = () => emitter.emit('execution.skipped', facts);
}

/** Tells later what has happened now. */
function emitterOfNow({ emitter, collaborators }: Invocation): Emitter {
  return emitter.about({ atMs: collaborators.clock.now() });
}

/** Reports what an abandoned attempt, or the end of a stopped generator, brought to light. */
export function tellLate({ logger }: Invocation, attempt: Attempt, step: string, error: unknown): void {
  const fields = { step, ...(error === undefined ? {} : { error: describeError(error) }) };
  const message = attempt.isAbandoned
    ? 'late result of an abandoned step discarded'
    : 'step failed while it was being stopped';
  logger.warn(message, fields);
}
