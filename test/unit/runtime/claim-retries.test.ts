import { LongRunning, State, Step, Terminate } from '../../../src';
import type { CheckpointStore } from '../../../src/runtime/ports';
import { keepJob } from '../../helpers/keep-job';

/** A job that ends at the first interruption unless told otherwise, so that none can be counted by mistake. */
function touchy(maxInterruptions = 1) {
  const ran: number[] = [];
  const kept = keepJob(() => {
    @LongRunning({ name: 'touchy', safeMs: 1_000, intervalMs: 500, limits: { maxInterruptions } })
    class Touchy {
      @State() n = 0;
      @Step() count() {
        this.n += 1;
        ran.push(this.n);
      }
      @Terminate() isDone() {
        return this.n === 3;
      }
    }
    return Touchy;
  });
  return { ...kept, ran };
}

describe('a claim', () => {
  it.each([1, 5])('A claim is tried again when the store cannot be read %i times', async (times) => {
    const { call, store, ran } = touchy();
    const load = store.load.bind(store);
    let failures = 0;
    store.load = async (executionId) => {
      failures += 1;
      if (failures <= times) throw new Error('ThrottlingException');
      return load(executionId);
    };
    expect(await call()).toMatchObject({ status: 'completed' });
    expect(ran).toEqual([1, 2, 3]);
  });

  it.each(['fail', 'lost'] as const)(
    'A claim is tried again when its write is %s, and counts no interruption',
    async (fault) => {
      const { call, store, ran, readRecord } = touchy();
      store.fault = (write) => (write === 1 ? fault : 'none');
      expect(await call()).toMatchObject({ status: 'completed' });
      expect(ran).toEqual([1, 2, 3]);
      expect((await readRecord()).outcome).toEqual({ status: 'completed' });
    },
  );

  it('A claim counts no interruption when the client repeats a write by itself, and is refused by its own first one', async () => {
    const { call, store, ran } = touchy();
    const save: CheckpointStore['save'] = store.save.bind(store);
    store.save = async (...parameters) => {
      const revision = await save(...parameters);
      return store.writes.length === 1 ? undefined : revision;
    };
    expect(await call()).toMatchObject({ status: 'completed' });
    expect(ran).toEqual([1, 2, 3]);
  });

  it('A claim that loses against a copy of its own delivery at the same moment is no claim: one line runs', async () => {
    const { call, store, ran, readRecord } = touchy();
    const load = store.load.bind(store);
    let readers = 0;
    let release = () => {};
    const isReadByBoth = new Promise<void>((resolve) => {
      release = resolve;
    });
    store.load = async (executionId) => {
      const stored = await load(executionId);
      if (executionId === 'execution-1') {
        readers += 1;
        if (readers >= 2) release();
        await isReadByBoth;
      }
      return stored;
    };
    const answers = await Promise.all([call(), call()]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['completed', 'duplicate']);
    expect(ran).toEqual([1, 2, 3]);
    expect((await readRecord()).outcome).toEqual({ status: 'completed' });
  });

  it.each([
    [1, 'rejected', [1]],
    [2, 'fulfilled', [1, 1]],
  ])(
    'A claim counts one interruption after a death, also when its own write is lost: with maxInterruptions %i it is %s',
    async (limit, status, runs) => {
      const { call, callAndKill, store, ran } = touchy(limit);
      store.beforeWrite = (write) => (write === 2 ? new Promise(() => {}) : Promise.resolve());
      await callAndKill(500);
      store.fault = (write) => (write === 3 ? 'lost' : 'none');
      const [outcome] = await Promise.allSettled([call()]);
      expect(outcome.status).toBe(status);
      expect(ran).toEqual(runs);
    },
  );

  it('A claim that loses every race ends the invocation, for Lambda to retry: nobody knows then that somebody else has it', async () => {
    const { call, store, ran } = touchy();
    let raceCount = 0;
    store.save = async () => {
      raceCount += 1;
      return undefined;
    };
    await expect(call()).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED', retryable: true });
    expect(raceCount).toBeGreaterThan(8);
    expect(ran).toEqual([]);
  });

  it.each(['load', 'save'] as const)(
    'A claim ends the invocation, for Lambda to retry, when %s fails for ever; nothing is run',
    async (method) => {
      const { call, store, ran, world } = touchy();
      store[method] = async () => {
        throw new Error('AccessDeniedException');
      };
      const startMs = world.clock.now();
      const error = await call(20_000).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'CHECKPOINT_FAILED', cause: { message: 'AccessDeniedException' } });
      expect(ran).toEqual([]);
      expect(world.clock.now() - startMs).toBeGreaterThan(10_000);
      expect(world.timer.armedCount).toBe(0);
    },
  );
});
