import { parseRecord } from '../runtime/core/execution-record';
import type { Checksum } from '../runtime/core/seal';
import type { CheckpointStore, StoredExecution } from '../runtime/ports';
import type { Found } from './change-record';

/** The most that a store lists at once. */
const mostListed = 1_000;

/** A listed execution with its record read. */
export interface Listed extends Pick<Found, 'record'> {
  readonly stored: StoredExecution;
}

/** The executions that have not ended, and whether there may be more. One whose record cannot be read is left to those who look at it. */
export async function listLive(store: CheckpointStore, checksum: Checksum, job?: string): Promise<{ found: Listed[]; hasMore: boolean }> {
  const found: Listed[] = [];
  let hasMore = false;
  for (const status of ['running', 'waiting'] as const) {
    const listed = await store.list({ status, limit: mostListed, ...(job !== undefined && { job }) });
    hasMore ||= listed.length === mostListed;
    for (const stored of listed) {
      try {
        found.push({ stored, record: parseRecord(stored.head, checksum) });
      } catch {
        // A damaged record must not keep the others from being looked after.
      }
    }
  }
  return { found, hasMore };
}
