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
