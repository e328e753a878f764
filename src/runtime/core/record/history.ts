import type { WaitReason } from '../execution/among';
import { isRecord } from '../state/json';
import type { ExecutionRecord } from './execution-record';

/** What an invocation ended of. `died`: it ended without a word; the next one tells. */
export type InvocationEnding =
  | 'cancelled'
  | 'completed'
  | 'died'
  | 'failed'
  | 'given-back'
  | 'handed-off'
  | 'parked'
  | 'skipped'
  | 'superseded'
  | 'waiting';

/** One invocation of an execution that has ended. */
export interface InvocationEntry {
  /** From 1. One that died, or was given back, may come again under the same number. */
  readonly invocation: number;
  /** In epoch milliseconds. */
  readonly startedAtMs: number;
  /** In epoch milliseconds; undefined when it died: nobody knows when. */
  readonly endedAtMs?: number;
  /** When one that died was last heard of, in epoch milliseconds. */
  readonly heardAtMs?: number;
  /** What the invocation ended of. */
  readonly ending: InvocationEnding;
  /** What it waited for, when it ended as `waiting`. */
  readonly reason?: WaitReason;
  /** What it waited for was to come by then at the latest, in epoch milliseconds. */
  readonly untilMs?: number;
  /** Whether it was the first in its execution environment. */
  readonly isCold: boolean;
  /** The version of the function that ran. */
  readonly version: string;
  /** Steps finished in it. */
  readonly stepCount: number;
  /** Attempts that failed in it. */
  readonly failedAttemptCount: number;
  /** Of the continuation that it handed over; 0 when it handed none over. */
  readonly bytes: number;
  /** What it cost as far as it was recorded, in US dollars at list price. */
  readonly costUsd: number;
}

/** The sums of the invocations before those that are kept one by one. */
export interface EarlierInvocations {
  /** How many invocations. */
  readonly count: number;
  /** When the first of them began, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** Units of work that they finished. */
  readonly stepCount: number;
  /** Attempts that failed in them. */
  readonly failedAttemptCount: number;
  /** What they handed over, in bytes. */
  readonly bytes: number;
  /** What they cost, in US dollars at list price. */
  readonly costUsd: number;
}

/** The invocations of an execution that have ended. */
export interface History {
  /** In the order they began. */
  readonly entries: readonly InvocationEntry[];
  readonly earlier: EarlierInvocations | null;
}

/** So many invocations are kept one by one where there is a store. */
export const maxStoredEntries = 200;
/** So many where the history travels in the continuation. */
export const maxTravellingEntries = 20;

export const emptyHistory: History = Object.freeze({ entries: [], earlier: null });

/** The history with further invocations, those left out that it has. What is more than `maxCount` becomes part of the sums. */
export function addEntries(
  { entries, earlier }: History,
  added: readonly InvocationEntry[],
  maxCount: number,
): History {
  const known = new Set(entries.map(nameEntry));
  const fresh = added.filter((entry) => !known.has(nameEntry(entry)));
  const all = [...entries, ...fresh].sort((one, other) => one.startedAtMs - other.startedAtMs);
  const left = Math.max(0, all.length - maxCount);
  return { entries: all.slice(left), earlier: all.slice(0, left).reduce(sumUp, earlier) };
}

/** Whether the history has this invocation. */
export function hasEntry({ entries }: History, entry: InvocationEntry): boolean {
  return entries.some((other) => nameEntry(other) === nameEntry(entry));
}

/** The invocation that a record was last claimed for, as far as the record says that it has ended: it may not have come to write its entry. */
export function describeLastInvocation(record: ExecutionRecord): InvocationEntry | undefined {
  const { invocation, heardAtMs = 0, continuation } = record;
  const { run } = continuation.trail ?? {};
  const ending = readEnding(record);
  if (run === undefined || ending === undefined) return undefined;
  const { startedAtMs, isCold, version, bytes = 0, reason } = run;
  const lastMs = Math.max(startedAtMs, heardAtMs);
  return {
    invocation,
    startedAtMs,
    ...(ending === 'died' ? { heardAtMs: lastMs } : { endedAtMs: lastMs }),
    ending,
    ...(ending === 'waiting' && describeWait(reason, continuation.resumeAtMs)),
    isCold,
    version,
    stepCount: continuation.stepCount - run.stepCount,
    failedAttemptCount: continuation.failedAttemptCount - run.failedAttemptCount,
    bytes,
    costUsd: roundUsd(continuation.costUsd - run.costUsd),
  };
}

