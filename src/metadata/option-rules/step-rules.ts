import { timerMs, yesOrNo } from './checks';
import { Optional } from './rule';

/** What `@Step` may be given. The fields are the known names; `retry` has rules of its own. */
export class StepRules {
  @Optional(yesOrNo)
  once: unknown;

  @Optional(timerMs(1, 'the longest that one attempt may take, for example 30_000, or leave it out'))
  timeoutMs: unknown;

  @Optional(timerMs(0, 'the time that the step needs, for example 10_000, or leave it out'))
  minBudgetMs: unknown;

  retry: unknown;
}
