import {
  BatonClient,
  CHECKPOINT_STORE,
  LOGGER,
  type Logger,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  OnFailure,
  OnHandoff,
  PRICES,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { GuardedLogger, JsonLogger } from '../../../src/runtime/adapters/node/loggers';
import { checkPrices, listPrices } from '../../../src/runtime/core/cost/cost';
import { JobTestEnvironment, MemoryLogger } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

type Way = 'rejects' | 'throws' | 'throws what cannot be read';
type Log = (message: string) => unknown;

const times = { safeMs: 10_000, intervalMs: 5_000, reserveMs: 2_000 };

/** A logger that fails at its n-th call, or at every one. */
function failAt(n: number | 'every', way: Way = 'throws'): { logger: Logger; count: () => number } {
  let count = 0;
  const log: Log = () => {
    count += 1;
    if (n !== 'every' && count !== n) return undefined;
    if (way === 'rejects') return Promise.reject(new Error('log shipping is down'));
    throw way === 'throws' ? new Error('log shipping is down') : Object.create(null);
  };
  return { logger: { debug: log, info: log, warn: log, error: log } as Logger, count: () => count };
}

/** A job of several invocations that logs in every way there is: failed attempts, hooks, progress, lines of its own. */
function talkativeJob(world: VirtualWorld, ends: 'completes' | 'fails') {
  const done: string[] = [];
  @LongRunning({ ...times, limits: { maxCostUsd: 1 } })
  class Talkative {
    @State() pages = 0;
    @Step({ retry: { maxAttempts: 2, initialDelayMs: 100 } }) async readPage({
      attempt,
      cycle,
      invocation,
      logger,
      progress,
    }: StepContext) {
      logger.info('reading', { page: this.pages });
      done.push(`${invocation}.${cycle}.${attempt}`);
      if (attempt === 1 || (ends === 'fails' && cycle === 3)) throw new TypeError('a page is missing');
      this.pages += 1;
      progress(this.pages);
      await world.timer.sleep(26_000);
    }
    @Terminate() isDone() {
      return this.pages === 4;
    }
    @OnHandoff() onHandoff() {
      throw new Error('a hook fails');
    }
    @OnFailure() onFailure() {
      throw new Error('a hook fails');
    }
    @OnComplete() end() {
      return this.pages;
    }
  }
  return { Talkative, done };
}

/** Everything about a run that a log must not change. */
async function observe(ends: 'completes' | 'fails', logger: Logger, hasStore: boolean) {
  const world = virtualWorld();
  const { Talkative, done } = talkativeJob(world, ends);
  const store = hasStore ? [{ token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() }] : [];
  const { answers, error, sent } = await runJob(Talkative, {
    world,
    providers: [...store, { token: LOGGER, useValue: logger }],
  });
  return { answers, error: (error as Error | undefined)?.message, sent: sent.map(({ body }) => body), done };
}

describe('law: a logger that fails changes nothing', () => {
  let written: string[];

  beforeEach(() => {
    written = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => written.push(String(line)) > 0);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  describe.each(['completes', 'fails'] as const)('of an execution that %s', (ends) => {
    it.each([
      ['with a store', true],
      ['without a store', false],
    ])(
      'A logger that fails changes nothing of an execution, whichever call of it throws: %s',
      async (_title, hasStore) => {
        const quiet = failAt(0);
        const reference = await observe(ends, quiet.logger, hasStore);
        expect(quiet.count()).toBeGreaterThan(15);
        for (let n = 1; n <= quiet.count(); n += 1)
          expect(await observe(ends, failAt(n).logger, hasStore)).toEqual(reference);
        expect(await observe(ends, failAt('every').logger, hasStore)).toEqual(reference);
      },
    );

    it.each<Way>(['rejects', 'throws what cannot be read'])(
      'A logger that fails changes nothing of an execution when every call of it %s',
      async (way) => {
        const reference = await observe(ends, failAt(0).logger, false);
        expect(await observe(ends, failAt('every', way).logger, false)).toEqual(reference);
      },
    );
  });

  it('A logger that fails changes nothing, and its lines are written to standard output instead, with what it threw, once', async () => {
    await observe('fails', failAt('every').logger, false);
    const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ message }) => String(message).startsWith('logger failed'))).toMatchObject([
      { level: 'WARN', error: { message: 'log shipping is down' } },
    ]);
    expect(lines.at(-1)).toMatchObject({
      level: 'ERROR',
      message: 'execution failed',
      executionId: 'execution-1',
    });
  });

  it('A logger that cannot be made changes nothing', async () => {
    const world = virtualWorld();
    const { Talkative } = talkativeJob(world, 'completes');
    const useFactory = () => {
      throw new Error('no agent listens');
    };
    const { answer } = await runJob(Talkative, { world, providers: [{ token: LOGGER, useFactory }] });
    expect(answer).toMatchObject({ status: 'completed', result: 4 });
    expect(written.join('')).toContain('no agent listens');
  });

  it('A logger that throws once after a hand-over does not double an execution in the test kit', async () => {
    const charged: number[] = [];
    let hasThrown = false;
    const log: Log = (message) => {
      if (message !== 'handed off' || hasThrown) return;
      hasThrown = true;
      throw new Error('log shipping is down');
    };
    @LongRunning(times)
    class Charging {
      @State() n = 0;
      @Step() async charge() {
        await env.timer.sleep(20_000);
        charged.push(this.n);
        this.n += 1;
      }
      @Terminate() isDone() {
        return this.n >= 5;
      }
    }
    const useValue = { debug: log, info: log, warn: log, error: log };
    const env = JobTestEnvironment.create(Charging, {
      timeoutMs: 60_000,
      providers: [{ token: LOGGER, useValue }],
    });
    expect((await env.run()).endingCount).toBe(1);
    expect([hasThrown, charged]).toEqual([true, [0, 1, 2, 3, 4]]);
  });
});

