import { formatBytes, formatDuration, formatNumberOf, formatUsd } from '../../view/text';
import { describeGap } from '../gaps';
import type { ExecutionLane, Gap, InvocationBar, Timeline, UnitBar } from '../timeline';

/** What the page's script draws: times in milliseconds since the start, everything else as it is shown. */
export interface PageData {
  readonly startMs: number;
  readonly totalMs: number;
  readonly lanes: readonly PageLane[];
}

interface PageLane {
  readonly title: string;
  readonly depth: number;
  readonly status: string;
  readonly bars: readonly PageBar[];
  readonly gaps: readonly PageGap[];
  readonly tracks: readonly PageTrack[];
}

/** Start, length, how it looks, and what is said of it: a title, then facts. */
type PageBar = readonly [fromMs: number, lengthMs: number, look: string, title: string, ...facts: string[]];
type PageGap = PageBar;
/** Units of one name, and marks. */
interface PageTrack {
  readonly name: string;
  readonly kind: 'marks' | 'unit';
  readonly bars: readonly PageBar[];
  readonly gaps: readonly PageGap[];
}

/** How many names of steps have a track of their own in one lane. */
const maxTracks = 30;

/** Makes the data of the chart. */
export function makePageData({ root, nowMs }: Timeline): PageData {
  const startMs = root.startMs;
  const lanes: PageLane[] = [];
  const add = (lane: ExecutionLane, depth: number) => {
    lanes.push(makeLane(lane, depth, startMs));
    for (const child of lane.children) add(child, depth + 1);
  };
  add(root, 0);
  const ends = lanes.flatMap(({ bars }) => bars.map(([fromMs, lengthMs]) => fromMs + lengthMs));
  const totalMs = Math.max(1, (root.endMs ?? nowMs) - startMs, ...ends);
  return { startMs, totalMs, lanes };
}

function makeLane(lane: ExecutionLane, depth: number, startMs: number): PageLane {
  const units = lane.invocations.flatMap((bar) => bar.units.map((unit) => ({ unit, bar })));
  const names = [...new Set(units.map(({ unit }) => unit.step))];
  const others = new Set(names.length > maxTracks ? names.splice(maxTracks - 1) : []);
  const makeTrack = (name: string, own: typeof units): PageTrack => ({
    ...{ name, kind: 'unit', gaps: own.flatMap(({ unit }) => makeDelay(unit, startMs)) },
    bars: own.map(({ unit, bar }) => makeUnit(unit, bar, startMs)),
  });
  const tracks = names.map((name) =>
    makeTrack(
      name,
      units.filter(({ unit }) => unit.step === name),
    ),
  );
  if (others.size > 0)
    tracks.push(
      makeTrack(
        'other steps',
        units.filter(({ unit }) => others.has(unit.step)),
      ),
    );
  const marks = lane.invocations.flatMap((bar) =>
    bar.marks.map(({ atMs, kind, text }): PageBar => [atMs - startMs, 0, kind, text]),
  );
  return {
    ...{ title: `${lane.job} · ${lane.executionId}`, depth, status: lane.status },
    bars: lane.invocations.map((bar) => makeBar(bar, startMs)),
    gaps: lane.gaps.map((gap) => makeGap(gap, lane.invocations, startMs)),
    tracks: [
      ...(marks.length > 0 ? [{ name: 'events', kind: 'marks' as const, bars: marks, gaps: [] }] : []),
      ...tracks,
    ],
  };
}

function makeBar(bar: InvocationBar, startMs: number): PageBar {
  const title = `Invocation ${bar.invocation}: ${describeEnding(bar)}`;
  const { startMs: fromMs, endMs, killedMs = endMs, ending } = bar;
  return [fromMs - startMs, Math.max(endMs, killedMs) - fromMs, ending, title, ...listFacts(bar)];
}

/** What an invocation ended of, in words. */
export function describeEnding({ ending }: Pick<InvocationBar, 'ending'>): string {
  return ending.replace('-', ' ').replace('handed off', 'handed over');
}

/** What is known of an invocation beside its times. */
export function listFacts(bar: InvocationBar): string[] {
  const { stepCount, failedAttemptCount, bytes, costUsd, handOff, remainingMs, version, isCold } = bar;
  const { killedMs } = bar;
  return [
    `${formatNumberOf(stepCount, 'step')} finished`,
    ...(failedAttemptCount > 0 ? [`${formatNumberOf(failedAttemptCount, 'attempt')} failed`] : []),
    ...(handOff === undefined ? [] : [`handed over: ${handOff}`]),
    ...(remainingMs === undefined ? [] : [`${formatDuration(remainingMs)} were left`]),
    ...(bytes ? [`${formatBytes(bytes)} sent`] : []),
    ...(costUsd === undefined ? [] : [`cost ${formatUsd(costUsd)}`]),
    ...(version === '' ? [] : [`version ${version}${isCold ? ', cold start' : ''}`]),
    ...(killedMs === undefined
      ? []
      : [`its process ended ${formatDuration(killedMs - bar.startMs)} after it began`]),
    ...(bar.requestId === undefined ? [] : [`request ${bar.requestId}`]),
  ];
}

/** What died is drawn until its process ended: nothing ran after that only. */
function makeGap(gap: Gap, bars: readonly InvocationBar[], startMs: number): PageGap {
  const { killedMs = gap.fromMs } = bars.find(({ endMs }) => endMs === gap.fromMs) ?? {};
  const fromMs = Math.min(gap.toMs, Math.max(gap.fromMs, killedMs));
  return [fromMs - startMs, gap.toMs - fromMs, gap.kind, describeGap(gap)];
}

function makeUnit(unit: UnitBar, bar: InvocationBar, startMs: number): PageBar {
  const { step, kind, cycle, attempt, ending, error, retryInMs } = unit;
  const facts = [
    `cycle ${cycle}, attempt ${attempt}, in invocation ${bar.invocation}`,
    ...(kind === 'step' ? [] : [kind]),
    ...(error === undefined ? [] : [error]),
    ...(retryInMs === undefined
      ? []
      : [`tried again ${retryInMs > 0 ? `after ${formatDuration(retryInMs)}` : 'at once'}`]),
  ];
  const title = `${step}: ${describeUnitEnding(ending)}`;
  return [unit.startMs - startMs, unit.endMs - unit.startMs, ending, title, ...facts];
}

/** The time before the next attempt. */
function makeDelay({ step, endMs, retryInMs }: UnitBar, startMs: number): PageGap[] {
  if (!retryInMs) return [];
  return [[endMs - startMs, retryInMs, 'delay', `Waited ${formatDuration(retryInMs)} to try ${step} again`]];
}

/** How an attempt ended, in words. */
export function describeUnitEnding(ending: UnitBar['ending']): string {
  const words: Partial<Record<UnitBar['ending'], string>> = {
    abandoned: 'abandoned at the hard edge',
    died: 'died with its invocation',
    paused: 'paused, to go on in the next invocation',
    running: 'had not ended',
    'safe-window': 'stopped by the safe window',
  };
  return words[ending] ?? ending;
}
