import { BatonError } from './baton-error';

/** A step left something in a `@State` field (or in a result) that cannot be stored. Never retried: the same step would do it again. */
export class UnserializableStateError extends BatonError<{ path: string; type: string }> {
  override readonly name = 'UnserializableStateError';
  readonly code = 'UNSERIALIZABLE_STATE';
}
