import { isUsableId } from '../runtime/core/message/arrival';
import {
  type Companions,
  describeProgress,
  describeSleep,
  type ExecutionDescription,
  isStuck,
} from '../runtime/core/record/execution-description';
import { type ExecutionRecord, parseRecord } from '../runtime/core/record/execution-record';
import { recordedFailureError } from '../runtime/core/record/fresh';
import { nameCompanion, readHeartbeat } from '../runtime/core/record/heartbeat';
import { readStoredHistory } from '../runtime/core/record/history';
import type { Checksum } from '../runtime/core/state/seal';
import type { CheckpointStore, Platform, StoredExecution, StoredRevision } from '../runtime/ports';
import type { ExecutionResult, ExecutionSummary } from './answers';

/** One line of a list. A record that cannot be read must not hide the others. */
export function summariseExecution(
  { executionId, job, status, startedAtMs, head }: StoredExecution,
  checksum: Checksum,
  nowMs: number,
): ExecutionSummary {
  const record = tryToParse(head, checksum);
  const invocation = record?.invocation ?? null;
  const progress = describeProgress(record?.continuation.trail?.progress);
  return Object.freeze({
    executionId,
    job,
    status,
    startedAtMs,
    invocation,
    isStuck: record !== undefined && isStuck(record, nowMs),
    isParked: record?.isParked === true,
    ...(record && { costUsd: record.continuation.costUsd ?? 0 }),
    ...(progress && { progress }),
    ...(record && describeSleep(record)),
  });
}

function tryToParse(head: string, checksum: Checksum): ExecutionRecord | undefined {
  try {
    return parseRecord(head, checksum);
  } catch {
    return undefined;
  }
}

/** @throws ExecutionFailedError when it has failed, with the recorded error as its cause. */
export function readResult(
  { outcome, continuation }: ExecutionRecord,
  { executionId, status, invocation, result }: ExecutionDescription,
): ExecutionResult {
  if (outcome?.status === 'failed') throw recordedFailureError(continuation, outcome.error);
  return {
    executionId,
    status: status as ExecutionResult['status'],
    invocation,
    ...(result === undefined ? {} : { result }),
  };
}

/** Loads what is kept beside an execution's record. What cannot be read is left out: the record alone says how the execution stands. */
export async function loadCompanions(
  store: CheckpointStore,
  platform: Pick<Platform, 'digest'>,
  executionId: string,
): Promise<(record: ExecutionRecord) => Companions> {
  if (!isUsableId(executionId)) return () => ({});
  const load = (kind: 'heartbeat' | 'history'): Promise<StoredRevision | undefined> =>
    store.load(nameCompanion(kind, executionId, platform.digest)).catch(() => undefined);
  const [history, heartbeat] = await Promise.all([load('history'), load('heartbeat')]);
  return ({ epoch }) => ({
    history: readStoredHistory(history),
    progress: heartbeat && readHeartbeat(heartbeat.head, epoch)?.progress,
  });
}
