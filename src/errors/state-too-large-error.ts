import { BatonError } from './baton-error';

/**
 * The continuation does not fit any channel, and there is no store to keep its state. Raised before any call is made, where the limits are
 * known; a queue with a smaller limit of its own tells it by refusing.
 */
export class StateTooLargeError extends BatonError<{
  bytes: number;
  maxBytes: number;
  biggestField: string;
}> {
  override readonly name = 'StateTooLargeError';
  readonly code = 'STATE_TOO_LARGE';
}
