import { Judge, type Judged, Optional, WholeMs, YesOrNo } from './rules';

/** What `@Step` may be given. The fields are the known names; `retry` has rules of its own. */
export class StepRules {
  @Optional()
  @YesOrNo()
  once: unknown;

  @Optional()
  @Judge('retry', (_: Judged<unknown>) => undefined)
  retry: unknown;

  @Optional()
  @WholeMs(1, 'the longest that one attempt may take, or leave it out')
  timeoutMs: unknown;

  @Optional()
  @WholeMs(0, 'the time that the step needs, or leave it out')
  minBudgetMs: unknown;
}
