import type { RuntimeEvent } from '../runtime/observe/runtime-event';
import { type MetricName, metricUnits } from './metric-names';

/** Everything that one document says: the values of its metrics. */
export interface MetricDocument {
  /** Undefined for what belongs to the whole job. */
  readonly step: string | undefined;
  readonly values: Readonly<Partial<Record<MetricName, readonly number[]>>>;
}

/** How many documents an invocation writes at most. */
const maxDocuments = 100;

/** How many values a metric has in one document. Powertools writes a document by itself when there are 100. */
const valuesPerDocument = 99;

/** What one invocation measured of one execution, until it is written. */
export class MetricTally {
  readonly #groups = new Map<string | undefined, MetricGroup>([[undefined, new MetricGroup()]]);
  /** When the last safe point was reached, in epoch milliseconds. */
  safePointMs: number | undefined;
  /** Whether the invocation before died. */
  isAfterDeath = false;
  /** The last safe point of the invocation before, in epoch milliseconds. */
  handedOverAtMs: number | undefined;

  readonly job: string;
  readonly executionId: string;
  invocation: number;

  constructor({ job, executionId, invocation }: Pick<RuntimeEvent, 'executionId' | 'invocation' | 'job'>) {
    this.job = job;
    this.executionId = executionId;
    this.invocation = invocation;
  }

  /** Counts something. The step is one of the job's; beyond what the documents hold it counts for the job only. */
  count(name: MetricName, step?: string, by = 1): void {
    this.#group(step).count(name, by);
  }

  measure(name: MetricName, value: number, step?: string): void {
    if (Number.isFinite(value)) this.#group(step).measure(name, value);
  }

  /** The documents that say all of it, {@link maxDocuments} at most. */
  write(): readonly MetricDocument[] {
    const groups = [...this.#groups].filter(([, group]) => !group.isEmpty);
    const needed = groups.reduce((sum, [, group]) => sum + group.documentCount, 0);
    const share =
      needed > maxDocuments ? (maxDocuments - groups.length) / Math.max(1, needed - groups.length) : 1;
    return groups.flatMap(([step, group]) => {
      const count = 1 + Math.floor((group.documentCount - 1) * share);
      return group.write(count).map((values) => ({ step, values }));
    });
  }

  #group(step: string | undefined): MetricGroup {
    const known = this.#groups.get(step);
    if (known !== undefined) return known;
    if (this.#groups.size >= maxDocuments) return this.#group(undefined);
    const group = new MetricGroup();
    this.#groups.set(step, group);
    return group;
  }
}

/** What is measured with the same dimensions. */
class MetricGroup {
  readonly #counts = new Map<MetricName, number>();
  readonly #series = new Map<MetricName, MetricSeries>();

  get isEmpty(): boolean {
    return this.#counts.size + this.#series.size === 0;
  }

  get documentCount(): number {
    const longest = Math.max(1, ...[...this.#series.values()].map(({ count }) => count));
    return Math.ceil(longest / valuesPerDocument);
  }

  count(name: MetricName, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  measure(name: MetricName, value: number): void {
    const series = this.#series.get(name) ?? new MetricSeries();
    this.#series.set(name, series);
    series.add(value);
  }

  /** The counts are in the first document only: they are sums. */
  write(documentCount: number): MetricDocument['values'][] {
    const documents: Partial<Record<MetricName, readonly number[]>>[] = Array.from(
      { length: documentCount },
      () => ({}),
    );
    const [first = {}] = documents;
    for (const name of listNames(this.#counts)) first[name] = [this.#counts.get(name) ?? 0];
    for (const [name, series] of this.#series) {
      const values = series.read(documentCount * valuesPerDocument);
      for (const [index, document] of documents.entries()) {
        const part = values.slice(index * valuesPerDocument, (index + 1) * valuesPerDocument);
        if (part.length > 0) document[name] = part;
      }
    }
    return documents.filter((document) => Object.keys(document).length > 0);
  }
}

/** In the order in which they are declared. */
function listNames(counts: ReadonlyMap<MetricName, number>): MetricName[] {
  return (Object.keys(metricUnits) as MetricName[]).filter((name) => counts.has(name));
}

/** Values that are equal, or near enough, and how many they stand for. */
interface Point {
  readonly value: number;
  readonly weight: number;
}

/** Above twice as many points they are put together: what an invocation measures must not fill its memory. */
const keptPoints = 10_000;

/** What was measured of one thing in one invocation: exact at first, later by the shape of its distribution. */
class MetricSeries {
  #points: Point[] = [];

  add(value: number): void {
    this.#points.push({ value, weight: 1 });
    if (this.#points.length > 2 * keptPoints) this.#points = mergePoints(this.#points, keptPoints);
  }

  /** How many values it would take to say everything that is kept. */
  get count(): number {
    return this.#points.length;
  }

  /**
   * What was measured, as at most so many values. When there are more, these stand for equal shares of them from the smallest to the
   * largest: minimum, maximum, average and percentiles stay, their number does not.
   */
  read(maxCount: number): readonly number[] {
    if (this.#points.length <= maxCount) return this.#points.map(({ value }) => value);
    return listQuantiles(mergePoints(this.#points, Math.max(maxCount, 2)), maxCount);
  }
}

/** Puts neighbours together until at most so many are left, each standing for about as many values. The ends stay as they are. */
function mergePoints(points: readonly Point[], maxCount: number): Point[] {
  const sorted = points.toSorted((a, b) => a.value - b.value);
  const [first, last] = [sorted.shift(), sorted.pop()];
  const inner = Math.max(1, maxCount - 2);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const merged: { sum: number; weight: number }[] = Array.from({ length: inner }, () => ({
    sum: 0,
    weight: 0,
  }));
  let before = 0;
  for (const { value, weight } of sorted) {
    const place = merged[Math.min(inner - 1, Math.floor(((before + weight / 2) / total) * inner))];
    before += weight;
    if (place === undefined) continue;
    place.sum += value * weight;
    place.weight += weight;
  }
  const middle = merged
    .filter(({ weight }) => weight > 0)
    .map(({ sum, weight }) => ({ value: sum / weight, weight }));
  return [...(first ? [first] : []), ...middle, ...(last ? [last] : [])];
}

/** Values at equal steps of the distribution, the smallest and the largest among them. */
function listQuantiles(points: readonly Point[], count: number): number[] {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const values: number[] = [];
  let before = 0;
  for (const { value, weight } of points) {
    before += weight;
    while (values.length < count && ((values.length + 0.5) / count) * total <= before) values.push(value);
  }
  if (count > 1) {
    values[0] = points[0]?.value ?? 0;
    values[count - 1] = points.at(-1)?.value ?? 0;
  }
  return values;
}
