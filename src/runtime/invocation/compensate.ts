import { apply } from '../core/execution/apply';
import {
  beginToCompensate,
  forgetEnd,
  giveUpRuns,
  hasRuns,
  isCompensating,
} from '../core/execution/compensation';
import { nameUnit } from '../core/execution/execution';
import type { CompensatedEnd, KeptError } from '../core/execution/undo';
import { describeError } from '../core/record/describe-error';
import type { Invocation } from './invocation';

/** How an execution ends that is not to go on. */
export type BadEnd =
  | { readonly status: 'cancelled' }
  /** `unit` is the method that failed; undefined when it was no method. */
  | { readonly status: 'failed'; readonly thrown: unknown; readonly unit: string | undefined };

/**
 * Begins to undo what the execution has done, when there is anything and it has not begun before. From then on it goes nowhere but to this
 * end: that is stored before anything is undone.
 *
 * @returns whether there is something to do before the end
 */
export async function beginCompensation(invocation: Invocation, end: BadEnd): Promise<boolean> {
  const { execution, collaborators, checkpoint } = invocation;
  if (isCompensating(execution) || !hasRuns(execution)) return false;
  if (invocation.isOrphaned) invocation.rollBack();
  invocation.isOrphaned = false;
  invocation.unit.stayAwake();
  if (end.status === 'failed') invocation.failure = { thrown: end.thrown };
  invocation.execution = beginToCompensate(execution, describeEnd(end), collaborators.clock.now());
  await invocation.journal?.confirm(invocation.execution, checkpoint);
  return true;
}

function describeEnd(end: BadEnd): CompensatedEnd {
  if (end.status === 'cancelled') return end;
  return { status: 'failed', error: describeError(end.thrown), unit: end.unit };
}

/** What is next was cut off too often, or this code has no method for it: what comes before it is next. */
export function leaveUndone(invocation: Invocation, thrown: unknown): void {
  const { plan, execution, checkpoint, logger } = invocation;
  const error = describeError(thrown);
  logger.error('compensation given up', { step: nameUnit(plan, execution), error });
  invocation.passSafePoint(apply(plan, execution, { kind: 'not-undone', error }), checkpoint);
}

/** The job cannot be made, so nothing can be undone any more. */
export function giveUpCompensation(invocation: Invocation, thrown: unknown): BadEnd {
  const { execution, collaborators } = invocation;
  if (isCompensating(execution)) return endCompensation(invocation, { thrown });
  const end = { status: 'failed', thrown, unit: undefined } as const;
  if (!hasRuns(execution)) return end;
  invocation.execution = beginToCompensate(execution, { status: 'failed' }, collaborators.clock.now());
  return { ...endCompensation(invocation, { thrown }), ...end };
}

/** What ends a compensation: all is undone that can be, or nothing more can be, for this reason. */
export function endCompensation(invocation: Invocation, reason?: { readonly thrown: unknown }): BadEnd {
  const { end } = invocation.execution.undo?.compensation ?? {};
  if (reason !== undefined)
    invocation.execution = giveUpRuns(invocation.execution, describeError(reason.thrown));
  invocation.execution = forgetEnd(invocation.execution);
  if (end?.status !== 'failed') return { status: 'cancelled' };
  const { thrown } = invocation.failure ?? { thrown: end.error && rebuildError(end.error) };
  return { status: 'failed', thrown, unit: end.unit };
}

/** The error of an earlier invocation, as far as its record tells. */
export function rebuildError({ name, message, code, stack, cause, errors }: KeptError): Error {
  const error = new Error(message, cause && { cause: rebuildError(cause) });
  const own = { name, stack: stack ?? '', ...(code !== undefined && { code }) };
  for (const [key, value] of Object.entries(own))
    Object.defineProperty(error, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: key === 'code',
    });
  return errors === undefined ? error : Object.assign(error, { errors: errors.map(rebuildError) });
}
