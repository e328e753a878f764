import { BatonError } from './baton-error';

/** The same execution id was started with another input, or by another job. */
export class ExecutionConflictError extends BatonError<{ executionId: string; job: string }> {
  override readonly name = 'ExecutionConflictError';
  readonly code = 'EXECUTION_CONFLICT';
}
