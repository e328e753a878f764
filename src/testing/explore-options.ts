import type { JobRun } from './job-run';
import type { JobRunOptions } from './test-job-options';

/** Options of {@link JobTestEnvironment.explore}. The kinds of faults: those that are `true`, or all when none is given. */
export interface ExploreOptions<Job extends object = object> extends Omit<JobRunOptions<Job>, 'schedule'> {
  /** The process dies at every boundary, before and after what it does there takes effect. */
  readonly crashes?: boolean;
  /** Every call takes a second, in which others can come. */
  readonly delays?: boolean;
  /** The delivery comes twice, at every boundary; every continuation is delivered twice. */
  readonly duplicates?: boolean;
  /** Every call takes effect and fails all the same. */
  readonly lostReplies?: boolean;
  /** Every call hangs; every step holds the process until Lambda kills it. */
  readonly timeouts?: boolean;
  /** How many runs with two faults at random places follow, from `seed`. @defaultValue 0 */
  readonly pairs?: number;
  /** The most disturbed runs: with more boundaries than that, some are left out, evenly. @defaultValue 2000 */
  readonly maxRuns?: number;
  /** What has to be the same. @defaultValue outcome, result, final state */
  readonly compare?: (run: JobRun) => unknown;
}
