import { BatonError } from './baton-error';

/** `ctx.keyFor` was given something that cannot tell one part of a unit of work from another. */
export class InvalidKeyError extends BatonError<{ received: string }> {
  override readonly name = 'InvalidKeyError';
  readonly code = 'INVALID_KEY';
}
