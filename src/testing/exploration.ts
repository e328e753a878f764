import { inspect } from 'node:util';
import type { Boundary, FaultKind } from './boundaries';
import type { JobRun } from './job-run';
import type { JobRunOptions } from './test-job-options';

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

/** A value on one line, cut where it gets long. */
export function show(value: unknown): string {
  const text = inspect(value, {
    breakLength: Number.POSITIVE_INFINITY,
    depth: 4,
    maxArrayLength: 12,
    maxStringLength: 80,
  });
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}

const maxText = 240;

/** A chain of causes can be a cycle. */
const maxCodes = 40;

/** Codes and names from the error down to its first cause. */
export function listErrorCodes(error: unknown): string[] {
  const codes: string[] = [];
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as { cause?: unknown }).cause
  ) {
    const { code, name } = current as { code?: unknown; name?: unknown };
    for (const word of [code, name]) if (typeof word === 'string' && !codes.includes(word)) codes.push(word);
    if (codes.length > maxCodes) break;
  }
  return codes;
}

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
