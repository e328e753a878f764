import { BatonError } from './baton-error';

/** The store has no execution under this id. */
export class UnknownExecutionError extends BatonError<{ executionId: string }> {
  override readonly name = 'UnknownExecutionError';
  readonly code = 'UNKNOWN_EXECUTION';
}
