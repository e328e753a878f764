import { BatonError } from '../../../errors';
import { computeDelayMs, type RetryPolicy } from './retry-policy';

/** Whether a failed attempt is tried again, after how long, and whether it is one of the policy's `maxAttempts`. */
export type decision =
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
