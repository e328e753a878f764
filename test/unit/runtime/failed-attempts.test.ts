import fc from 'fast-check';
import {
  CHECKPOINT_STORE,
  type CheckpointStore,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  OnFailure,
  OnHandoff,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };
const quick = { retry: { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 1 } };

/** Keeps every state that was stored. */
function recordingStore(): { store: CheckpointStore; states: string[] } {
  const memory = new MemoryCheckpointStore();
  const states: string[] = [];
  const store: CheckpointStore = {
    load: (id) => memory.load(id),
    list: (query) => memory.list(query),
    save: (execution, expectedRevision) => {
      states.push(execution.state);
      return memory.save(execution, expectedRevision);
    },
  };
  return { store, states };
}

type Ends = 'rejects' | 'is interrupted' | 'runs into its time-out' | 'is stopped at a yield';

interface Unlucky {
  readonly ends: Ends;
  /** When one half ends, and when the other half writes, in milliseconds. */
  readonly endsAfterMs: number;
  readonly writesAfterMs: readonly number[];
}

/** A job whose first attempts do not return, and have another half that goes on writing. Every write says whose it is. */
function halves(world: VirtualWorld, attempts: readonly Unlucky[]) {
  const started: number[] = [];

  @LongRunning({ ...times, limits: { maxInterruptions: 50, maxIdleInvocations: 50 } })
  class Halves {
    @State() written: string[] = [];
    @State() rounds = 0;

    @Step({ timeoutMs: 400, retry: { maxAttempts: 20, initialDelayMs: 1, maxDelayMs: 1 } }) work(
      ctx: StepContext,
    ): unknown {
      const unlucky = attempts[started.push(started.length) - 1];
      const other = this.#writeLater(started.length - 1, unlucky?.writesAfterMs ?? [0]);
      if (unlucky?.ends === 'is stopped at a yield') return this.#rows(unlucky);
      return Promise.all([unlucky === undefined ? other : this.#fail(unlucky, ctx), other]);
    }

    async *#rows({ endsAfterMs }: Unlucky) {
      world.clock.block(endsAfterMs);
      world.clock.block(500);
      yield;
    }

    async #writeLater(number: number, afterMs: readonly number[]) {
      for (const ms of afterMs) {
        await world.timer.sleep(ms);
        this.written.push(attempts[number] === undefined ? 'kept' : `of attempt ${number}`);
      }
    }

    async #fail({ ends, endsAfterMs }: Unlucky, { signal }: StepContext) {
      await world.timer.sleep(endsAfterMs);
      if (ends === 'rejects') throw new Error('503');
      await new Promise((_resolve, reject) => {
        if (ends === 'is interrupted') signal.addEventListener('abort', () => reject(signal.reason));
      });
    }

    @Step() async rest() {
      await world.timer.sleep(600);
      this.rounds += 1;
    }

    @Terminate() isDone() {
      return this.rounds === 3;
    }

    @OnComplete() end() {
      return this.written;
    }
  }

  return Halves;
}

const unlucky = fc.record({
  ends: fc.constantFrom<Ends>('rejects', 'is interrupted', 'runs into its time-out', 'is stopped at a yield'),
  endsAfterMs: fc.integer({ min: 1, max: 300 }),
  writesAfterMs: fc.array(fc.integer({ min: 301, max: 900 }), { minLength: 1, maxLength: 4 }),
});

describe('what an attempt that did not return still does', () => {
  it('What an attempt that did not return still does never reaches a checkpoint, whichever way the attempt ended', async () => {
    const law = fc.asyncProperty(
      fc.array(unlucky, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (attempts, hasStore) => {
        const world = virtualWorld();
        const { store, states } = recordingStore();
        const { answer } = await runJob(halves(world, attempts), {
          world,
          remainingMs: 1_450,
          providers: hasStore ? [{ token: CHECKPOINT_STORE, useValue: store }] : [],
        });
        expect(answer).toMatchObject({ status: 'completed', result: ['kept', 'kept', 'kept'] });
        expect(states.filter((state) => state.includes('of attempt'))).toEqual([]);
      },
    );
    await fc.assert(law, { numRuns: 60 });
  });

  it('What an attempt that did not return still does is not in the state that a hook sees, nor what a failed hook still does', async () => {
    const world = virtualWorld();
    const seen: string[][] = [];

    @LongRunning(times)
    class Hooked {
      @State() list: string[] = [];
      @Step({ retry: { maxAttempts: 1 } }) async work(ctx: StepContext): Promise<unknown> {
        if (ctx.invocation === 2) return this.fail();
        const later = world.timer.sleep(500).then(() => this.list.push('late'));
        await new Promise((_resolve, reject) =>
          ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)),
        );
        return later;
      }
      async fail() {
        void world.timer.sleep(50).then(() => this.list.push('late too'));
        throw new Error('no');
      }
      @OnHandoff() async close() {
        void world.timer.sleep(100).then(() => this.list.push('of a failed hook'));
        await world.timer.sleep(600);
        seen.push([...this.list]);
        throw new Error('cannot close');
      }
      @OnFailure() async failed() {
        await world.timer.sleep(200);
        seen.push([...this.list]);
      }
      @Terminate() isDone() {
        return false;
      }
    }

    await runJob(Hooked, { world, remainingMs: 2_000 });
    expect(seen).toEqual([['of a failed hook'], []]);
  });

  it('What an attempt that did not return still does reports no progress any more', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Reports {
      @State() n = 0;
      @Step(quick) async work(ctx: StepContext) {
        if (ctx.attempt === 1) {
          void world.timer.sleep(200).then(() => ctx.progress(99));
          throw new Error('no');
        }
        ctx.progress(1);
        await world.timer.sleep(700);
        this.n = 1;
      }
      @Terminate() isDone() {
        return this.n === 1;
      }
    }

    await runJob(Reports, { world });
    expect(world.logger.find('progress').map(({ fields }) => fields.done)).toEqual([1]);
  });
});

