import { equal, ok } from 'node:assert/strict';
import type { CheckpointStore, SaveHint, StoredExecution, StoredRevision } from '../../runtime/ports';

/** A store as its contract suite takes it: empty at first, and the same data for everybody who opens it again. */
export interface StoreUnderTest {
  /** The store to try. */
  readonly store: CheckpointStore;
  /** Another store on the same data, as another process would have it. */
  reopen(): CheckpointStore;
  /**
   * Roughly where the store begins to keep a state apart from its head, in bytes: states are made to swing around it.
   *
   * @defaultValue 400,000
   */
  readonly inlineLimitBytes?: number;
  /** How many parts hold states apart from their heads now, whoever needs them. Without it nobody looks for orphans. */
  countParts?(): Promise<number>;
  /**
   * A store on the same data whose process dies at its request with this number, from 1, before the request or after its effect: that call
   * and every later one rejects. Without it the case of a writer that dies has nothing to do and passes.
   */
  openDying?(requestNumber: number, when: 'after' | 'before'): CheckpointStore;
  /** Called when the case is over. */
  close?(): Promise<void>;
}

/** One rule, and how to see whether a store keeps it. */
export interface StoreRule {
  /** A sentence about the store. */
  readonly title: string;
  check(under: StoreUnderTest): Promise<void>;
}

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
