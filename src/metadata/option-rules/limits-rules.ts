import { IsNumber, IsPositive } from './class-validator';
import { Optional, WholeNumber } from './rules';
import { say } from './say';

const positive = say((property, shown) => ({
  problem: `${shown} must be a number greater than 0.`,
  cure: `Set ${property} to an amount in US dollars, or leave it out.`,
}));

/** What `limits` may hold. */
export class LimitsRules {
  @Optional()
  @WholeNumber(1, 'the most invocations of one execution, or leave it out')
  maxInvocations: unknown;

  @Optional()
  @WholeNumber(1, 'the longest that an execution may take, in milliseconds, or leave it out')
  maxDurationMs: unknown;

  @Optional()
  @WholeNumber(1, 'the most hand-offs in a row without progress, or leave it out')
  maxIdleInvocations: unknown;

  @Optional()
  @WholeNumber(1, 'the most deaths in a row in the same step, or leave it out')
  maxInterruptions: unknown;

  @Optional()
  @IsPositive(positive)
  @IsNumber({}, positive)
  maxCostUsd: unknown;
}
