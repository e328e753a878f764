import { BatonError } from './baton-error';

/** How a {@link RetryableError} is to be retried. */
export interface RetryableErrorOptions {
  /** Milliseconds to wait before the next attempt, instead of the retry policy's delay. Finite and ≥ 0. */
  readonly retryAfterMs: number;
  readonly message?: string;
  readonly cause?: unknown;
}

/**
 * Thrown by a step that knows when to try again, for example from a `Retry-After` header.
 * The attempt still counts: after the policy's `maxAttempts` the execution fails.
 *
 * @throws RangeError when `retryAfterMs` is not a finite number ≥ 0.
 */
export class RetryableError extends BatonError<{ retryAfterMs: number }> {
  override readonly name = 'RetryableError';
  readonly code = 'RETRYABLE';
  override readonly retryable = true;
  readonly retryAfterMs: number;

  constructor({ retryAfterMs, message, cause }: RetryableErrorOptions) {
    if (!Number.isFinite(retryAfterMs) || retryAfterMs < 0) {
      throw new RangeError(
        `RetryableError: retryAfterMs is ${String(retryAfterMs)}; it must be a finite number of milliseconds, 0 or more.`,
      );
    }
    super({ problem: message ?? `Try again in ${retryAfterMs} ms`, details: { retryAfterMs }, cause });
    this.retryAfterMs = retryAfterMs;
  }
}
