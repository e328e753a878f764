import { ExecutionConflictError } from '../../../errors';
import { isSameJson } from '../state/is-same-json';
import type { ExecutionRecord } from './execution-record';

/** Says whether an input is the one that a recorded execution was started with, as it was sent or as the job sees it. */
export function isSameStart({ receivedInput, continuation }: ExecutionRecord, input: unknown): boolean {
  return (
    isSameJson(continuation.input, input) || (receivedInput !== undefined && isSameJson(receivedInput, input))
  );
}

/** The error for a start whose id belongs to another piece of work. */
export function conflictError(
  { continuation }: Pick<ExecutionRecord, 'continuation'>,
  job: string,
): ExecutionConflictError {
  const { executionId } = continuation;
  const other = continuation.job === job ? 'with another input' : `by job ${continuation.job}`;
  return new ExecutionConflictError({
    problem: `Execution ${executionId} of job ${job} cannot be started: its id was used before ${other}.`,
    fix: 'Choose an id that names the work, such as a date or an order number, and give each piece of work its own.',
    details: { executionId, job },
  });
}
