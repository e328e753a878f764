import { type Schedule, writeSchedule } from './boundaries';
import { describeCollision } from './effect-ledger';
import { type Deviation, Exploration } from './exploration';
import type { ExploreOptions } from './explore-options';
import { findDifferences } from './find-differences';
import type { JobRun } from './job-run';
import { listErrorCodes } from './list-error-codes';
import { planExploration } from './plan-exploration';

/** Runs a job again and again, disturbed at another place each time, and compares. */
export class Explorer {
  #runCount = 0;
  readonly #deviations: Deviation[] = [];
  readonly #forks: Deviation[] = [];
  readonly #options: ExploreOptions;
  readonly #runOnce: (schedule: string) => Promise<JobRun>;

  constructor(options: ExploreOptions, runOnce: (schedule: string) => Promise<JobRun>) {
    this.#options = options;
    this.#runOnce = runOnce;
  }

  async explore(): Promise<Exploration> {
    const baseline = await this.#runOnce('');
    const { schedules, skippedCount } = planExploration(baseline.boundaries, this.#options);
    if (baseline.keyCollisions.length > 0) this.#deviations.push(describeCollisions(baseline));
    for (const schedule of schedules) await this.#check(baseline, schedule);
    return new Exploration({
      baseline,
      runCount: this.#runCount,
      skippedCount,
      deviations: this.#deviations.sort((one, other) => one.faults.length - other.faults.length),
      forks: this.#forks,
    });
  }

  async #check(baseline: JobRun, schedule: Schedule): Promise<void> {
    const found = await this.#try(baseline, schedule);
    if (found === undefined) return;
    const shortest = await this.#shorten(baseline, schedule, found);
    if (isFork(shortest)) this.#forks.push(shortest);
    else if (!this.#deviations.some((known) => known.schedule === shortest.schedule))
      this.#deviations.push(shortest);
  }

  /** A pair whose deviation one of its faults shows alone is no pair. */
  async #shorten(baseline: JobRun, schedule: Schedule, found: Deviation): Promise<Deviation> {
    if (schedule.size < 2) return found;
    for (const single of schedule) {
      const shorter = await this.#try(baseline, new Map([single]));
      if (shorter !== undefined) return shorter;
    }
    return found;
  }

  /** Two deaths in the same step are what `maxInterruptions` is for: that end is no deviation. */
  async #try(baseline: JobRun, schedule: Schedule): Promise<Deviation | undefined> {
    const text = writeSchedule(schedule);
    const run = await this.#runOnce(text);
    this.#runCount += 1;
    if (schedule.size > 1 && listErrorCodes(run.error).includes('STEP_INTERRUPTED')) return undefined;
    const differences = findDifferences(baseline, run, this.#options.compare);
    if (differences.length === 0) return undefined;
    const faults = [...schedule].flatMap(([number, fault]) => {
      const boundary = run.boundaries[number - 1];
      return boundary === undefined ? [] : [{ fault, boundary }];
    });
    return {
      schedule: text,
      faults,
      kinds: [...new Set(differences.map(({ kind }) => kind))],
      differences: differences.map((difference) => difference.text),
      run,
    };
  }
}

/** What needs no fault to go wrong. */
function describeCollisions(baseline: JobRun): Deviation {
  const differences = baseline.keyCollisions.map(describeCollision);
  return { schedule: '', faults: [], kinds: ['keys'], differences, run: baseline };
}

/** Without a store nothing tells two lines of an execution apart. */
function isFork({ run }: Deviation): boolean {
  if (run.checkpoints.length > 0) return false;
  const starts = new Map<number, number>();
  for (const { invocation, end } of run.invocations) {
    if (invocation === undefined || end === 'crashed' || end === 'timed-out') continue;
    starts.set(invocation, (starts.get(invocation) ?? 0) + 1);
  }
  return run.endingCount > 1 || [...starts.values()].some((count) => count > 1);
}
