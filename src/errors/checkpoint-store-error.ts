import { BatonError } from './baton-error';

/** A checkpoint store cannot do its work: its table or bucket is missing, refuses, or took only a part of what it was given. */
export class CheckpointStoreError extends BatonError<{
  store: string;
  place: string;
  failure: 'incomplete' | 'missing' | 'refused';
}> {
  override readonly name = 'CheckpointStoreError';
  readonly code = 'CHECKPOINT_STORE';
  override readonly retryable = true;
}
