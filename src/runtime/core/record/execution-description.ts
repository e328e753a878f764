import type { Phase } from '../execution/execution';
import type { ReportedProgress } from '../execution/trail';
import type { UndoFailure } from '../execution/undo';
import { freezeInDepth } from '../state/freeze-in-depth';
import { isAsleep } from './claim';
import type { ErrorRecord } from './describe-error';
import type { ExecutionRecord } from './execution-record';
import {
  addEntries,
  describeLastInvocation,
  type EarlierInvocations,
  emptyHistory,
  type History,
  type InvocationEntry,
  maxStoredEntries,
} from './history';

/** How an execution stands, as plain frozen data: neither its input nor its state. */
export interface ExecutionDescription {
  /** The execution's id. */
  readonly executionId: string;
  /** The job's name. */
  readonly job: string;
  /** `waiting`: its next invocation is held back, or waits for somebody. `skipped`: others had the slots of its `concurrency`. */
  readonly status: 'cancelled' | 'completed' | 'failed' | 'running' | 'skipped' | 'waiting';
  /** Of a skipped execution: the ids of those that were running, ten at most. */
  readonly running?: readonly string[];
  /** What it waits for, when that is no time alone. */
  readonly waitsFor?: 'children' | 'signal' | 'slot';
  /** The invocation that was claimed last, from 1. */
  readonly invocation: number;
  /** The invocation that it was handed over to and that has not begun yet; null while one is running. */
  readonly handedOffTo: number | null;
  /** Whether it stands before `@OnStart`, before `@Terminate` is asked, before a step, before `@OnComplete`, or a compensating method. */
  readonly phase: Phase;
  /** The next step, or the one that is running; null in a cycle in which there is nothing to run. */
  readonly step: string | null;
  /** From 1. */
  readonly cycle: number;
  /** From 1. */
  readonly attempt: number;
  /** Steps finished. */
  readonly stepCount: number;
  /** Attempts that have failed so far. */
  readonly failedAttemptCount: number;
  /** When it was started, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** Until when the last invocation can be alive, in epoch milliseconds: its deadline. */
  readonly leaseUntilMs: number;
  /** Nothing starts before this time, in epoch milliseconds; null when it waits for nothing. */
  readonly resumeAtMs: number | null;
  /** Whether somebody has asked for the execution to end. */
  readonly isCancelRequested: boolean;
  /**
   * Whether it looks stuck: its last invocation must be dead and has neither handed over nor recorded an end, or nobody has come for what
   * it handed over. Lambda's own retry may still bring it back, a minute or two later; `redrive` does it now.
   */
  readonly isStuck: boolean;
  /**
   * Whether it was stopped before AWS's recursion detection would have ended it without a word.
   * It goes on when the function's recursion setting is `Allow` (or for 14 more invocations) and it is redriven.
   */
  readonly isParked: boolean;
  /** Units of work done: steps, and the stretches between the `yield`s of generators. */
  readonly unitCount: number;
  /** What it has cost up to its last checkpoint, in US dollars at list price: itself, without its children. */
  readonly costUsd: number;
  /** What its children that have ended have cost, and theirs, in US dollars; undefined when there are none. */
  readonly childrenCostUsd?: number;
  /** How far its work is, as `ctx.progress` has said; undefined when it has said nothing. */
  readonly progress?: ExecutionProgress;
  /** Its invocations that have ended, in the order they began: the last 200. Only `status` reads them all. */
  readonly history: readonly InvocationEntry[];
  /** The sums of those before; undefined when there are none. */
  readonly earlier?: EarlierInvocations;
  /**
   * Whether what it had done is being undone, or was. `failed`: all that could be was, and at least one compensation has failed for good.
   * `none`: it has not failed, or there was nothing to undo.
   */
  readonly compensation: 'completed' | 'failed' | 'none' | 'running';
  /** The compensations that have failed for good: the first ten. */
  readonly compensationFailures?: readonly UndoFailure[];
  /** The result of a completed execution, when it has one. */
  readonly result?: unknown;
  /** What a failed execution failed of. */
  readonly error?: ErrorRecord;
}

/** How far the work of an execution is: at most about 15 seconds old while it runs. */
export interface ExecutionProgress {
  /** The method that reported it. */
  readonly step: string;
  /** How much is done. */
  readonly done: number;
  /** How much there is to do, when that is known. */
  readonly total?: number;
  /** What the job said of it. */
  readonly note?: string;
  /** Units per second of running time, since the step began to report; undefined before it can be told. */
  readonly ratePerSecond?: number;
  /** Running time until all is done, at that rate, in milliseconds. */
  readonly remainingMs?: number;
  /** When it was reported, in epoch milliseconds. */
  readonly atMs: number;
}

