import { formatDuration, formatNumberOf, formatUsd } from '../view/text';
import { describeOpenGap, describeReason } from './gaps';
import type { ExecutionLane, Gap, InvocationBar, UnitBar } from './timeline';

/** How an execution stands, in words. */
const standings: Readonly<Record<ExecutionLane['status'], string>> = {
  cancelled: 'Cancelled after',
  completed: 'Completed in',
  failed: 'Failed after',
  parked: 'Parked after',
  running: 'Running for',
  skipped: 'Skipped after',
  waiting: 'Waiting,',
};

/** What happened and why it took so long, for somebody who was not there: a sentence for each. */
export function tellStory(lane: ExecutionLane, account: TimeAccount): string[] {
  const { totalMs, invocationCount, costUsd } = account;
  const cost = costUsd === undefined ? '' : `, for about ${formatUsd(costUsd)}`;
  const open = lane.gaps.find(({ isOpen, kind }) => isOpen && kind !== 'wait');
  return [
    `${standings[lane.status]} ${formatDuration(totalMs)}${lane.status === 'waiting' ? ' so far' : ''}, in ${formatNumberOf(invocationCount, 'invocation')}${cost}.`,
    ...(lane.running === undefined ? [] : [`Others had the slots: ${lane.running.join(', ')}.`]),
    ...(lane.error === undefined ? [] : [`It failed of ${lane.error}`]),
    ...tellWaits(lane, account),
    ...tellDeaths(lane, account),
    ...tellFailures(lane, account),
    ...tellHandOffs(lane),
    ...tellChildren(lane),
    ...(open === undefined
      ? []
      : [`${describeOpenGap(open.kind, formatDuration(lengthOf(open)), open.reason)}.`]),
  ];
}

function tellWaits({ gaps }: ExecutionLane, { waitingMs, totalMs }: TimeAccount): string[] {
  const waits = gaps.filter(({ kind }) => kind === 'wait').toSorted((a, b) => lengthOf(b) - lengthOf(a));
  if (waits.length === 0) return [];
  const share = totalMs > 0 ? ` (${Math.round((100 * waitingMs) / totalMs)} % of the time)` : '';
  const shown = waits.slice(0, 3).map((wait) => {
    const why = describeReason(wait.reason);
    return `${formatDuration(lengthOf(wait))} ${why === '' ? '' : `${why} `}after invocation ${wait.after}`;
  });
  if (waits.length === 1) return [`It waited ${shown[0]}${share}.`];
  const which = `${waits.length > shown.length ? 'the longest were ' : ''}${shown.join(', ')}`;
  return [`It waited ${waits.length} times, ${formatDuration(waitingMs)} in all${share}: ${which}.`];
}

function tellDeaths({ invocations, gaps }: ExecutionLane, { lostMs, recoveryMs }: TimeAccount): string[] {
  const dead = invocations.filter(({ ending }) => ending === 'died').map(({ invocation }) => invocation);
  const stalled = gaps.filter(({ kind }) => kind === 'recovery');
  if (dead.length === 0)
    return stalled.length === 0
      ? []
      : [`An invocation could not go on; it took ${formatDuration(recoveryMs)} until the next one did.`];
  const lost = lostMs > 0 ? ` after ${formatDuration(lostMs)} of work at least` : '';
  const until = stalled.length > 1 ? 'in all until others went on' : 'until the next one went on';
  const recovery = recoveryMs > 0 ? `; it took ${formatDuration(recoveryMs)} ${until}` : '';
  return [`${formatNumberOf(dead.length, 'invocation')} died (${listNumbers(dead)})${lost}${recovery}.`];
}

function tellFailures({ invocations }: ExecutionLane, { failedAttemptCount }: TimeAccount): string[] {
  if (failedAttemptCount === 0) return [];
  const failed = invocations.flatMap(({ units }) => units).filter(({ ending }) => ending === 'failed');
  const worst = findMostFrequent(failed);
  const detail =
    worst === undefined ? '' : `, ${worst.count} of ${worst.unit.step}: ${worst.unit.error ?? 'no reason'}`;
  return [`${formatNumberOf(failedAttemptCount, 'attempt')} failed${detail}.`];
}

function tellHandOffs({ gaps }: ExecutionLane): string[] {
  const handOffs = gaps.filter(({ kind, isOpen }) => kind === 'hand-off' && !isOpen);
  const longest = findLongest(handOffs);
  if (longest === undefined) return [];
  const totalMs = handOffs.reduce((sum, gap) => sum + lengthOf(gap), 0);
  if (handOffs.length === 1) return [`It was handed over once, in ${formatDuration(totalMs)}.`];
  const average = formatDuration(totalMs / handOffs.length);
  return [
    `It was handed over ${handOffs.length} times: ${average} on average, ${formatDuration(lengthOf(longest))} at most.`,
  ];
}

