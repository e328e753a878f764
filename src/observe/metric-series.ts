/** Values that are equal, or near enough, and how many they stand for. */
interface Point {
  readonly value: number;
  readonly weight: number;
}

/** Above twice as many points they are put together: what an invocation measures must not fill its memory. */
const keptPoints = 10_000;

/** What was measured of one thing in one invocation: exact at first, later by the shape of its distribution. */
export class MetricSeries {
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
