import { positiveNumber, wholeMs, wholeNumber } from './judges';
import { Optional } from './rule';

/** What `limits` may hold. */
export class LimitsRules {
  @Optional(wholeNumber(1, 'the most invocations of one execution, or leave it out'))
  maxInvocations: unknown;

  @Optional(wholeMs(1, 'the longest that an execution may take, or leave it out'))
  maxDurationMs: unknown;

  @Optional(wholeNumber(1, 'the most hand-offs in a row without progress, or leave it out'))
  maxIdleInvocations: unknown;

  @Optional(wholeNumber(1, 'the most deaths in a row in the same step, or leave it out'))
  maxInterruptions: unknown;

  @Optional(positiveNumber('an amount in US dollars, or leave it out'))
  maxCostUsd: unknown;
}
