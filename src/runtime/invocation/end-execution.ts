import { BatonError, ExecutionFailedError } from '../../errors';
import type { Superseded } from '../checkpoint/journal-entry';
import { dropSlot } from '../core/execution/apply-among';
import type { Execution } from '../core/execution/execution';
import {
  allowRecursion,
  describeDropped,
  describeParked,
  redriveCommand,
} from '../core/execution/failure-texts';
import { isChainSpent, recursionLimit } from '../core/execution/line';
import { describeError, ensureError, readReason } from '../core/record/describe-error';
import { tellEnd } from '../hand-off/tell-end';
import type { EndedAnswer, InvocationResult } from './answer';
import type { BadEnd } from './compensate';
import type { Invocation } from './invocation';
import { runHook } from './run-hook';
import { summarise, tellEnded, tellFailed } from './tell';

export async function completeExecution(invocation: Invocation): Promise<EndedAnswer> {
  const { executionId, invocation: number, result } = invocation.execution;
  await invocation.journal?.finish(invocation.execution, invocation.checkpoint, {
    status: 'completed',
    result,
  });
  invocation.progressReport.flush();
  tellEnded(invocation, 'execution.completed');
  return {
    status: 'completed',
    executionId,
    invocation: number,
    ...(result === undefined ? {} : { result }),
  };
}

export async function recordCancelled(invocation: Invocation): Promise<EndedAnswer> {
  await runHook(invocation, 'onCancel');
  await invocation.journal?.finish(invocation.execution, invocation.checkpoint, { status: 'cancelled' });
  invocation.progressReport.flush();
  return answerCancelled(invocation);
}

export function answerCancelled(invocation: Invocation): EndedAnswer {
  const { executionId, invocation: number } = invocation.execution;
  tellEnded(invocation, 'execution.cancelled');
  return { status: 'cancelled', executionId, invocation: number };
}

export function answerSuperseded(
  superseded: Invocation,
  { record }: Superseded,
  deliveries: readonly string[],
): InvocationResult {
  const { executionId, invocation } = superseded.execution;
  superseded.ending = 'superseded';
  superseded.progressReport.flush();
  superseded.emitter.emit('execution.superseded', summarise(superseded));
  const answer = { status: 'superseded', executionId, invocation } as const;
  if (record === undefined || record.outcome !== null) return { answer };
  // A copy of this very delivery may have handed over, and not sent it yet.
  const { owner, leaseUntilMs } = record;
  const isHere =
    deliveries.includes(owner) || (record.handedOffTo === null && record.invocation === invocation);
  return { answer, ...(isHere && { live: { owner, leaseUntilMs } }) };
}

export function endBadly(invocation: Invocation, end: BadEnd): Promise<EndedAnswer> {
  return end.status === 'cancelled'
    ? recordCancelled(invocation)
    : recordFailed(invocation, end.thrown, end.unit);
}

export async function recordFailed(
  invocation: Invocation,
  thrown: unknown,
  unit: string | undefined,
): Promise<never> {
  const { execution, plan } = invocation;
  const error = ensureError(thrown);
  if (invocation.isOrphaned) invocation.rollBack();
  if (plan.hooks.onFailure !== undefined) await invocation.journal?.confirm(execution, invocation.checkpoint);
  await runHook(invocation, 'onFailure', (ctx) => [error, ctx]);
  await invocation.journal?.finish(execution, invocation.checkpoint, {
    status: 'failed',
    error: describeError(thrown),
  });
  invocation.progressReport.flush();
  tellFailed(invocation, thrown, unit);
  throw failedError(invocation, thrown, unit);
}

export function failedError(
  { execution, plan, unit: { name: lastUnit } }: Invocation,
  thrown: unknown,
  unit: string | undefined,
): ExecutionFailedError {
  const error = ensureError(thrown);
  const { executionId, invocation: number } = execution;
  const step = unit ?? lastUnit;
  const [reason = '', advice] = readReason(describeError(thrown)).split('\n→ ');
  const where = step === '' ? '' : ` ${unit === undefined ? 'after' : 'at'} ${step}`;
  return new ExecutionFailedError({
    problem: `Execution ${executionId} of job ${plan.name} failed${where} in invocation ${number}: ${reason}`,
    fix:
      (BatonError.is(thrown) ? advice : undefined) ??
      `Look at the cause, fix it, and start the execution again.`,
    details: { executionId, job: plan.name, invocation: number, step },
    cause: error,
  });
}

/** Tells whoever waits for the end of this execution. */
export async function tellWaiting(invocation: Invocation): Promise<void> {
  const { journal, context, execution, logger } = invocation;
  if (journal === undefined) return;
  const { executionId, chain, among } = execution;
  const { parent, epoch } = journal;
  if (
    among?.slot &&
    isChainSpent({ chain: { length: chain.length, setting: invocation.preparation.recursion } })
  )
    logger.warn('AWS may drop the message that wakes the next execution: only a sweep wakes it then', {
      fix: allowRecursion(context.functionName),
    });
  const told = { executionId, epoch, sentBy: context.awsRequestId, chainLength: chain.length };
  await tellEnd({ ...told, ...(parent && { parent }), slotsId: among?.slot?.id }, invocation);
}

/** What was recorded as started, and cannot be begun, has failed. */
export async function refuse(invocation: Invocation, thrown: unknown): Promise<never> {
  const { execution, journal } = invocation;
  await journal?.finish(execution, undefined, { status: 'failed', error: describeError(thrown) });
  tellFailed(invocation, thrown);
  throw failedError(invocation, thrown, undefined);
}

/** Keeps an execution that AWS would stop where a redrive finds it, and lets the delivery fail, so that alarms see it. */
export async function parkExecution(
  invocation: Invocation,
  next: Execution,
  cause?: unknown,
): Promise<never> {
  const { journal, kept, context, emitter, plan } = invocation;
  await journal?.park(dropSlot(next), kept);
  await leaveSlots(invocation);
  const error = describeParked(plan, next, context.functionName, cause);
  invocation.ending = 'parked';
  emitter.emit('execution.parked', {
    ...summarise(invocation),
    redrive: redriveCommand(next.executionId, context.functionName),
    error: describeError(error),
  });
  throw error;
}

/** It waits for a person: others may have its slot meanwhile. Whoever finds none free sees that it is parked. */
async function leaveSlots(invocation: Invocation): Promise<void> {
  if (invocation.execution.among?.slot === undefined) return;
  try {
    await tellWaiting(invocation);
  } catch (error) {
    invocation.logger.warn('the slot of a parked execution is given on later', {
      error: describeError(error),
    });
  }
}

/** Without a store nothing can be parked: the delivery fails, and its dead letter holds the execution. AWS would drop it without a word. */
export function refuseRecursion(
  { context, logger, plan }: Invocation,
  next: Execution,
  facts: object,
): never {
  const error = describeDropped(plan, next, context.functionName);
  logger.error('execution cannot be handed over', { ...facts, error: describeError(error) });
  throw error;
}

/** Said by the first hand-off that knows. */
export function warnOfRecursion({ context, preparation, logger }: Invocation, next: Execution): void {
  if (next.chain.setting !== 'terminate' || !preparation.isRecursionNews) return;
  logger.warn(
    `AWS will stop this execution after about ${recursionLimit} invocations: the recursion setting of the function is Terminate`,
    {
      fix: allowRecursion(context.functionName),
    },
  );
}
