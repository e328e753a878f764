import { writeRecord } from '../core/record/execution-record';
import { describeFresh, type FreshStart } from '../core/record/fresh';
import { type Found, findRecord } from './change-record';
import type { InboxTools } from './inbox';

/** Calls in a row that the store may fail. */
const maxFailures = 3;

/**
 * Writes the record of an execution that is to begin, as handed off to its first invocation, unless there is one under its id.
 *
 * @returns the record as it is: its own, or the one that was there; undefined when that is gone again
 * @throws what the store throws again and again
 */
export async function writeFresh(
  { store, checksum }: Pick<InboxTools, 'checksum' | 'store'>,
  start: FreshStart,
  expiresAtMs: number,
): Promise<Found | undefined> {
  const { executionId, job, nowMs } = start;
  const record = describeFresh(start, checksum(''));
  const entry = { executionId, job, status: 'running' as const, startedAtMs: nowMs, expiresAtMs };
  const written = { ...entry, head: writeRecord(record, checksum), state: '' };
  for (let failures = 1; ; failures += 1) {
    try {
      const revision = await store.save(written, undefined);
      return revision === undefined
        ? await findRecord(store, checksum, executionId)
        : { stored: { ...written, revision }, record };
    } catch (error) {
      if (failures >= maxFailures) throw error;
    }
  }
}
