import { BatonError } from '../../errors';
import { computeDelayMs, type RetryPolicy } from './retry-policy';

/** Whether a failed attempt is tried again, and after how long. */
export type Judgement = { readonly isRetried: false } | { readonly isRetried: true; readonly delayMs: number };

/** Judges a failed attempt by its error and its policy. `random` is in [0, 1). */
export function judgeFailure(policy: RetryPolicy, attempt: number, error: unknown, random: () => number): Judgement {
  const isOurs = BatonError.is(error);
  if ((isOurs && !error.retryable) || attempt >= policy.maxAttempts) return { isRetried: false };
  const retryAfterMs = isOurs ? readRetryAfterMs(error) : undefined;
  return { isRetried: true, delayMs: retryAfterMs ?? computeDelayMs(policy, attempt, random()) };
}

/** What a `RetryableError` asks for; that of another copy of the package is only as good as its word. */
function readRetryAfterMs({ code, details }: BatonError): number | undefined {
  if (code !== 'RETRYABLE') return undefined;
  const { retryAfterMs } = (details ?? {}) as { retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) && retryAfterMs >= 0 ? retryAfterMs : undefined;
}
