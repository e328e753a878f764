import type { JobFault } from '../../errors';
import { FiniteNumber, Judge, type Judged, Optional, WholeMs, WholeNumber } from './rules';

/** What `retry` may hold. */
export class RetryRules {
  @Optional()
  @WholeNumber(1, 'the attempts in all, the first included, or leave it out')
  maxAttempts: unknown;

  @Optional()
  @Judge('initialBelowMax', judgeInitialDelay)
  @WholeMs(0, 'the longest wait after the first failure, or leave it out')
  initialDelayMs: unknown;

  @Optional()
  @FiniteNumber(1, '2, or leave it out')
  backoffFactor: unknown;

  @Optional()
  @WholeMs(0, 'the longest wait between two attempts, or leave it out')
  maxDelayMs: unknown;
}

/** Judges two delays that were both given; a default that is crossed is simply moved. */
function judgeInitialDelay({ value, options: { maxDelayMs } }: Judged<{ maxDelayMs: unknown }>): JobFault | undefined {
  if (typeof maxDelayMs !== 'number' || typeof value !== 'number' || !(value > maxDelayMs)) return undefined;
  return {
    problem: `initialDelayMs (${value}) must not be greater than maxDelayMs (${maxDelayMs}).`,
    cure: `Set maxDelayMs to ${value} or more.`,
  };
}
