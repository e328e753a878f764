import { isUsableId } from '../runtime/core/execution-id';
import { parseRecord } from '../runtime/core/execution-record';
import type { Checksum } from '../runtime/core/seal';
import type { CheckpointStore, ListQuery, StoredExecution } from '../runtime/ports';
import type { Found } from './change-record';

/** The most that a store lists at once. */
const mostListed = 1_000;

/** A listed execution with its record read. */
export interface Listed extends Pick<Found, 'record'> {
  readonly stored: StoredExecution;
}

/**
 * The executions that have not ended, however many, and whether there may be more: only when a store cannot go on behind a thousand.
 * One whose record cannot be read is left to those who look at it.
 */
export async function listLive(store: CheckpointStore, checksum: Checksum, job?: string): Promise<{ found: Listed[]; hasMore: boolean }> {
  const byId = new Map<string, StoredExecution>();
  let hasMore = false;
  // In this order: a claim that comes between the two makes a waiting execution a running one.
  for (const status of ['waiting', 'running'] as const) {
    const { listed, isWhole } = await listPages(store, { status, limit: mostListed, ...(job !== undefined && { job }) });
    for (const [executionId, stored] of listed) byId.set(executionId, stored);
    hasMore ||= !isWhole;
  }
  return { found: [...byId.values()].flatMap((stored) => readListed(stored, checksum)), hasMore };
}

/** Asks for page after page, each from where the one before ended, until one is not full. */
async function listPages(store: CheckpointStore, query: ListQuery) {
  const listed = new Map<string, StoredExecution>();
  let startedUntilMs: number | undefined;
  for (;;) {
    const page = await store.list({ ...query, ...(startedUntilMs !== undefined && { startedUntilMs }) });
    const untilMs = startedUntilMs ?? Number.POSITIVE_INFINITY;
    const isFurther = page.some(({ executionId, startedAtMs }) => startedAtMs <= untilMs && !listed.has(executionId));
    for (const stored of page) listed.set(stored.executionId, stored);
    if (page.length < mostListed) return { listed, isWhole: true };
    // A store that does not know `startedUntilMs`, or more executions of one millisecond than a page holds.
    if (!isFurther) return { listed, isWhole: false };
    startedUntilMs = Math.min(untilMs, page.at(-1)?.startedAtMs ?? 0);
  }
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
