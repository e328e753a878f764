import type { ExecutionLane, Gap, InvocationBar } from './timeline';

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
    costUsd: lane.counted?.costUsd ?? sumCosts(lane),
  };
}

function sumCosts({ invocations, earlier }: ExecutionLane): number | undefined {
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