/** What is kept beside the record of an execution. */
export interface Companions {
  /** @defaultValue none that can be read */
  readonly history?: History | undefined;
  /** What the last heartbeat said. @defaultValue nothing */
  readonly progress?: ReportedProgress | undefined;
}

/** What a store tells of an execution beside its record. */
interface StoredFacts {
  readonly status: ExecutionDescription['status'];
  readonly startedAtMs: number;
}

/** Describes a recorded execution as it stands at a time. */
export function describeExecution(
  stored: StoredFacts,
  record: ExecutionRecord,
  nowMs: number,
  companions: Companions = {},
): ExecutionDescription {
  const { invocation, handedOffTo, leaseUntilMs, isCancelRequested, outcome, continuation } = record;
  const { safePointCount: unitCount, costUsd = 0, trail, among } = continuation;
  const { childrenCostUsd } = among ?? {};
  const progress = describeProgress(trail?.progress, companions.progress);
  const last = describeLastInvocation(record);
  const { history = emptyHistory } = companions;
  const { entries, earlier } = addEntries(history, last === undefined ? [] : [last], maxStoredEntries);
  const { executionId, job, phase, step, cycle, attempt, stepCount, failedAttemptCount, resumeAtMs } =
    continuation;
  return freezeInDepth({
    ...{
      executionId,
      job,
      status: outcome?.status ?? stored.status,
      invocation,
      handedOffTo,
      phase,
      step,
      cycle,
      attempt,
    },
    ...{ stepCount, failedAttemptCount, startedAtMs: stored.startedAtMs, leaseUntilMs, isCancelRequested },
    resumeAtMs: outcome === null && resumeAtMs > 0 ? resumeAtMs : null,
    isStuck: isStuck(record, nowMs),
    isParked: record.isParked === true,
    ...(childrenCostUsd !== undefined && { childrenCostUsd }),
    ...{ unitCount, costUsd, history: entries, ...(earlier !== null && { earlier }) },
    ...(progress !== undefined && { progress }),
    ...describeCompensation(record),
    ...(outcome?.status === 'completed' && outcome.result !== undefined ? { result: outcome.result } : {}),
    ...(outcome?.status === 'failed' ? { error: outcome.error } : {}),
    ...(outcome?.status === 'skipped' ? { running: outcome.running } : {}),
    ...describeSleep(record),
  });
}

/** What it waits for: while somebody is at work, nothing. */
export function describeSleep({
  outcome,
  handedOffTo,
  continuation,
}: ExecutionRecord): Pick<ExecutionDescription, 'waitsFor'> {
  const kind = continuation.among?.sleep?.kind;
  return outcome === null && handedOffTo !== null && kind !== undefined ? { waitsFor: kind } : {};
}

function describeCompensation({
  outcome,
  continuation,
}: ExecutionRecord): Pick<ExecutionDescription, 'compensation' | 'compensationFailures'> {
  const { compensation } = continuation.undo ?? {};
  if (compensation === undefined) return { compensation: 'none' };
  const { failures, failureCount } = compensation;
  const end = failureCount > 0 ? 'failed' : 'completed';
  return {
    compensation: outcome === null ? 'running' : end,
    ...(failures.length > 0 && { compensationFailures: failures }),
  };
}

/**
 * Says whether nobody is at work on an execution that has not ended and is not parked: its last invocation must be dead, and what that
 * one may have handed over is overdue.
 */
export function isStuck(record: ExecutionRecord, nowMs: number): boolean {
  const { outcome, handedOffTo, leaseUntilMs, isParked } = record;
  if (outcome !== null || isParked === true) return false;
  return nowMs >= leaseUntilMs && !(handedOffTo !== null && isAsleep(record, nowMs));
}

/** A rate of less than this running time says nothing, in milliseconds. */
const minRanMs = 500;

/** The newer of what the record and what a heartbeat says. */
export function describeProgress(
  recorded: ReportedProgress | undefined,
  heard?: ReportedProgress,
): ExecutionProgress | undefined {
  const last = (heard?.atMs ?? 0) > (recorded?.atMs ?? 0) ? heard : recorded;
  if (last === undefined) return undefined;
  const { step, done, total, note, atMs, from, ranMs } = last;
  const rate = ranMs >= minRanMs ? ((done - from) * 1_000) / ranMs : 0;
  const isTold = rate > 0 && total !== undefined;
  return {
    ...{ step, done, ...(total !== undefined && { total }), ...(note !== undefined && { note }) },
    ...(rate > 0 && { ratePerSecond: rate }),
    ...(isTold && { remainingMs: Math.round((Math.max(0, total - done) * 1_000) / rate) }),
    atMs,
  };
}
