import { BatonError } from './baton-error';

/** A continuation or start envelope is damaged or was changed. Nothing was run. */
export class CorruptContinuationError extends BatonError<{ reason: string }> {
  override readonly name = 'CorruptContinuationError';
  readonly code = 'CORRUPT_CONTINUATION';
}
