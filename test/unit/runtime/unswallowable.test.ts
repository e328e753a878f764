import {
  LongRunning,
  OnComplete,
  OnFailure,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../src';
import { JsonLogger } from '../../../src/runtime/adapters/node/loggers';
import { keepJob } from '../../helpers/keep-job';

interface Catcher {
  readonly caught: unknown[];
  readonly work: () => void;
  readonly isOpen: () => boolean;
}

/** What user code does to keep control: every way of catching there is. */
const catchers = {
  'a step'({ caught, work }: Catcher) {
    return async function step() {
      try {
        work();
        await Promise.resolve();
      } catch (error) {
        caught.push(error);
      }
    };
  },
  'a generator'({ caught, work, isOpen }: Catcher) {
    return function* step() {
      while (isOpen()) {
        try {
          work();
          yield;
        } catch (error) {
          caught.push(error);
        } finally {
          caught.push('finally');
        }
      }
    };
  },
  'an async generator'({ caught, work, isOpen }: Catcher) {
    return async function* step() {
      try {
        while (isOpen()) {
          work();
          yield;
        }
      } catch (error) {
        caught.push(error);
      } finally {
        await Promise.resolve();
        caught.push('finally');
      }
    };
  },
  'a generator that refuses to end'({ caught, work, isOpen }: Catcher) {
    return function* step() {
      while (isOpen()) {
        work();
        try {
          yield;
        } finally {
          caught.push('finally');
          yield 'more';
        }
      }
    };
  },
  'a generator whose finally throws'({ caught, work, isOpen }: Catcher) {
    return async function* step() {
      try {
        while (isOpen()) {
          work();
          yield;
        }
      } finally {
        caught.push('finally');
        if (isOpen()) await Promise.reject(new Error('instead'));
      }
    };
  },
} as const;

function catching(kind: keyof typeof catchers, durability: 'step' | { everyMs: number } = 'step') {
  const caught: unknown[] = [];
  const done: number[] = [];
  const kept = keepJob((world) => {
    @LongRunning({ safeMs: 1_000, intervalMs: 500, durability })
    class Catching {
      @State() n = 0;
      @Step() step(_ctx: StepContext): unknown {
        const work = () => {
          world.clock.block(10);
          this.n += 1;
          done.push(this.n);
        };
        return catchers[kind]({ caught, work, isOpen: () => this.n < 3 })();
      }
      @Terminate() isDone() {
        return this.n >= 3;
      }
      @OnComplete() end() {
        return this.n;
      }
      @OnFailure() failed(error: unknown) {
        caught.push(error);
      }
    }
    return Catching;
  });
  return { ...kept, caught, done };
}

const kinds = Object.keys(catchers) as (keyof typeof catchers)[];

describe.each(kinds)('%s, in which everything is caught', (kind) => {
  it.each([['step' as const], [{ everyMs: 1 }]])(
    'A unit of work in which everything is caught cannot catch a checkpoint that is refused for ever (%j)',
    async (durability) => {
      const { call, store, caught, sender, world } = catching(kind, durability);
      store.fault = (write) => (write >= 2 ? 'fail' : 'none');
      await expect(call(5_000)).rejects.toMatchObject({
        code: 'CHECKPOINT_FAILED',
        cause: { message: 'ThrottlingException' },
      });
      expect(caught.filter((what) => what !== 'finally')).toEqual([]);
      expect(sender.sent).toEqual([]);
      expect(world.timer.armedCount).toBe(0);
    },
  );

  it('A unit of work in which everything is caught does not notice a store that is throttled five times', async () => {
    const { call, store, caught, done } = catching(kind);
    store.fault = (write) => (write >= 2 && write <= 6 ? 'fail' : 'none');
    expect(await call()).toMatchObject({ status: 'completed', result: 3 });
    expect(caught.filter((what) => what !== 'finally')).toEqual([]);
    expect(done).toEqual([1, 2, 3]);
  });

  it('A unit of work in which everything is caught cannot catch that another has claimed the execution', async () => {
    const { call, store, caught, done, steal } = catching(kind);
    let isStolen = false;
    store.beforeWrite = async (write) => {
      if (write !== 2 || isStolen) return;
      isStolen = true;
      await steal();
    };
    expect(await call()).toMatchObject({ status: 'superseded' });
    expect(caught.filter((what) => what !== 'finally')).toEqual([]);
    expect(done).toEqual([1]);
  });

  it('A unit of work in which everything is caught is run again by the delivery that Lambda repeats, from the last checkpoint', async () => {
    const { call, store, done, world, sender } = catching(kind);
    store.fault = () => (done.length >= 2 ? 'fail' : 'none');
    await expect(call(5_000)).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED' });
    store.fault = () => 'none';
    await world.timer.advance(60_000);
    expect(await call()).toMatchObject({ status: 'handed-off' });
    expect(await call(60_000, JSON.parse(sender.sent[0]?.body ?? ''), 'r2')).toMatchObject({
      status: 'completed',
      result: 3,
    });
    expect(done).toEqual([1, 2, 2, 3]);
  });
});

describe('a store that is throttled', () => {
  it('A store that is throttled is asked again after 50 ms, then after twice as long each time, up to two seconds', async () => {
    const { call, store, world } = catching('a step');
    const atMs: number[] = [];
    store.beforeWrite = async () => void atMs.push(world.clock.now());
    store.fault = (write) => (write >= 2 && write <= 9 ? 'fail' : 'none');
    await call();
    const gaps = atMs.slice(2, 10).map((ms, index) => ms - (atMs[index + 1] ?? 0));
    expect(gaps).toEqual([50, 100, 200, 400, 800, 1_600, 2_000, 2_000]);
  });
});

/** A Proxy that throws at whatever is done to it, itself included. */
function makeHostile(): object {
  const handler: ProxyHandler<object> = {};
  const hostile: object = new Proxy({}, handler);
  const strike = () => {
    throw hostile;
  };
  for (const trap of Object.getOwnPropertyNames(Reflect)) Object.assign(handler, { [trap]: strike });
  return hostile;
}

function makeHuge(): Error {
  let error = new Error('x'.repeat(8_388_608));
  for (let depth = 0; depth < 50; depth += 1) error = new Error('x'.repeat(8_388_608), { cause: error });
  return error;
}

const accessors = Object.defineProperties(new Error(), {
  message: { get: () => JSON.parse('{') },
  cause: { get: () => JSON.parse('{') },
});

describe.each<[string, () => unknown, string, RegExp]>([
  ['an error of 8 MB with fifty causes', makeHuge, 'Error', /^x{8192}… \[8380416 characters cut\]$/],
  ['null', () => null, 'Thrown', /^null$/],
  ['undefined', () => undefined, 'Thrown', /^undefined$/],
  ['a text', () => 'no such account', 'Thrown', /^no such account$/],
  ['a symbol', () => Symbol('boom'), 'Thrown', /^Symbol\(boom\)$/],
  ['a Proxy that throws at every touch', makeHostile, 'Thrown', /cannot be read/],
  ['an error whose fields throw', () => accessors, 'Thrown', /cannot be read/],
  ['a frozen object', () => Object.freeze({ reason: 7 }), 'Thrown', /an object that is no Error/],
  ['a frozen error', () => Object.freeze(new RangeError('cold')), 'RangeError', /^cold$/],
  ['a frozen error of ours', () => Object.freeze(new TerminalError('closed')), 'TerminalError', /^closed$/],
])('a step that throws %s', (_what, make, name, message) => {
  function throwing() {
    const lines: string[] = [];
    const told: unknown[] = [];
    const kept = keepJob(() => {
      @LongRunning({ safeMs: 1_000, intervalMs: 500 })
      class Throwing {
        @State() n = 0;
        @Step({ retry: { maxAttempts: 2 } }) step() {
          throw make();
        }
        @Terminate() isDone() {
          return false;
        }
        @OnFailure() failed(error: unknown) {
          told.push(error);
        }
      }
      return Throwing;
    });
    const logger = new JsonLogger('debug', (line) => void lines.push(line));
    kept.world.logger.warn = logger.warn.bind(logger);
    kept.world.logger.error = logger.error.bind(logger);
    return { ...kept, lines, told };
  }

  it('A step that throws anything at all leaves a usable record, log and answer, now and whenever it is asked again', async () => {
    const { call, readRecord, lines, told, store } = throwing();
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'EXECUTION_FAILED', details: { step: 'step' } });
    expect((error as Error).message.length).toBeLessThan(10_000);
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeInstanceOf(Error);

    const { outcome } = await readRecord();
    expect(outcome).toMatchObject({ status: 'failed', error: { name } });
    const record = outcome?.status === 'failed' ? outcome.error : undefined;
    expect(record?.message).toMatch(message);
    expect(store.writes.at(-1)?.execution.head.length).toBeLessThan(200_000);

    const [first = '', last = ''] = [lines.find((line) => line.includes('step failed')), lines.at(-1)];
    for (const line of [first, last])
      expect(JSON.parse(line)).toMatchObject({ error: { name, message: expect.stringMatching(message) } });

    await expect(call()).rejects.toMatchObject({
      code: 'EXECUTION_FAILED',
      cause: { name, message: expect.stringMatching(message) },
    });
  });
});
