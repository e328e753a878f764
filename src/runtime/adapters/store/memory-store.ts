import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  StoredExecution,
  StoredRevision,
} from '../../ports';
import { defaultLimit, describePage, isForLive, isLive, selectExecutions } from './select-executions';

/** Keeps executions in this process's memory: for tests. */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly #records = new Map<string, StoredRevision>();
  /** Those of the records that have not ended. */
  readonly #live = new Map<string, StoredRevision>();
  #writeCount = 0;

  async load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#records.get(executionId);
  }

  async save(execution: StoredExecution, expected: string | undefined): Promise<string | undefined> {
    const { executionId } = execution;
    if (this.#records.get(executionId)?.revision !== expected) return undefined;
    this.#writeCount += 1;
    const revision = String(this.#writeCount);
    const record = Object.freeze({ ...execution, revision });
    this.#records.set(executionId, record);
    if (isLive(execution.status)) this.#live.set(executionId, record);
    else this.#live.delete(executionId);
    return revision;
  }

  async list(query: ListQuery): Promise<ListedExecutions> {
    const records = isForLive(query) ? this.#live : this.#records;
    const found = selectExecutions([...records.values()], query);
    if (query.live === undefined) return found;
    const { after } = query.live;
    const { limit = defaultLimit } = query;
    const left = found.sort(byId).filter(({ executionId }) => after === null || executionId > after);
    const page = left.slice(0, limit);
    return describePage(page, query, left.length > limit ? (page.at(-1)?.executionId ?? null) : null);
  }
}

function byId(one: StoredExecution, other: StoredExecution): number {
  return one.executionId < other.executionId ? -1 : 1;
}
