import { BatonError } from '../errors/baton-error';

/** A sweep that leaves executions behind: some could not be sent on, or there may be more than it looked at. Thrown so that alarms see it. */
export class SweepIncompleteError extends BatonError<{
  job: string;
  sweptCount: number;
  failed: readonly { readonly executionId: string; readonly reason: string }[];
  hasMore: boolean;
}> {
  override readonly name = 'SweepIncompleteError';
  readonly code = 'SWEEP_INCOMPLETE';
  override readonly retryable = true;
}
