import { BatonError } from './baton-error';

/** The store did not take a checkpoint while there was time. The invocation ends, and Lambda's own retry resumes from the last one. */
export class CheckpointFailedError extends BatonError<{ executionId: string; tries: number }> {
  override readonly name = 'CheckpointFailedError';
  readonly code = 'CHECKPOINT_FAILED';
  override readonly retryable = true;
}
