/** How an execution stands, for lists and look-ups. */
export type ExecutionStatus = 'cancelled' | 'completed' | 'failed' | 'running' | 'skipped' | 'waiting';

/** One execution as a store keeps it. What it means is the runtime's business; a store only keeps it whole. */
export interface StoredExecution {
  /** Any string of 1 to 256 characters without lone surrogates: stores encode what their keys cannot hold. */
  readonly executionId: string;
  /** The job's name. */
  readonly job: string;
  /** How the execution stands. */
  readonly status: ExecutionStatus;
  /** When the execution started, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** When the record may be deleted, in epoch milliseconds: stores with a time to live use it. */
  readonly expiresAtMs: number;
  /** Where the execution stands, who owns it, and how it ended: one text of a few hundred bytes, plus the input. */
  readonly head: string;
  /** The job's fields as one text, from nothing to many megabytes. */
  readonly state: string;
}

/** A stored execution with the revision that it was read at. */
export interface StoredRevision extends StoredExecution {
  /** Changes with every write. Opaque: a counter, an ETag. */
  readonly revision: string;
}

/** What a store may use to save itself work. */
export interface SaveHint {
  /** The state is the same text as at the expected revision: a store that keeps it in a place of its own need not write it again. */
  readonly isStateUnchanged: boolean;
}

/** Which executions to list. */
export interface ListQuery {
  /** Only executions of the job of this name. @defaultValue those of all jobs */
  readonly job?: string;
  /** Only executions that stand so. @defaultValue any */
  readonly status?: ExecutionStatus;
  /** Only those that were started at this time or before, in epoch milliseconds: where a list ended, the next one goes on. @defaultValue all */
  readonly startedUntilMs?: number;
  /** At most this many, from 1 to 1,000. @defaultValue 100 */
  readonly limit?: number;
  /**
   * A page of everything that has not ended, running or waiting, in any order: for looking at each of them once, however many there are.
   * `after` is the `next` of the page before, null for the first page. `status` and `startedUntilMs` then do not count, and `limit` is
   * about how many a page holds. A store that does not know this field answers by the others.
   */
  readonly live?: { readonly after: string | null };
}

/** What a list answers. */
export type ListedExecutions = readonly StoredExecution[] & {
  /** Only for a query with `live`: where the next page begins, in the store's own words, or null when this page was the last. */
  readonly next?: string | null;
};

/**
 * Keeps executions. Behind the token `CHECKPOINT_STORE`.
 *
 * One conditional write is all that the runtime's promise rests on: of two writers that expect the same revision, at most one succeeds,
 * and every later read sees what it wrote. Prove a store of your own with the contract suite of `lambda-baton/testing`.
 */
export interface CheckpointStore {
  /** Reads an execution, or `undefined` when there is none. Always the newest write (strongly consistent), whole, or an error. */
  load(executionId: string): Promise<StoredRevision | undefined>;
  /**
   * Writes an execution if, and only if, its stored revision is still `expected` (`undefined`: there is none yet).
   * All or nothing, also when the process dies in the middle.
   *
   * @returns the new revision, or `undefined` when the stored revision is another.
   * @throws whatever the vendor throws when it is not known whether the write took effect; the runtime then reads or tries again.
   */
  save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined>;
  /**
   * Lists executions, newest start first as far as the store can tell; states may be left out (`''`). A list of what is running or waiting
   * should cost what is live, not what has ever been. Records under ids that begin with `lambda-baton:` are the runtime's own, and have
   * always ended: they may be left out. A record that cannot be read must not hide the others.
   */
  list(query: ListQuery): Promise<ListedExecutions>;
}

/** Turns the whole state into text and back. Behind the token `STATE_CODEC`. Field codecs are applied before and after. */
export interface StateCodec {
  /** Whether `encode` writes JSON exactly as `JSON.stringify` would. Such text stands in the envelope as it is. @defaultValue false */
  readonly isJson?: boolean;
  /** Makes a text of the state. */
  encode(state: Record<string, unknown>): string;
  /** Must throw on text that it did not write. Must never run code or touch a prototype. */
  decode(text: string): Record<string, unknown>;
}
