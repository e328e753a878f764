import { formatCount } from '../../view/text';
import type { ExecutionLane, InvocationBar, Mark, Timeline, UnitBar } from '../timeline';
import { renderPage } from './render-html';

/** How large a page may be, in bytes. */
const maxPageBytes = 2 * 1_024 * 1_024;

/** How much is drawn at first: more than anybody looks at. */
const startLimits = { attempts: 6_000, marks: 3_000, invocations: 1_000, children: 100, letters: 300 };

type Limits = typeof startLimits;

/** Writes a timeline as a page of 2 MB at most: when there is too much, what went well is left out first, and the page says so. */
export function fitPage(timeline: Timeline): string {
  let limits: Limits = startLimits;
  for (;;) {
    const page = renderPage(timeline, limitTimeline(timeline, limits));
    if (Buffer.byteLength(page) <= maxPageBytes) return page;
    limits = mapValues(limits, (limit) => Math.max(1, Math.floor(limit / 2)));
  }
}

function mapValues(limits: Limits, change: (limit: number) => number): Limits {
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, change(limit)])) as Limits;
}

/** Keeps at most so much of everything, for all executions together. */
function limitTimeline(timeline: Timeline, limits: Limits = startLimits): Timeline {
  const counted = new Map<string, { shown: number; all: number }>();
  const take = <T>(
    what: keyof Limits,
    items: readonly T[],
    limit: number,
    isTold: (item: T) => boolean,
  ): T[] => {
    const shown = thinOut(items, limit, isTold);
    const before = counted.get(what) ?? { shown: 0, all: 0 };
    counted.set(what, { shown: before.shown + shown.length, all: before.all + items.length });
    return shown;
  };
  const attemptCount = countAll(timeline.root, ({ units }) => units.length);
  const markCount = countAll(timeline.root, ({ marks }) => marks.length);
  const limitBar = (bar: InvocationBar): InvocationBar => ({
    ...bar,
    units: take(
      'attempts',
      bar.units,
      share(bar.units.length, attemptCount, limits.attempts),
      isTroubled,
    ).map((unit) =>
      unit.error === undefined ? unit : { ...unit, error: cutText(unit.error, limits.letters) },
    ),
    marks: take('marks', bar.marks, share(bar.marks.length, markCount, limits.marks), isRare).map((mark) => ({
      ...mark,
      text: cutText(mark.text, limits.letters),
    })),
  });
  const limitLane = (lane: ExecutionLane): ExecutionLane => ({
    ...lane,
    error: lane.error && cutText(lane.error, limits.letters),
    invocations: take('invocations', lane.invocations, limits.invocations, isBad).map(limitBar),
    gaps: thinOut(lane.gaps, limits.invocations, ({ kind }) => kind !== 'hand-off'),
    children: take('children', lane.children, limits.children, ({ status }) => status !== 'completed').map(
      limitLane,
    ),
  });
  const root = limitLane(timeline.root);
  const omitted = [...counted]
    .filter(([, { shown, all }]) => shown < all)
    .map(([what, { shown, all }]) => `Only ${formatCount(shown)} of ${formatCount(all)} ${what} are shown.`);
  return { ...timeline, root, omitted: [...timeline.omitted, ...omitted] };
}

function countAll(lane: ExecutionLane, count: (bar: InvocationBar) => number): number {
  const own = lane.invocations.reduce((sum, bar) => sum + count(bar), 0);
  return lane.children.reduce((sum, child) => sum + countAll(child, count), own);
}

/** What falls to one of several, of what all of them may have. */
function share(count: number, all: number, limit: number): number {
  return all <= limit ? count : Math.floor((count * limit) / all);
}

/** Keeps what is worth telling first, then every so many of the others, in their order. */
function thinOut<T>(items: readonly T[], limit: number, isTold: (item: T) => boolean): T[] {
  if (items.length <= limit) return [...items];
  const told = items.filter(isTold);
  const kept = new Set(pickEvenly(told, Math.min(told.length, limit)));
  for (const item of pickEvenly(
    items.filter((item) => !isTold(item)),
    limit - kept.size,
  ))
    kept.add(item);
  return items.filter((item) => kept.has(item));
}

function pickEvenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}

function isTroubled({ ending }: UnitBar): boolean {
  return ending !== 'finished';
}

function isRare({ kind }: Mark): boolean {
  return kind !== 'checkpoint';
}

function isBad({ ending }: InvocationBar): boolean {
  return ending !== 'handed-off';
}

function cutText(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters)}…`;
}
