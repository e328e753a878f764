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
export class HandOffFailedError extends BatonError<{
  /** The channel, or all that were tried, in their order. */
  channel: string;
  failure: HandOffFailure;
  /** The name that AWS gave the error; `ResourceNotFoundException`: the function, or the version that was invoked, does not exist. */
  reason?: string;
  /** The largest message that the channel takes, in bytes, when this one was too large and the answer said so. */
  maxBytes?: number;
}> {
  override readonly name = 'HandOffFailedError';
  readonly code = 'HAND_OFF_FAILED';
  override readonly retryable = true;
}
