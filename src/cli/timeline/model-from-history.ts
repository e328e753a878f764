import type { ErrorRecord } from '../../runtime/core/record/describe-error';
import type { InvocationEnding, WaitReason } from '../../runtime/observe/runtime-event';
import { readRunning } from '../watch/watched-execution';
import { findGaps } from './gaps';
import { describeError } from './model-from-events';
import {
  type ExecutionLane,
  groupByParent,
  type InvocationBar,
  type LaneStatus,
  orderLanes,
  type Timeline,
} from './timeline';

/** One invocation, as the history keeps it. */
export interface HistoryEntry {
  readonly invocation: number;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly heardAtMs?: number;
  readonly ending: InvocationEnding;
  readonly isCold: boolean;
  readonly version: string;
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  readonly bytes: number;
  readonly costUsd: number;
  /** What it waited for. */
  readonly reason?: WaitReason;
  /** What it waited for was to come by then. */
  readonly untilMs?: number;
}

/** The sums of the invocations before those that the history keeps. */
export interface EarlierInvocations {
  readonly count: number;
  readonly startedAtMs: number;
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  readonly costUsd: number;
}

/** What is known of an execution from outside. */
export interface DescribedExecution {
  readonly executionId: string;
  readonly job: string;
  readonly status: 'cancelled' | 'completed' | 'failed' | 'running' | 'skipped' | 'waiting';
  readonly isParked: boolean;
  /** The invocation that was claimed last. */
  readonly invocation: number;
  /** The invocation that it was handed over to; null while one runs. */
  readonly handedOffTo: number | null;
  readonly startedAtMs: number;
  readonly error?: ErrorRecord;
  /** What it waits for now. */
  readonly waitsFor?: WaitReason;
  /** Of a skipped one: who had the slots. */
  readonly running?: readonly string[];
  /** The invocations that have ended. */
  readonly history: readonly HistoryEntry[];
  readonly earlier?: EarlierInvocations;
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  readonly costUsd: number;
}

/** What is drawn of an execution from its history: its invocations, not its steps. */
export function modelFromHistory(
  execution: DescribedExecution,
  children: readonly DescribedExecution[],
  nowMs: number,
): Timeline {
  const all = new Set([execution, ...children].map(({ executionId }) => executionId));
  const groups = groupByParent(children, all);
  const build = (described: DescribedExecution): ExecutionLane =>
    makeLane(described, nowMs, (groups.get(described.executionId) ?? []).map(build));
  return { root: build(execution), nowMs, omitted: [] };
}

function makeLane(
  execution: DescribedExecution,
  nowMs: number,
  children: readonly ExecutionLane[],
): ExecutionLane {
  const { executionId, job, status, isParked, error, history, earlier } = execution;
  const { stepCount, failedAttemptCount, costUsd } = execution;
  // Its record is written once the first invocation has begun.
  const startMs = Math.min(execution.startedAtMs, history[0]?.startedAtMs ?? execution.startedAtMs);
  const hasEnded = status !== 'running' && status !== 'waiting';
  const ended = history.map(makeBar);
  const invocations =
    readRunning(execution) !== 0 ? [...ended, makeRunningBar(execution, ended.at(-1), nowMs)] : ended;
  const reasons = new Map(
    history.flatMap(({ reason }, index) => {
      const bar = ended[index];
      return reason === undefined || bar === undefined ? [] : [[bar, reason] as const];
    }),
  );
  const last = ended.at(-1);
  if (execution.waitsFor !== undefined && last !== undefined) reasons.set(last, execution.waitsFor);
  const shownStatus: LaneStatus = isParked && !hasEnded ? 'parked' : status;
  return {
    ...{ executionId, job, startMs, invocations, status: shownStatus, children: orderLanes(children) },
    endMs: hasEnded ? (invocations.at(-1)?.endMs ?? nowMs) : undefined,
    earlier: earlier && { ...earlier, invocationCount: earlier.count },
    gaps: findGaps({
      ...{ invocations, reasons, openUntilMs: hasEnded ? undefined : nowMs },
      startMs: earlier === undefined ? startMs : (invocations[0]?.startMs ?? startMs),
    }),
    error: error && describeError(error),
    ...(execution.running && { running: execution.running }),
    counted: { stepCount, failedAttemptCount, costUsd },
  };
}

/** One that died is drawn until it was last heard of: nobody knows when it ended. */
function makeBar({ startedAtMs, heardAtMs = startedAtMs, ...entry }: HistoryEntry): InvocationBar {
  const { invocation, ending, isCold, version, bytes, costUsd, stepCount, failedAttemptCount } = entry;
  const { endedAtMs = heardAtMs } = entry;
  return {
    ...{ invocation, startMs: startedAtMs, endMs: Math.max(startedAtMs, endedAtMs), ending },
    ...{ isCold, version, bytes, costUsd, stepCount, failedAttemptCount },
    ...{ requestId: undefined, handOff: undefined, remainingMs: undefined, units: [], marks: [] },
  };
}

/** The record does not say when the invocation that runs began: after the one before it, at the earliest. */
function makeRunningBar(
  { invocation, startedAtMs, history, ...counted }: DescribedExecution,
  last: InvocationBar | undefined,
  nowMs: number,
): InvocationBar {
  const startMs = Math.min(nowMs, last?.endMs ?? startedAtMs);
  const sumOf = (name: 'failedAttemptCount' | 'stepCount') =>
    history.reduce((sum, entry) => sum + entry[name], counted.earlier?.[name] ?? 0);
  return {
    ...{ invocation, startMs, endMs: nowMs, ending: 'running', isCold: false, version: '' },
    stepCount: Math.max(0, counted.stepCount - sumOf('stepCount')),
    failedAttemptCount: Math.max(0, counted.failedAttemptCount - sumOf('failedAttemptCount')),
    ...{ bytes: undefined, costUsd: undefined, requestId: undefined, handOff: undefined },
    ...{ remainingMs: undefined, units: [], marks: [] },
  };
}
