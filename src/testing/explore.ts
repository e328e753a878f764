import { isDeepStrictEqual } from 'node:util';
import {
  type Boundary,
  type FaultKind,
  faultsAt,
  type Schedule,
  SeededRandom,
  writeSchedule,
} from './boundaries';
import { describeCollision, type EffectRecord } from './effect-ledger';
import type { ExploreOptions } from './exploration';
import { type Deviation, type DeviationKind, Exploration, listErrorCodes, show } from './exploration';
import type { JobRun } from './job-run';

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

type Wishes = Pick<
  ExploreOptions,
  'crashes' | 'delays' | 'duplicates' | 'lostReplies' | 'maxRuns' | 'pairs' | 'seed' | 'timeouts'
>;

const defaultMaxRuns = 2_000;

/** Lists the schedules to try: one fault at every boundary, then pairs at random. Says how many were left out. */
export function planExploration(
  boundaries: readonly Boundary[],
  wishes: Wishes,
): { schedules: Schedule[]; skippedCount: number } {
  const kinds = readKinds(wishes);
  const singles = boundaries.flatMap(({ number, kind }) =>
    faultsAt[kind].filter((fault) => kinds.has(fault)).map((fault) => [number, fault] as const),
  );
  const { maxRuns = defaultMaxRuns, pairs = 0, seed = 1 } = wishes;
  const kept = thinOut(singles, maxRuns);
  const schedules: Schedule[] = kept.map((single) => new Map([single]));
  const random = new SeededRandom(seed);
  const canPair = singles.some(([number]) => number !== singles[0]?.[0]);
  for (let index = 0; index < pairs && canPair; index += 1) schedules.push(drawPair(singles, random));
  return { schedules, skippedCount: singles.length - kept.length };
}

function readKinds({ crashes, delays, duplicates, lostReplies, timeouts }: Wishes): ReadonlySet<FaultKind> {
  const isAll = [crashes, delays, duplicates, lostReplies, timeouts].every((wish) => wish === undefined);
  const kinds: FaultKind[] = [];
  if (crashes ?? isAll) kinds.push('crash', 'crash-after');
  if (delays ?? isAll) kinds.push('delay');
  if (duplicates ?? isAll) kinds.push('duplicate');
  if (lostReplies ?? isAll) kinds.push('lost-reply');
  if (timeouts ?? isAll) kinds.push('timeout');
  return new Set(kinds);
}

/** At most so many of a list, evenly spread over it. */
function thinOut<Item>(items: readonly Item[], limit: number): readonly Item[] {
  if (items.length <= limit) return items;
  return Array.from(
    { length: limit },
    (_, index) => items[Math.floor((index * items.length) / limit)] as Item,
  );
}

function drawPair(singles: readonly (readonly [number, FaultKind])[], random: SeededRandom): Schedule {
  const draw = () => singles[Math.floor(random.next() * singles.length)] as readonly [number, FaultKind];
  const pair = new Map([draw()]);
  while (pair.size < 2) pair.set(...draw());
  return pair;
}

/** One thing in which a run is not like the undisturbed one. */
interface Difference {
  readonly kind: DeviationKind;
  readonly text: string;
}

/**
 * Compares a disturbed run with the undisturbed one. An effect may happen again under the same key, and under no other; another effect
 * must not happen under it.
 */
function findDifferences(
  baseline: JobRun,
  run: JobRun,
  compare: ExploreOptions['compare'],
): readonly Difference[] {
  const differences: Difference[] = [];
  const expectSame = (kind: DeviationKind, expected: unknown, received: unknown) => {
    if (!isDeepStrictEqual(expected, received))
      differences.push({ kind, text: `${kind} ${show(received)}, not ${show(expected)}` });
  };
  if (compare === undefined) {
    expectSame('outcome', baseline.outcome, run.outcome);
    expectSame('result', baseline.result, run.result);
    expectSame('state', baseline.state, run.state);
  } else expectSame('result', compare(baseline), compare(run));
  if (run.endingCount > Math.max(1, baseline.endingCount))
    differences.push({ kind: 'endings', text: `${run.endingCount} endings` });
  return [
    ...differences,
    ...compareEffects(baseline.effects, run.effects),
    ...compareCollisions(baseline, run),
  ];
}

/** What a run says of its keys that the undisturbed one did not say already. */
function compareCollisions(baseline: JobRun, run: JobRun): Difference[] {
  const known = new Set(baseline.keyCollisions.map(describeCollision));
  const found = run.keyCollisions.map(describeCollision).filter((text) => !known.has(text));
  return found.map((text) => ({ kind: 'keys', text }));
}

function compareEffects(expected: readonly EffectRecord[], received: readonly EffectRecord[]): Difference[] {
  const [before, after] = [countKeys(expected), countKeys(received)];
  const differences: Difference[] = [];
  for (const what of new Set([...before.keys(), ...after.keys()])) {
    const [wanted, found] = [before.get(what)?.size ?? 0, after.get(what)?.size ?? 0];
    if (found === wanted) continue;
    const text =
      found > wanted && wanted > 0
        ? `${what} happened under ${found} keys, not ${wanted}`
        : `${what} ${found > 0 ? 'happened' : 'is missing'}`;
    differences.push({ kind: 'effects', text });
  }
  return differences;
}

function countKeys(effects: readonly EffectRecord[]): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { what, key } of effects) keys.set(what, (keys.get(what) ?? new Set()).add(key));
  return keys;
}
