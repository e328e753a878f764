import { positiveNumber, wholeMs, wholeNumber } from './checks';
import { Optional } from './rule';

/** What `limits` may hold. */
export class LimitsRules {
  @Optional(wholeNumber(1, 'the most invocations of one execution, for example 1_000, or leave it out'))
  maxInvocations: unknown;

  @Optional(wholeMs(1, 'the longest that an execution may take, for example 3_600_000, or leave it out'))
  maxDurationMs: unknown;

  @Optional(wholeNumber(1, 'the most hand-offs in a row without progress, for example 3, or leave it out'))
  maxIdleInvocations: unknown;

  @Optional(wholeNumber(1, 'the most deaths in a row in the same step, for example 2, or leave it out'))
  maxInterruptions: unknown;

  @Optional(
    wholeNumber(
      1,
      'the most hand-offs in a row with the same state at the same place, for example 50, or leave it out',
    ),
  )
  maxStalledInvocations: unknown;

  @Optional(positiveNumber('an amount in US dollars, for example 5, or leave it out'))
  maxCostUsd: unknown;
}