describe('a logger of the user’s', () => {
  const cyclic: Record<string, unknown> = { name: 'cyclic' };
  cyclic.self = cyclic;

  /** Logs one line from a step, with a logger of the user's. */
  async function logFrom(work: (ctx: StepContext) => void, logger: unknown = new MemoryLogger()) {
    @LongRunning(times)
    class Logging {
      @State() n = 0;
      @Step({ retry: { maxAttempts: 1 } }) step(ctx: StepContext) {
        this.n += 1;
        work(ctx);
      }
      @Terminate() isDone() {
        return this.n >= 1;
      }
    }
    const { answer } = await runJob(Logging, { providers: [{ token: LOGGER, useValue: logger as Logger }] });
    expect(answer?.status).toBe('completed');
    return (logger as MemoryLogger).lines?.find(({ message }) => message === 'the line');
  }

  it('A logger of the user’s gets plain data only, of bounded size', async () => {
    const line = await logFrom(({ logger }) => {
      logger.warn('the line', {
        cyclic,
        big: 10n,
        text: 'x'.repeat(100_000),
        list: Array.from({ length: 5_000 }, (_, n) => n),
        view: new Uint8Array(9),
      });
    });
    expect(line?.fields).toMatchObject({
      cyclic: { name: 'cyclic', self: '[circular]' },
      big: '10',
      view: '[Uint8Array, 9 bytes]',
      step: 'step',
    });
    expect(JSON.stringify(line).length).toBeLessThan(20_000);
  });

  it('A logger of the user’s gets an error that is given for the fields as the field error', async () => {
    const line = await logFrom(({ logger }) =>
      logger.error('the line', new TypeError('bad row', { cause: new Error('bad byte') })),
    );
    expect(line?.fields.error).toMatchObject({
      name: 'TypeError',
      message: 'bad row',
      stack: expect.stringMatching(/^TypeError: bad row\n\s+at /),
      cause: { message: 'bad byte' },
    });
  });

  it.each(['level', 'message', 'timestamp', 'event', 'executionId', 'step'])(
    'A logger of the user’s gets a field called %s under another name',
    async (name) => {
      const line = await logFrom(({ logger }) =>
        logger.info('the line', { [name]: 'mine', [`field_${name}`]: 'mine too' }),
      );
      expect(line?.fields[name]).not.toBe('mine');
      expect(line?.fields).toMatchObject({ [`field_${name}`]: 'mine too', [`field_field_${name}`]: 'mine' });
    },
  );

  it('A logger of the user’s that takes the fields first, as pino does, gets them first', async () => {
    const lines: unknown[][] = [];
    const log = (...args: unknown[]) => lines.push(args);
    const pino = { bindings: () => ({}), levelVal: 30, debug: log, info: log, warn: log, error: log };
    await logFrom(({ logger }) => logger.info('the line', { page: 7, msg: 'mine' }), pino);
    expect(lines).toContainEqual([
      expect.objectContaining({ page: 7, field_msg: 'mine', step: 'step' }),
      'the line',
    ]);
  });

  it('A logger of the user’s is called as the method that it is', async () => {
    class Own extends MemoryLogger {
      override info(message: string, fields: object = {}): void {
        super.info(message, fields);
      }
    }
    expect(await logFrom(({ logger }) => logger.info('the line'), new Own())).toMatchObject({
      level: 'info',
    });
  });

  it('A logger of the user’s may lack a method: its lines go to the other one', () => {
    const lines: string[] = [];
    const logger = new GuardedLogger(
      { debug() {}, info() {}, error() {} } as never,
      new JsonLogger('info', (line) => lines.push(line)),
    );
    logger.warn('still here', { page: 1 });
    expect(lines.join('')).toContain('"message":"still here"');
  });
});

