import { MemoryCheckpointStore } from '../../src/runtime/adapters/memory-store';
import type { CheckpointStore, ListQuery, SaveHint, StoredExecution } from '../../src/runtime/ports';

/** What happens to one write. `lost`: it takes effect, and its reply is lost. */
export type WriteFault = 'fail' | 'lost' | 'none';

/** A store in memory whose writes fail as told, and that keeps what was asked of it. */
export class FaultyStore implements CheckpointStore {
  readonly writes: { execution: StoredExecution; hint: SaveHint | undefined }[] = [];
  loadCount = 0;
  /** Called with the number of the write, from 1. */
  fault: (write: number) => WriteFault = () => 'none';
  /** Called before a write takes effect. */
  beforeWrite: (write: number) => Promise<void> = async () => {};
  readonly #store = new MemoryCheckpointStore();

  async load(executionId: string) {
    this.loadCount += 1;
    return this.#store.load(executionId);
  }

  async save(execution: StoredExecution, expected: string | undefined, hint?: SaveHint) {
    this.writes.push({ execution, hint });
    const number = this.writes.length;
    await this.beforeWrite(number);
    const fault = this.fault(number);
    if (fault === 'fail') throw new Error('ThrottlingException');
    const revision = await this.#store.save(execution, expected);
    if (fault === 'lost') throw new Error('socket hang up');
    return revision;
  }

  async list(query: ListQuery) {
    return this.#store.list(query);
  }
}
