import { type Boundary, type FaultKind, faultsAt, type Schedule } from './boundaries';
import type { ExploreOptions } from './explore-options';
import { SeededRandom } from './seeded-random';

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
