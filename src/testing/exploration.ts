import type { Boundary, FaultKind } from './boundaries';
import type { JobRun } from './job-run';

/**
 * In what a disturbed run differs from the undisturbed one. `endings`: it ended more than once although there is a store. `keys`: different
 * effects were recorded under one key; that may be so in the undisturbed run already.
 */
export type DeviationKind = 'effects' | 'endings' | 'keys' | 'outcome' | 'result' | 'state';

/** A disturbed run that did not end like the undisturbed one; or the undisturbed one itself, when different effects had one key in it. */
export interface Deviation {
  /** The fewest faults that show it: give it to `env.run({ schedule })`. Empty when none is needed. */
  readonly schedule: string;
  /** What was done to it, and where. */
  readonly faults: readonly { readonly fault: FaultKind; readonly boundary: Boundary }[];
  /** What was different. */
  readonly kinds: readonly DeviationKind[];
  /** What differs, in words. */
  readonly differences: readonly string[];
  /** The run that shows it. */
  readonly run: JobRun;
}

/** What {@link JobTestEnvironment.explore} found. */
export class Exploration {
  /** The undisturbed run. */
  readonly baseline: JobRun;
  /** How many disturbed runs there were. */
  readonly runCount: number;
  /** How many more there would have been without `maxRuns`. */
  readonly skippedCount: number;
  /** The shortest schedules first. Empty when every run ended like the undisturbed one. */
  readonly deviations: readonly Deviation[];
  /** Runs that went on twice because there is no checkpoint store to claim an execution in: what AWS may do to this job. Not among the deviations. */
  readonly forks: readonly Deviation[];

  constructor(parts: Pick<Exploration, 'baseline' | 'deviations' | 'forks' | 'runCount' | 'skippedCount'>) {
    this.baseline = parts.baseline;
    this.runCount = parts.runCount;
    this.skippedCount = parts.skippedCount;
    this.deviations = parts.deviations;
    this.forks = parts.forks;
  }

  /** The findings as text, ten at most: for the message of a failed assertion. */
  toString(): string {
    const { baseline, runCount, skippedCount, deviations, forks } = this;
    const skipped = skippedCount > 0 ? `, ${skippedCount} left out (maxRuns)` : '';
    const head = `${runCount} disturbed runs of ${baseline.boundaries.length} boundaries${skipped}: ${deviations.length} ${deviations.length === 1 ? 'deviation' : 'deviations'}`;
    const found = deviations.slice(0, maxList).map(describeDeviation);
    const more = deviations.length > maxList ? [`… and ${deviations.length - maxList} more`] : [];
    return [head, ...found, ...more, ...describeForks(forks)].join('\n');
  }
}

/** The most deviations that are written out. */
const maxList = 10;

function describeDeviation({ schedule, faults, differences }: Deviation): string {
  const where = faults
    .map(({ fault, boundary: { kind, label } }) => `${fault} at ${kind} ${label}`)
    .join(', then ');
  if (schedule === '') return `- undisturbed: ${differences.join('; ')}`;
  return `- ${where}: ${differences.join('; ')}\n  replay: env.run({ schedule: '${schedule}' })`;
}

function describeForks(forks: readonly Deviation[]): string[] {
  const [first] = forks;
  if (first === undefined) return [];
  return [
    `${forks.length} runs forked, as they may without a checkpoint store (the first: '${first.schedule}'). Give the environment a store to fence them: store: () => new MemoryCheckpointStore()`,
  ];
}
