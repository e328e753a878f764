import type { CheckpointStore, ListQuery, StoredExecution, StoredRevision } from '../ports';
import { selectExecutions } from './select-executions';

/** Keeps executions in this process's memory: for tests. */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly #records = new Map<string, StoredRevision>();
  #writeCount = 0;

  async load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#records.get(executionId);
  }

  async save(execution: StoredExecution, expected: string | undefined): Promise<string | undefined> {
    const { executionId } = execution;
    if (this.#records.get(executionId)?.revision !== expected) return undefined;
    this.#writeCount += 1;
    const revision = String(this.#writeCount);
    this.#records.set(executionId, Object.freeze({ ...execution, revision }));
    return revision;
  }

  async list(query: ListQuery): Promise<readonly StoredExecution[]> {
    return selectExecutions([...this.#records.values()], query);
  }
}
