import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../../ports';

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
