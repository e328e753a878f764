import { BatonError } from './baton-error';

/**
 * Thrown by a step to say that trying again cannot help. The execution fails at once, whatever the retry policy.
 *
 * @example throw new TerminalError('Account is closed', { cause: error });
 */
export class TerminalError extends BatonError {
  override readonly name = 'TerminalError';
  readonly code = 'TERMINAL';

  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super({ problem: message, cause: options.cause });
  }
}

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
  /** How long to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number;
  /** Whether this attempt counts against `maxAttempts`. */
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

/** An attempt ran longer than its step's `timeoutMs`. It counts as a failed attempt and is retried by policy. */
export class StepTimeoutError extends BatonError<{ step: string; timeoutMs: number; attempt: number }> {
  override readonly name = 'StepTimeoutError';
  readonly code = 'STEP_TIMEOUT';
  override readonly retryable = true;
}

/** What a {@link StepInterruptedError} knows. */
interface StepInterruptedDetails {
  readonly step: string;
  /** `maxDeaths`: not at one place, but ten times in a row wherever it stood. */
  readonly limit: 'maxDeaths' | 'maxInterruptions';
  readonly allowed: number;
  readonly actual: number;
  /** How the last attempt ended, as far as it can be known. */
  readonly ending: 'crash' | 'hard-edge' | 'out-of-memory' | 'safe-window' | 'timeout' | 'unknown';
}

/** A step was cut off too often in a row (`limits.maxInterruptions`) without reaching a safe point. */
export class StepInterruptedError extends BatonError<StepInterruptedDetails> {
  override readonly name = 'StepInterruptedError';
  readonly code = 'STEP_INTERRUPTED';
}

/** A step returned a directive that cannot be carried out, or `@Terminate` answered something other than `true` or `false`. */
export class InvalidDirectiveError extends BatonError<{ method: string }> {
  override readonly name = 'InvalidDirectiveError';
  readonly code = 'INVALID_DIRECTIVE';
}

/** More children of a step have failed than its `maxFailures`. */
export class ChildrenFailedError extends BatonError<{
  step: string;
  total: number;
  failed: number;
  /** Those that were skipped, too. */
  cancelled: number;
  maxFailures: number;
  /** The ids of the first ten that did not complete. */
  childIds: readonly string[];
}> {
  override readonly name = 'ChildrenFailedError';
  readonly code = 'CHILDREN_FAILED';
}

/** `ctx.keyFor` was given something that cannot tell one part of a unit of work from another. */
export class InvalidKeyError extends BatonError<{ received: string }> {
  override readonly name = 'InvalidKeyError';
  readonly code = 'INVALID_KEY';
}

/** A step left something in a `@State` field (or in a result) that cannot be stored. Never retried: the same step would do it again. */
export class UnserializableStateError extends BatonError<{ path: string; type: string }> {
  override readonly name = 'UnserializableStateError';
  readonly code = 'UNSERIALIZABLE_STATE';
}
