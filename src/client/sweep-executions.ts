import { changeRecord, type Found } from '../runtime/among/change-record';
import { isUsableId } from '../runtime/core/message/arrival';
import { describeError } from '../runtime/core/record/describe-error';
import { type ExecutionRecord, parseRecord } from '../runtime/core/record/execution-record';
import { unknownJob } from '../runtime/core/record/fresh';
import { defaultGraceMs, sweepRecord } from '../runtime/core/record/sweep';
import type { Checksum } from '../runtime/core/state/seal';
import type { CheckpointStore, Clock, ListedExecutions, ListQuery, StoredExecution } from '../runtime/ports';
import type { RedriveAnswer, SweepAnswer, SweepRequest } from './answers';

/** The most that a store lists at once. */
const maxListed = 1_000;

/** A listed execution with its record read. */
interface Listed extends Pick<Found, 'record'> {
  readonly stored: StoredExecution;
}

/** Executions that have not ended, and whether there may be more that the store cannot list. */
export interface LivePage {
  readonly found: readonly Listed[];
  readonly hasMore: boolean;
}

/**
 * The executions that have not ended, however many, page by page, each once. One whose record cannot be read is left to those who look
 * at it. A store that knows no pages of what is live is asked by status: it may not be able to go on behind a thousand.
 */
export async function* listLive(
  store: CheckpointStore,
  checksum: Checksum,
  job?: string,
): AsyncGenerator<LivePage> {
  const seenIds = new Set<string>();
  const describe = (stored: readonly StoredExecution[], hasMore = false): LivePage => {
    const fresh = stored.filter(({ executionId, status }) => isLive(status) && !seenIds.has(executionId));
    for (const { executionId } of fresh) seenIds.add(executionId);
    return { found: fresh.flatMap((one) => readListed(one, checksum)), hasMore };
  };
  const query: ListQuery = { limit: maxListed, ...(job !== undefined && { job }) };
  // In this order: a claim that comes between the two makes a waiting execution a running one.
  const waiting: ListQuery = { ...query, status: 'waiting' };
  let page = await store.list({ ...waiting, live: { after: null } });
  if (page.next === undefined) {
    for await (const { stored, hasMore } of listByStatus(store, waiting, page))
      yield describe(stored, hasMore);
    for await (const { stored, hasMore } of listByStatus(store, { ...query, status: 'running' }))
      yield describe(stored, hasMore);
    return;
  }
  for (;;) {
    yield describe(page);
    const after = page.next ?? null;
    if (after === null) return;
    page = await store.list({ ...waiting, live: { after } });
  }
}

/** Asks for page after page, each from where the one before ended, until one is not full. */
async function* listByStatus(store: CheckpointStore, query: ListQuery, first?: ListedExecutions) {
  const seenIds = new Set<string>();
  let untilMs = Number.POSITIVE_INFINITY;
  for (let page = first; ; page = undefined) {
    const stored =
      page ??
      (await store.list({
        ...query,
        ...(untilMs < Number.POSITIVE_INFINITY && { startedUntilMs: untilMs }),
      }));
    const isFurther = stored.some(
      ({ executionId, startedAtMs }) => startedAtMs <= untilMs && !seenIds.has(executionId),
    );
    for (const { executionId } of stored) seenIds.add(executionId);
    const isFull = stored.length >= maxListed;
    // A store that does not know `startedUntilMs`, or more executions of one millisecond than a page holds.
    yield { stored, hasMore: isFull && !isFurther };
    if (!isFull || !isFurther) return;
    untilMs = Math.min(untilMs, stored.at(-1)?.startedAtMs ?? 0);
  }
}

function isLive(status: StoredExecution['status']): boolean {
  return status === 'running' || status === 'waiting';
}

function readListed(stored: StoredExecution, checksum: Checksum): Listed[] {
  if (!isUsableId(stored.executionId)) return [];
  try {
    return [{ stored, record: parseRecord(stored.head, checksum) }];
  } catch {
    // A damaged record must not keep the others from being looked after.
    return [];
  }
}

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
