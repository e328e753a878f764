import { BatonError } from './baton-error';

/**
 * What a sender's failure means for the hand-off:
 * `retry` may pass on its own, `too-large` cannot pass on this channel, `refused` needs someone to change something,
 * `recursion` is AWS's guard against self-invoking functions.
 */
export type HandOffFailure = 'recursion' | 'refused' | 'retry' | 'too-large';

/**
 * A continuation could not be sent. Thrown by a sender for one channel, and by the runtime when every channel failed:
 * then Lambda's own retry resumes from the last checkpoint.
 */
export class HandOffFailedError extends BatonError<{ channel: string; failure: HandOffFailure; reason?: string }> {
  override readonly name = 'HandOffFailedError';
  readonly code = 'HAND_OFF_FAILED';
  override readonly retryable = true;
}
