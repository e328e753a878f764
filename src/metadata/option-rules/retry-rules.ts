import { checkInitialDelay } from './check-times';
import { finiteNumber, wholeMs, wholeNumber } from './checks';
import { Optional } from './rule';

/** What `retry` may hold. */
export class RetryRules {
  @Optional(wholeNumber(1, 'the attempts in all, the first included, for example 3, or leave it out'))
  maxAttempts: unknown;

  @Optional(
    wholeMs(0, 'the longest wait after the first failure, for example 1_000, or leave it out'),
    checkInitialDelay,
  )
  initialDelayMs: unknown;

  @Optional(finiteNumber(1, '2, or leave it out'))
  backoffFactor: unknown;

  @Optional(wholeMs(0, 'the longest wait between two attempts, for example 60_000, or leave it out'))
  maxDelayMs: unknown;
}
