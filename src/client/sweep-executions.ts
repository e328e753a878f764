import { changeRecord } from '../runtime/among/change-record';
import { describeError } from '../runtime/core/record/describe-error';
import type { ExecutionRecord } from '../runtime/core/record/execution-record';
import { unknownJob } from '../runtime/core/record/fresh';
import { defaultGraceMs, sweepRecord } from '../runtime/core/record/sweep';
import type { Checksum } from '../runtime/core/state/seal';
import type { CheckpointStore, Clock } from '../runtime/ports';
import type { RedriveAnswer, SweepAnswer, SweepRequest } from './answers';
import { listLive } from './list-live';

const defaultLimit = 100;

/** What a sweep works with. */
interface SweepTools {
  readonly store: CheckpointStore;
  readonly checksum: Checksum;
  readonly clock: Clock;
  /** The function that goes on. */
  readonly functionName: string;
  /** Sends a look at a swept record. */
  send(record: ExecutionRecord): Promise<void>;
}

/** Sends on what will not be retried: first the record, on the condition that nobody else has written it, then a look. */
export async function sweepExecutions(
  tools: SweepTools,
  { job, limit = defaultLimit, graceMs = defaultGraceMs, isDryRun = false }: SweepRequest,
): Promise<SweepAnswer> {
  const lost: ExecutionRecord[] = [];
  const parkedIds: string[] = [];
  let hasMore = false;
  for await (const page of listSweepable(tools, job)) {
    const nowMs = tools.clock.now();
    for (const { stored, record } of page.found) {
      if (isOfOtherFunction(record, tools.functionName)) continue;
      if (record.isParked) parkedIds.push(stored.executionId);
      const sent = sweepRecord(record, nowMs, graceMs);
      if (sent !== undefined && lost.length <= limit) lost.push(sent);
    }
    hasMore ||= page.hasMore;
  }
  const swept: RedriveAnswer[] = [];
  const failed: { executionId: string; reason: string }[] = [];
  for (const record of lost.slice(0, limit)) {
    const { executionId } = record.continuation;
    try {
      const sent = isDryRun ? record : await sendOn(tools, executionId, graceMs);
      if (sent !== undefined) swept.push({ executionId, invocation: sent.continuation.invocation });
    } catch (error) {
      failed.push({ executionId, reason: describeError(error).message });
    }
  }
  return { swept, failed, parkedIds, hasMore: hasMore || lost.length > limit };
}

/** Those of a job, and those that were started for this function by somebody who did not know its job. */
async function* listSweepable({ store, checksum }: SweepTools, job: string | undefined) {
  yield* listLive(store, checksum, job);
  if (job !== undefined) yield* listLive(store, checksum, unknownJob);
}

/** Whether an execution was started for another function, and has not begun: once it has, its job says whose it is. */
function isOfOtherFunction({ isFresh, functionArn }: ExecutionRecord, functionName: string): boolean {
  return isFresh === true && functionArn !== undefined && readName(functionArn) !== readName(functionName);
}

/** The name in a function's name or ARN, whatever its qualifier. */
function readName(reference: string): string | undefined {
  return /(?:^|:function:)([^:]+)(?::[^:]+)?$/.exec(reference)?.[1];
}

/** Undefined when somebody has come for it after all. */
async function sendOn({ store, checksum, clock, send }: SweepTools, executionId: string, graceMs: number) {
  const record = await changeRecord<ExecutionRecord | undefined>(
    store,
    checksum,
    executionId,
    ({ stored, record: before }) => {
      const after = sweepRecord(before, clock.now(), graceMs);
      if (after === undefined) return { answer: undefined };
      return { answer: after, next: { record: after, status: 'running', expiresAtMs: stored.expiresAtMs } };
    },
  );
  if (record !== undefined) await send(record);
  return record;
}
