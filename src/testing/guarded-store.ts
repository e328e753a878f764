import { NodePlatform } from '../runtime/adapters/node/node-platform';
import { isUsableId } from '../runtime/core/message/execution-id';
import { parseRecord } from '../runtime/core/record/execution-record';
import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../runtime/ports';
import type { Border } from './border';
import type { RunRecorder } from './run-recorder';

const platform = new NodePlatform();

/** A store behind the border. */
export class GuardedStore implements CheckpointStore {
  readonly #store: CheckpointStore;
  readonly #border: Border;
  readonly #recorder: RunRecorder;
  readonly #now: () => number;

  constructor(store: CheckpointStore, border: Border, recorder: RunRecorder, now: () => number) {
    this.#store = store;
    this.#border = border;
    this.#recorder = recorder;
    this.#now = now;
  }

  load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#border.cross('load', executionId, () => this.#store.load(executionId));
  }

  save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    return this.#border.cross('save', execution.status, async () => {
      const revision = await this.#store.save(execution, expected, hint);
      this.#note(execution, revision !== undefined);
      return revision;
    });
  }

  list(query: ListQuery): Promise<ListedExecutions> {
    return this.#store.list(query);
  }

  /** Notes a checkpoint; a stop mark is none. */
  #note({ executionId, head, state, status }: StoredExecution, isAccepted: boolean): void {
    if (!isUsableId(executionId)) return;
    const { continuation } = parseRecord(head, (text) => platform.checksum(text));
    const { invocation, cycle, step } = continuation;
    const bytes = platform.countBytes(state);
    const call = this.#border.invocation?.call ?? 0;
    this.#recorder.checkpoints.push({
      atMs: this.#now(),
      call,
      status,
      invocation,
      cycle,
      step,
      bytes,
      isAccepted,
    });
  }
}
