import { BatonError } from '../../../errors';

/** When a failed attempt is tried again. Waits are exponential with full jitter: anything between 0 and the computed delay. */
export interface RetryPolicy {
  /** Attempts in all, the first included. An integer ≥ 1. @defaultValue 3 */
  readonly maxAttempts: number;
  /** Upper bound of the wait after the first failure, in milliseconds. @defaultValue 1000 */
  readonly initialDelayMs: number;
  /** What the bound is multiplied by after every further failure. A number ≥ 1. @defaultValue 2 */
  readonly backoffFactor: number;
  /** The bound never grows beyond this, in milliseconds. @defaultValue 60000 */
  readonly maxDelayMs: number;
}

/** The policy of a step that declares none; the one place where these numbers stand. */
export const defaultRetryPolicy: RetryPolicy = Object.freeze({
  maxAttempts: 3,
  initialDelayMs: 1_000,
  backoffFactor: 2,
  maxDelayMs: 60_000,
});

/** The wait before the next attempt, in whole milliseconds: full jitter under an exponential bound. */
export function computeDelayMs(policy: RetryPolicy, failedAttempts: number, random: number): number {
  const factor = Math.min(policy.backoffFactor ** (failedAttempts - 1), Number.MAX_VALUE);
  const boundMs = policy.initialDelayMs * factor;
  return Math.floor(random * Math.min(boundMs, policy.maxDelayMs));
}

/** Whether a failed attempt is tried again, after how long, and whether it is one of the policy's `maxAttempts`. */
type decision =
  | { readonly isRetried: false }
  | { readonly isRetried: true; readonly delayMs: number; readonly isCounted?: false };

/** Checks a failed attempt by its error and its policy. `random` is in [0, 1). */
export function decideRetry(
  policy: RetryPolicy,
  attempt: number,
  error: unknown,
  random: () => number,
): decision {
  const isOurs = BatonError.is(error);
  if (isOurs && !error.retryable) return { isRetried: false };
  const { retryAfterMs, countsAsAttempt } = isOurs ? readWish(error) : noWish;
  // At least a millisecond: what does not count must not be tried again at the same moment for ever.
  if (!countsAsAttempt) return { isRetried: true, delayMs: Math.max(1, retryAfterMs ?? 0), isCounted: false };
  if (attempt >= policy.maxAttempts) return { isRetried: false };
  return { isRetried: true, delayMs: retryAfterMs ?? computeDelayMs(policy, attempt, random()) };
}

interface Wish {
  readonly retryAfterMs: number | undefined;
  readonly countsAsAttempt: boolean;
}

const noWish: Wish = { retryAfterMs: undefined, countsAsAttempt: true };

/** What a `RetryableError` asks for; that of another copy of the package is only as good as its word. */
function readWish({ code, details }: BatonError): Wish {
  const { retryAfterMs, countsAsAttempt } = (details ?? {}) as {
    retryAfterMs?: unknown;
    countsAsAttempt?: unknown;
  };
  const isUsable = typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) && retryAfterMs >= 0;
  return code === 'RETRYABLE' && isUsable
    ? { retryAfterMs, countsAsAttempt: countsAsAttempt !== false }
    : noWish;
}
