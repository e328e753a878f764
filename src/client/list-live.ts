import type { Found } from '../runtime/among/change-record';
import { isUsableId } from '../runtime/core/message/execution-id';
import { parseRecord } from '../runtime/core/record/execution-record';
import type { Checksum } from '../runtime/core/state/seal';
import type { CheckpointStore, ListedExecutions, ListQuery, StoredExecution } from '../runtime/ports';

/** The most that a store lists at once. */
const maxListed = 1_000;

/** A listed execution with its record read. */
export interface Listed extends Pick<Found, 'record'> {
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
