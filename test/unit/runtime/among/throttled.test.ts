import {
  LongRunning,
  MemoryCheckpointStore,
  OnChildEnd,
  OnSignal,
  State,
  Step,
  type StoredExecution,
  startChildren,
  Terminate,
  wait,
  waitForSignal,
} from '../../../../src';
import { JobTestEnvironment, SeededRandom } from '../../../../src/testing';

/** A store that refuses one call in three. */
class ReluctantStore extends MemoryCheckpointStore {
  readonly #random = new SeededRandom(7);

  override async load(executionId: string) {
    this.#refuse();
    return super.load(executionId);
  }

  override async save(execution: StoredExecution, expected: string | undefined) {
    this.#refuse();
    return super.save(execution, expected);
  }

  #refuse(): void {
    if (this.#random.next() < 1 / 3)
      throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  }
}

const times = { safeMs: 5_000, intervalMs: 500 };

@LongRunning({ ...times, name: 'part', concurrency: { limit: 1 } })
class Part {
  @State() isDone = false;
  @Step() work() {
    this.isDone = true;
    return wait({ seconds: 1_000 });
  }
  @Terminate() isOver() {
    return this.isDone;
  }
}

@LongRunning({ ...times, name: 'whole' })
class Whole {
  @State() isDone = false;
  @State() notes: unknown[] = [];
  @State() parts: string[] = [];
  @Step() fork() {
    const items = ['a', 'b'].map((id) => ({ id, input: {} }));
    return startChildren(items, { job: Part, goTo: 'ask' });
  }
  @Step() ask() {
    return waitForSignal('go');
  }
  @Step() end() {
    this.isDone = true;
  }
  @OnSignal('note') note(text: unknown) {
    this.notes.push(text);
  }
  @OnChildEnd() partEnded({ id }: { id: string }) {
    this.parts.push(id);
  }
  @Terminate() isOver() {
    return this.isDone;
  }
}

describe('throttles of a moment', () => {
  it('A delivery asks a throttled store again, for signals, children, slots and timers', async () => {
    const env = JobTestEnvironment.create(Whole, {
      otherJobs: [Part],
      timeoutMs: 60_000,
      store: () => new ReluctantStore(),
    });
    env.signal('note', 'first', { afterMs: 10_000 });
    env.signal('go', undefined, { afterMs: 9_000_000 });
    const { outcome, state, invocations } = await env.run();
    expect(invocations.filter(({ end }) => end === 'threw')).toEqual([]);
    expect(outcome).toBe('completed');
    expect(state).toMatchObject({ notes: ['first'], parts: ['a', 'b'] });
  });
});
