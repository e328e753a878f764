import { MemoryCheckpointStore } from '../runtime/adapters/store/memory-store';
import { isHistory } from '../runtime/core/record/heartbeat';
import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../runtime/ports';
import { never } from './life';

/** What happens to one write. `lost`: it takes effect, and its reply is lost. `hang`: no answer ever comes, and no effect. */
export type WriteFault = 'fail' | 'hang' | 'lost' | 'none';

/** A {@link CheckpointStore} whose writes fail as told, and that keeps what was asked of it. Histories are kept as they come: no execution depends on them. */
export class FaultyStore implements CheckpointStore {
  /** Every write that was asked for, in order. */
  readonly writes: { execution: StoredExecution; hint: SaveHint | undefined }[] = [];
  /** How often it was read from. */
  loadCount = 0;
  /** Called with the number of the write, from 1. */
  fault: (write: number) => WriteFault = () => 'none';
  /** Called before a write takes effect. */
  beforeWrite: (write: number) => Promise<void> = async () => {};
  readonly #store: CheckpointStore;

  /** @param store - where executions really go. @defaultValue a {@link MemoryCheckpointStore} */
  constructor(store: CheckpointStore = new MemoryCheckpointStore()) {
    this.#store = store;
  }

  async load(executionId: string): Promise<StoredRevision | undefined> {
    if (isHistory(executionId)) return this.#store.load(executionId);
    this.loadCount += 1;
    return this.#store.load(executionId);
  }

  async save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    if (isHistory(execution.executionId)) return this.#store.save(execution, expected, hint);
    this.writes.push({ execution, hint });
    const number = this.writes.length;
    await this.beforeWrite(number);
    const fault = this.fault(number);
    if (fault === 'fail') throw new Error('ThrottlingException');
    if (fault === 'hang') return never();
    const revision = await this.#store.save(execution, expected, hint);
    if (fault === 'lost') throw new Error('socket hang up');
    return revision;
  }

  async list(query: ListQuery): Promise<ListedExecutions> {
    return this.#store.list(query);
  }
}
