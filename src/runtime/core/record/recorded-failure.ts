import { ExecutionFailedError } from '../../../errors';
import type { Continuation } from '../message/continuation';
import { type ErrorRecord, readReason } from './describe-error';

/** The error that a recorded failure is told with, again and again. */
export function recordedFailureError(
  { executionId, job, invocation, step }: Continuation,
  error: ErrorRecord,
): ExecutionFailedError {
  const [reason = ''] = readReason(error).split('\n→ ');
  return new ExecutionFailedError({
    problem: `Execution ${executionId} of job ${job} has failed: ${error.name}: ${reason}`,
    fix: 'Redrive it when its cause is fixed, or start it again under another id.',
    details: { executionId, job, invocation, step: step ?? '' },
    cause: error,
  });
}