describe('the fresh instance after an attempt that did not return', () => {
  /** Runs a job whose first attempt fails, and answers the instances of both attempts. */
  async function fail(
    define: (job: object) => void,
    work: (job: Record<PropertyKey, unknown>) => void = () => {},
  ) {
    const instances: Record<PropertyKey, unknown>[] = [];

    @LongRunning(times)
    class Carried {
      @State() n = 0;
      constructor() {
        define(this);
      }
      @Step(quick) work(ctx: StepContext) {
        instances.push(this as unknown as Record<PropertyKey, unknown>);
        if (ctx.attempt === 1) {
          work(this as unknown as Record<PropertyKey, unknown>);
          throw new Error('no');
        }
        this.n = 1;
      }
      @Terminate() isDone() {
        return this.n === 1;
      }
    }

    const { answer, error } = await runJob(Carried);
    expect(error).toBeUndefined();
    expect(answer?.status).toBe('completed');
    const [first, second] = instances;
    expect(first).not.toBe(second);
    return { first: first ?? {}, second: second ?? {} };
  }

  const symbol = Symbol('pool');

  it.each<[string, PropertyKey, (job: Record<PropertyKey, unknown>) => void]>([
    ['a field', 'pool', (job) => Object.assign(job, { pool: { size: 3 } })],
    ['a field under a symbol', symbol, (job) => Object.assign(job, { [symbol]: { size: 3 } })],
    [
      'a field that an attempt made read-only',
      'pool',
      (job) => Object.defineProperty(job, 'pool', { value: { size: 3 } }),
    ],
    [
      'an accessor that an attempt made',
      'pool',
      (job) => Object.defineProperty(job, 'pool', { get: () => job.hidden, enumerable: true }),
    ],
  ])(
    'The fresh instance after an attempt that did not return has %s of the one before',
    async (_what, key, set) => {
      const { first, second } = await fail(
        () => {},
        (job) => {
          job.hidden = { size: 3 };
          set(job);
        },
      );
      expect(second[key]).toEqual({ size: 3 });
      expect(second[key]).toBe(first[key]);
    },
  );

  it.each<[string, (job: object) => void]>([
    [
      'a getter without a setter',
      (job) => Object.defineProperty(job, 'client', { get: () => 'client', enumerable: true }),
    ],
    [
      'a read-only field',
      (job) => Object.defineProperty(job, 'client', { value: 'client', enumerable: true }),
    ],
    [
      'a getter that throws before it is connected',
      (job) =>
        Object.defineProperty(job, 'client', {
          get: () => {
            throw new Error('not connected');
          },
          enumerable: true,
        }),
    ],
    ['a sealed object of its own', (job) => Object.seal(Object.assign(job, { n: 0, client: 'client' }))],
  ])(
    'The fresh instance after an attempt that did not return is made with %s by its own constructor, and runs',
    async (_what, define) => {
      const { second } = await fail(define);
      expect(Object.hasOwn(second, 'client')).toBe(true);
    },
  );

  it('The fresh instance after an attempt that did not return has functions that are bound to itself, not to the one before', async () => {
    const { second } = await fail((job) => Object.assign(job, { self: () => job }));
    expect((second.self as () => unknown)()).toBe(second);
  });

  it('The fresh instance after an attempt that did not return begins its private fields again', async () => {
    const seen: number[] = [];

    @LongRunning(times)
    class Private {
      @State() n = 0;
      #calls = 0;
      @Step(quick) work(ctx: StepContext) {
        this.#calls += 1;
        seen.push(this.#calls);
        if (ctx.attempt < 3) throw new Error('no');
        this.n = 1;
      }
      @Terminate() isDone() {
        return this.n === 1;
      }
    }

    await runJob(Private);
    expect(seen).toEqual([1, 1, 1]);
  });

  it('The fresh instance after an attempt that did not return is made in a further attempt when its constructor fails', async () => {
    const world = virtualWorld();
    let constructed = 0;

    @LongRunning(times)
    class Fragile {
      @State() n = 0;
      constructor() {
        constructed += 1;
        if (constructed === 2 || constructed === 3) throw new Error('no connection');
      }
      @Step({ retry: { maxAttempts: 4, initialDelayMs: 1 } }) work(ctx: StepContext) {
        if (ctx.attempt === 1) throw new Error('no');
        this.n = ctx.attempt;
      }
      @Terminate() isDone() {
        return this.n > 0;
      }
      @OnComplete() end() {
        return this.n;
      }
    }

    const { answer } = await runJob(Fragile, { world });
    expect(answer).toMatchObject({ status: 'completed', result: 3 });
    expect(world.logger.find('step failed').map(({ fields }) => (fields.error as Error).message)).toEqual([
      'no',
      'no connection',
    ]);
  });
});
