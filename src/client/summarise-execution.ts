import { describeProgress, describeSleep, isStuck } from '../runtime/core/record/execution-description';
import { type ExecutionRecord, parseRecord } from '../runtime/core/record/execution-record';
import type { Checksum } from '../runtime/core/state/seal';
import type { StoredExecution } from '../runtime/ports';
import type { ExecutionSummary } from './answers';

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