describe('PRICES', () => {
  const expensive = { limits: { maxCostUsd: 1e-6 } };

  /** How an execution ends whose cost is limited, and what is said about the prices. */
  async function runAt(useValue: unknown) {
    const world = virtualWorld();
    @LongRunning({ ...times, ...expensive })
    class Costly {
      @State() n = 0;
      @Step() async work() {
        await world.timer.sleep(26_000);
        this.n += 1;
      }
      @Terminate() isDone() {
        return this.n === 10;
      }
    }
    const { error } = await runJob(Costly, {
      world,
      providers: [{ token: PRICES, useValue: useValue as never }],
    });
    return {
      code: ((error as Error | undefined)?.cause as { code?: string } | undefined)?.code,
      lines: world.logger.lines,
    };
  }

  it.each([
    ['NaN', { lambdaRequestUsd: Number.NaN }, ['lambdaRequestUsd']],
    [
      'a negative number',
      { gbSecondUsd: { x86_64: -1, arm64: -1 } },
      ['gbSecondUsd.x86_64', 'gbSecondUsd.arm64'],
    ],
    ['a text', { sqsRequestUsd: '0.4' }, ['sqsRequestUsd']],
  ])(
    'PRICES that are %s do not switch the limit of the cost off: the list price counts, and the log says so',
    async (_title, prices, wrongNames) => {
      const { code, lines } = await runAt(prices);
      expect(code).toBe('FUSE_BLOWN');
      expect(lines.find(({ message }) => message.startsWith('PRICES'))).toMatchObject({
        level: 'warn',
        fields: { wrongNames },
      });
    },
  );

  it('PRICES that throw are the list prices', async () => {
    const prices = {
      get lambdaRequestUsd(): number {
        throw new Error('no price list');
      },
    };
    expect((await runAt(prices)).code).toBe('FUSE_BLOWN');
  });

  it('PRICES of one architecture leave the other one at its list price', () => {
    const { prices, wrongNames } = checkPrices({ gbSecondUsd: { x86_64: 0.5 } as never });
    expect(prices).toEqual({
      ...listPrices,
      gbSecondUsd: { x86_64: 0.5, arm64: listPrices.gbSecondUsd.arm64 },
    });
    expect(wrongNames).toEqual([]);
  });
});

describe('a failure whose reason is not in its message', () => {
  const refused = () =>
    Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:5432')]), { code: 'ECONNREFUSED' });

  it.each<[string, () => unknown, string]>([
    ['an empty message and parts', refused, 'connect ECONNREFUSED ::1:5432'],
    [
      'a message and parts',
      () => new AggregateError([new Error('mirror A: 503')], 'All promises were rejected'),
      'mirror A: 503',
    ],
    [
      'an empty message and a cause',
      () => new Error('', { cause: refused() }),
      'connect ECONNREFUSED ::1:5432',
    ],
    [
      'a plain object',
      () => ({ status: 503, reason: 'maintenance' }),
      '{"status":503,"reason":"maintenance"}',
    ],
    ['a text', () => 'the table is gone', 'the table is gone'],
    ['nothing but a name', () => new RangeError(), 'RangeError'],
  ])(
    'A failure whose reason is not in its message is named by the error, the record and the log: %s',
    async (_title, thrown, reason) => {
      @LongRunning(times)
      class Failing {
        @Step({ retry: { maxAttempts: 1 } }) work() {
          throw thrown();
        }
        @Terminate() isDone() {
          return false;
        }
      }
      const store = new MemoryCheckpointStore();
      const run = await JobTestEnvironment.create(Failing, { store, executionId: 'f' }).run();
      const recorded = (await new BatonClient({ store }).status('f'))?.error;
      const logged = run.logs.find(({ message }) => message === 'execution failed')?.fields.error as {
        stack?: string;
      };
      expect((run.error as Error).message.split('\n')[0]).toContain(`in invocation 1: `);
      expect((run.error as Error).message.split('\n')[0]).toContain(reason);
      for (const record of [recorded, logged])
        expect(JSON.stringify(record)).toContain(JSON.stringify(reason).slice(1, -1));
      if (thrown() instanceof Error)
        for (const record of [recorded, logged])
          expect(record?.stack).toContain('guarded-collaborators.test');
    },
  );
});
