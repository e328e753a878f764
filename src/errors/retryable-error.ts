import { BatonError } from './baton-error';

/** How a {@link RetryableError} is to be retried. */
export interface RetryableErrorOptions {
  /** Milliseconds to wait before the next attempt, instead of the retry policy's delay. Finite and ≥ 0. */
  readonly retryAfterMs: number;
  /**
   * Whether the attempt is one of the policy's `maxAttempts`. `false` is for a throttle that says when to come back: the step is tried
   * again however often, until a fuse of the job blows. @defaultValue true
   */
  readonly countsAsAttempt?: boolean;
  readonly message?: string;
  readonly cause?: unknown;
}

/**
 * Thrown by a step that knows when to try again, for example from a `Retry-After` header.
 * The attempt counts unless it says otherwise: after the policy's `maxAttempts` the execution fails.
 *
 * @throws RangeError when `retryAfterMs` is not a finite number ≥ 0.
 */
export class RetryableError extends BatonError<{ retryAfterMs: number; countsAsAttempt: boolean }> {
  override readonly name = 'RetryableError';
  readonly code = 'RETRYABLE';
  override readonly retryable = true;
  readonly retryAfterMs: number;
  readonly countsAsAttempt: boolean;

  constructor({ retryAfterMs, countsAsAttempt = true, message, cause }: RetryableErrorOptions) {
    if (!Number.isFinite(retryAfterMs) || retryAfterMs < 0) {
      throw new RangeError(
        `RetryableError: retryAfterMs is ${String(retryAfterMs)}; it must be a finite number of milliseconds, 0 or more.`,
      );
    }
    super({
      problem: message ?? `Try again in ${retryAfterMs} ms`,
      details: { retryAfterMs, countsAsAttempt },
      cause,
    });
    this.retryAfterMs = retryAfterMs;
    this.countsAsAttempt = countsAsAttempt;
  }
}
