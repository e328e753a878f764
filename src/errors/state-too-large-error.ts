import { BatonError } from './baton-error';

/** The state does not fit any channel, and there is no store to keep it. Raised before any call is made. */
export class StateTooLargeError extends BatonError<{ bytes: number; maxBytes: number; biggestField: string }> {
  override readonly name = 'StateTooLargeError';
  readonly code = 'STATE_TOO_LARGE';
}
