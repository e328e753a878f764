import { equal, ok } from 'node:assert/strict';
import type { CheckpointStore, SaveHint, StoredExecution, StoredRevision } from '../../runtime/ports';

/** The id that {@link sampleExecution} has unless told otherwise. */
export const sampleId = 'payments/2026-11-23 #1';

/** An execution to store, with something hostile in every part. */
export function sampleExecution(overrides: Partial<StoredExecution> = {}): StoredExecution {
  return {
    executionId: sampleId,
    job: 'reconcile-payments',
    status: 'running',
    startedAtMs: 1_795_000_000_000,
    expiresAtMs: 4_000_000_000_123,
    head: 'deadbeef {"step":"über \u2028 \u0000 \uFFFE 🚚"}',
    state: 't{"json":{"cursor":""}}',
    ...overrides,
  };
}

/** A text of that many bytes in UTF-8 that begins with the given mark, so that no two are the same. */
export function textOfBytes(mark: string, bytes: number, filler = 'x'): string {
  const fillerBytes = new TextEncoder().encode(filler).length;
  return mark.slice(0, bytes) + filler.repeat(Math.max(0, Math.floor((bytes - mark.length) / fillerBytes)));
}

/** Saves, and fails when the store refuses. */
export async function saveSurely(
  store: CheckpointStore,
  execution: StoredExecution,
  expected: string | undefined,
  hint?: SaveHint,
): Promise<string> {
  const revision = await store.save(execution, expected, hint);
  ok(typeof revision === 'string' && revision !== '', 'save answers a revision: a text that is not empty');
  ok(revision !== expected, 'a write changes the revision');
  return revision;
}

/** Fails when the store does not hold exactly this execution; at that revision, when one is given. */
export async function expectStored(
  store: CheckpointStore,
  execution: StoredExecution,
  revision?: string,
): Promise<StoredRevision> {
  const stored = await store.load(execution.executionId);
  ok(stored !== undefined, 'the execution is there');
  for (const name of ['executionId', 'job', 'status', 'startedAtMs', 'expiresAtMs', 'head'] as const) {
    equal(stored[name], execution[name], `${name} comes back as it was saved`);
  }
  // Not `equal`: the difference of two large states would fill the screen.
  ok(
    stored.state === execution.state,
    `the state comes back as it was saved, ${execution.state.length} characters of it`,
  );
  if (revision !== undefined)
    equal(stored.revision, revision, 'load answers the revision that save answered');
  return stored;
}
