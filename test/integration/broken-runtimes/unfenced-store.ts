import { type CheckpointStore, MemoryCheckpointStore, type StoredExecution } from '../../../src';

/** A store without the one thing that counts: every write succeeds, whatever revision it expects. */
export class UnfencedStore implements CheckpointStore {
  readonly #store = new MemoryCheckpointStore();

  load(executionId: string) {
    return this.#store.load(executionId);
  }

  async save(execution: StoredExecution) {
    const stored = await this.#store.load(execution.executionId);
    return this.#store.save(execution, stored?.revision);
  }

  list() {
    return this.#store.list({});
  }
}
