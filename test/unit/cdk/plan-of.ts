import { LongRunning, Step, Terminate } from 'lambda-baton';
import type { LongRunningOptions } from '../../../src/decorators';
import { readJob } from '../../../src/metadata/read-job';

/** The plan of a job with these options, whose only step wants this budget. */
export function planOf(options: Partial<LongRunningOptions> = {}, minBudgetMs = 0) {
  @LongRunning({ safeMs: 60_000, intervalMs: 5_000, ...options })
  class Reconcile {
    @Step({ minBudgetMs })
    reconcilePage() {}

    @Terminate()
    isDone() {
      return true;
    }
  }
  return readJob(Reconcile);
}
