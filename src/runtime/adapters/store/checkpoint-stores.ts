import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../../ports';
import type { DynamoDbCheckpointStoreOptions } from '../dynamodb/dynamodb-store';
import type { FileCheckpointStoreOptions } from '../file/file-store';
import type { S3CheckpointStoreOptions } from '../s3/s3-store';

export type { DynamoDbCheckpointStoreOptions } from '../dynamodb/dynamodb-store';
export type { FileCheckpointStoreOptions } from '../file/file-store';
export type { S3CheckpointStoreOptions } from '../s3/s3-store';

/*
 * The stores as users make them. The code of each is loaded with its first call: plain Node, and a bundler that splits, load the one that
 * is used, and a bundle in one file evaluates no other.
 */

/** Loads the code of one kind of store. */
export const loadStore = {
  bucket: async () => (await import('../s3/s3-store')).S3Store,
  directory: async () => (await import('../file/file-store')).FileStore,
  table: async () => (await import('../dynamodb/dynamodb-store')).DynamoDbStore,
};

/**
 * Keeps executions in a DynamoDB table, one item each: one conditional write per checkpoint, one consistent read per resume, no transactions.
 * What does not fit 400 KB goes into further items, or into a bucket, before the item that names it.
 *
 * @throws CheckpointStoreError when the table or the bucket is missing or refuses; AWS's own errors otherwise.
 */
export class DynamoDbCheckpointStore implements CheckpointStore {
  readonly #store: LazyStore;

  constructor(options: DynamoDbCheckpointStoreOptions) {
    this.#store = new LazyStore(async () => new (await loadStore.table())(options));
  }

  load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#store.load(executionId);
  }

  save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    return this.#store.save(execution, expected, hint);
  }

  list(query: ListQuery): Promise<ListedExecutions> {
    return this.#store.list(query);
  }
}

/**
 * Keeps executions in files: one directory each, one numbered file per revision. Survives SIGKILL and a full disk.
 * What it makes only its owner can read. No execution in it expires: delete what you no longer need.
 * The local default; no store for Lambda itself, whose environments share no disk unless it is EFS.
 *
 * @throws CorruptContinuationError when the newest file of an execution is damaged.
 */
export class FileCheckpointStore implements CheckpointStore {
  readonly #store: LazyStore;

  constructor(options: FileCheckpointStoreOptions) {
    this.#store = new LazyStore(async () => new (await loadStore.directory())(options));
  }

  load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#store.load(executionId);
  }

  save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    return this.#store.save(execution, expected, hint);
  }

  list(query: ListQuery): Promise<ListedExecutions> {
    return this.#store.list(query);
  }
}

/**
 * Keeps executions in an S3 bucket: one object each, written on the condition of its ETag. A large state has an object of its own.
 *
 * @throws CheckpointStoreError when the bucket is missing or refuses; AWS's own errors otherwise.
 */
export class S3CheckpointStore implements CheckpointStore {
  readonly #store: LazyStore;

  constructor(options: S3CheckpointStoreOptions) {
    this.#store = new LazyStore(async () => new (await loadStore.bucket())(options));
  }

  load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#store.load(executionId);
  }

  save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    return this.#store.save(execution, expected, hint);
  }

  list(query: ListQuery): Promise<ListedExecutions> {
    return this.#store.list(query);
  }
}

/** A store whose code is loaded when it is first needed. */
export class LazyStore implements CheckpointStore {
  #opening: Promise<CheckpointStore> | undefined;
  readonly #open: () => Promise<CheckpointStore>;

  constructor(open: () => Promise<CheckpointStore>) {
    this.#open = open;
  }

  async load(executionId: string): Promise<StoredRevision | undefined> {
    return (await this.#load()).load(executionId);
  }

  async save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    return (await this.#load()).save(execution, expected, hint);
  }

  async list(query: ListQuery): Promise<ListedExecutions> {
    return (await this.#load()).list(query);
  }

  /** A failure is not remembered. */
  #load(): Promise<CheckpointStore> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}
