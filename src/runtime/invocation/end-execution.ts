import { BatonError, ExecutionFailedError } from '../../errors';
import type { Superseded } from '../checkpoint/superseded';
import { allowRecursion } from '../core/execution/failure-texts';
import { isChainSpent } from '../core/execution/line';
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