function tellChildren({ children }: ExecutionLane): string[] {
  if (children.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { status } of children) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  const costUsd = children.reduce((sum, child) => sum + sumFamilyCosts(child), 0);
  const cost = costUsd > 0 ? `, for about ${formatUsd(costUsd)} more` : '';
  return [`It has ${formatNumberOf(children.length, 'child', 'children')}: ${parts.join(', ')}${cost}.`];
}

/** What an execution has cost, with its children. */
function sumFamilyCosts(lane: ExecutionLane): number {
  const own = accountTime(lane, lane.endMs ?? lane.startMs).costUsd ?? 0;
  return lane.children.reduce((sum, child) => sum + sumFamilyCosts(child), own);
}

/** The kind of failure that came most often. */
function findMostFrequent(failed: readonly UnitBar[]) {
  const groups = new Map<string, { count: number; unit: UnitBar }>();
  for (const unit of failed) {
    const key = `${unit.step}\n${unit.error}`;
    const group = groups.get(key) ?? { count: 0, unit };
    group.count += 1;
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count).at(0);
}

/** `#3, #7`, cut off when there are many. */
function listNumbers(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 5).map((number) => `#${number}`);
  return [...shown, ...(numbers.length > 5 ? ['…'] : [])].join(', ');
}

function findLongest(gaps: readonly Gap[]): Gap | undefined {
  return gaps.toSorted((a, b) => lengthOf(b) - lengthOf(a)).at(0);
}

function lengthOf({ fromMs, toMs }: Gap): number {
  return toMs - fromMs;
}

/** Where the time of an execution went, and what it came to: its own, without its children's. */
export interface TimeAccount {
  /** From its start until it ended, or until now. */
  readonly totalMs: number;
  /** In which an invocation ran that went on in good order. */
  readonly workingMs: number;
  /** In which an invocation ran that died. */
  readonly lostMs: number;
  readonly waitingMs: number;
  /** Between a hand-off and the next invocation, and before the first one. */
  readonly handOffMs: number;
  /** Until somebody came after a death, or after an invocation that could not go on. */
  readonly recoveryMs: number;
  /** In which nobody can say what happened: only the last invocations are kept. */
  readonly unlistedMs: number;
  readonly invocationCount: number;
  readonly deathCount: number;
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  /** Undefined when nobody knows. */
  readonly costUsd: number | undefined;
}

/** Adds up where the time of an execution went. Each moment counts once, also where two invocations ran side by side. */
export function accountTime(lane: ExecutionLane, nowMs: number): TimeAccount {
  const { invocations, gaps, earlier, startMs } = lane;
  const endMs = lane.endMs ?? nowMs;
  const dead = invocations.filter(({ ending }) => ending === 'died');
  const coveredMs = coverMs(invocations);
  const workingMs = coverMs(invocations.filter(({ ending }) => ending !== 'died'));
  const listedFromMs = Math.min(endMs, invocations[0]?.startMs ?? endMs);
  return {
    totalMs: Math.max(0, endMs - startMs),
    workingMs,
    lostMs: coveredMs - workingMs,
    waitingMs: sumGaps(gaps, ['wait']),
    handOffMs: sumGaps(gaps, ['hand-off', 'start']),
    recoveryMs: sumGaps(gaps, ['recovery']),
    unlistedMs: earlier === undefined ? 0 : Math.max(0, listedFromMs - startMs),
    invocationCount: invocations.length + (earlier?.invocationCount ?? 0),
    deathCount: dead.length,
    stepCount:
      lane.counted?.stepCount ??
      sum(invocations.map(({ stepCount }) => stepCount)) + (earlier?.stepCount ?? 0),
    failedAttemptCount:
      lane.counted?.failedAttemptCount ??
      sum(invocations.map(({ failedAttemptCount }) => failedAttemptCount)) +
        (earlier?.failedAttemptCount ?? 0),
    costUsd: lane.counted?.costUsd ?? sumOwnCosts(lane),
  };
}

function sumOwnCosts({ invocations, earlier }: ExecutionLane): number | undefined {
  const costs = invocations.flatMap(({ costUsd }) => costUsd ?? []);
  return costs.length === 0 && earlier === undefined ? undefined : sum(costs) + (earlier?.costUsd ?? 0);
}

/** How long at least one of them ran. */
function coverMs(bars: readonly InvocationBar[]): number {
  let [coveredMs, untilMs] = [0, Number.NEGATIVE_INFINITY];
  for (const { startMs, endMs } of bars.toSorted((a, b) => a.startMs - b.startMs)) {
    coveredMs += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return coveredMs;
}

function sumGaps(gaps: readonly Gap[], kinds: readonly Gap['kind'][]): number {
  return sum(gaps.filter(({ kind }) => kinds.includes(kind)).map(({ fromMs, toMs }) => toMs - fromMs));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