/** What an entry says of a wait. */
export function describeWait(
  reason: WaitReason | undefined,
  untilMs: number,
): Pick<InvocationEntry, 'reason' | 'untilMs'> {
  return { ...(reason !== undefined && { reason }), ...(untilMs > 0 && { untilMs }) };
}

/** Costs are kept to a billionth of a dollar: so that sums stay what they were. */
export function roundUsd(costUsd: number): number {
  return Math.max(0, Math.round(costUsd * 1e9) / 1e9);
}

function readEnding(record: ExecutionRecord): InvocationEnding | undefined {
  const { outcome, isParked, isGivenBack, handedOffTo, continuation } = record;
  if (continuation.trail?.hasDied === true) return 'died';
  if (outcome !== null) return outcome.status;
  if (isParked === true) return 'parked';
  if (isGivenBack === true) return 'given-back';
  if (handedOffTo === null) return undefined;
  return continuation.trail?.run?.reason === undefined ? 'handed-off' : 'waiting';
}

/** The history as plain data that takes little room: one list for each invocation. */
export function packHistory({ entries, earlier }: History): object {
  const rows = entries.map((entry) => [
    ...[entry.invocation, entry.startedAtMs, entry.endedAtMs ?? null, entry.ending, entry.isCold ? 1 : 0],
    ...[entry.version, entry.stepCount, entry.failedAttemptCount, entry.bytes, entry.costUsd],
    ...packRest(entry),
  ]);
  return { v: 1, rows, ...(earlier !== null && { earlier }) };
}

/** What few entries say. */
function packRest({ reason, untilMs, heardAtMs }: InvocationEntry): unknown[] {
  if (heardAtMs !== undefined) return [null, null, heardAtMs];
  return reason === undefined ? [] : [reason, untilMs ?? null];
}

/** Reads what {@link packHistory} made; undefined when it cannot be read. */
export function unpackHistory(packed: unknown): History | undefined {
  if (!isRecord(packed) || packed.v !== 1 || !Array.isArray(packed.rows)) return undefined;
  const { earlier } = packed;
  if (earlier !== undefined && !isEarlier(earlier)) return undefined;
  const entries = packed.rows.map(readRow);
  return entries.every((entry) => entry !== undefined) ? { entries, earlier: earlier ?? null } : undefined;
}

/** The history that a store has; undefined when there is none, or none that can be read: it must never harm the execution. */
export function readStoredHistory(stored: { readonly state: string } | undefined): History | undefined {
  if (stored === undefined) return undefined;
  try {
    return unpackHistory(JSON.parse(stored.state));
  } catch {
    return undefined;
  }
}

function readRow(row: unknown): InvocationEntry | undefined {
  if (!Array.isArray(row)) return undefined;
  const [invocation, startedAtMs, endedAtMs, ending, isCold, version] = row as unknown[];
  const [stepCount, failedAttemptCount, bytes, costUsd, reason, untilMs, heardAtMs] = row.slice(
    6,
  ) as unknown[];
  const numbers = [invocation, startedAtMs, stepCount, failedAttemptCount, bytes, costUsd];
  if (!numbers.every(Number.isFinite) || typeof ending !== 'string' || typeof version !== 'string')
    return undefined;
  return {
    ...{ invocation, startedAtMs, ending, isCold: isCold === 1 },
    ...(Number.isFinite(endedAtMs) && { endedAtMs }),
    ...(Number.isFinite(heardAtMs) && { heardAtMs }),
    ...(typeof reason === 'string' && { reason }),
    ...(Number.isFinite(untilMs) && { untilMs }),
    ...{ version, stepCount, failedAttemptCount, bytes, costUsd },
  } as InvocationEntry;
}

function isEarlier(value: unknown): value is EarlierInvocations {
  const names = ['count', 'startedAtMs', 'stepCount', 'failedAttemptCount', 'bytes', 'costUsd'];
  return isRecord(value) && names.every((name) => Number.isFinite(value[name]));
}

function nameEntry({ invocation, startedAtMs }: InvocationEntry): string {
  return `${invocation}@${startedAtMs}`;
}

function sumUp(earlier: EarlierInvocations | null, entry: InvocationEntry): EarlierInvocations {
  return {
    count: (earlier?.count ?? 0) + 1,
    startedAtMs: earlier?.startedAtMs ?? entry.startedAtMs,
    stepCount: (earlier?.stepCount ?? 0) + entry.stepCount,
    failedAttemptCount: (earlier?.failedAttemptCount ?? 0) + entry.failedAttemptCount,
    bytes: (earlier?.bytes ?? 0) + entry.bytes,
    costUsd: roundUsd((earlier?.costUsd ?? 0) + entry.costUsd),
  };
}
