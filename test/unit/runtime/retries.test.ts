import {
  ExecutionFailedError,
  LongRunning,
  OnComplete,
  OnFailure,
  RANDOM,
  RetryableError,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../src';
import { epochMs, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

/** A job with one step that throws what it is told to, as often as it is told to. */
function failing(throws: readonly unknown[], retry: object = {}) {
  const calls: { attempt: number; invocation: number; atMs: number }[] = [];
  const failures: unknown[] = [];
  const world = virtualWorld();

  @LongRunning(times)
  class Failing {
    @State() isDone = false;

    @Step({ retry }) work(ctx: StepContext) {
      calls.push({ attempt: ctx.attempt, invocation: ctx.invocation, atMs: world.clock.now() - epochMs });
      if (calls.length <= throws.length) throw throws[calls.length - 1];
      this.isDone = true;
    }

    @OnFailure() tell(error: unknown) {
      failures.push(error);
    }

    @Terminate() check() {
      return this.isDone;
    }
  }

  return { Failing, calls, failures, world };
}

describe('a failed attempt', () => {
  it('A failed attempt is rolled back: nested in-place edits, collections, deleted, added and swapped values', async () => {
    const initial = () => ({
      rows: [
        { id: 1, tags: ['a'] },
        { id: 2, tags: [] as string[] },
      ],
      byName: new Map<string, { hits: number }>([['x', { hits: 1 }]]),
      seen: new Set([1, 2]),
      at: new Date(epochMs),
      bytes: new Uint8Array([1, 2, 3]),
      optional: undefined as unknown,
    });
    const seen: unknown[] = [];
    const shared: unknown[] = [];

    @LongRunning(times)
    class Rollback {
      @State() data: Record<string, unknown> & ReturnType<typeof initial> = initial();
      @State() counter = 0;
      @State() isDone = false;

      @Step() work(ctx: StepContext) {
        seen.push(structuredClone(this.data), this.counter);
        shared.push(this.data.rows[0]);
        const { data } = this;
        data.rows[0]?.tags.push('b');
        data.rows.reverse();
        data.byName.set('y', { hits: 1 });
        const x = data.byName.get('x');
        if (x) x.hits = 99;
        data.seen.delete(1);
        data.at.setTime(0);
        data.bytes[0] = 255;
        delete (data as { optional?: unknown }).optional;
        data.added = true;
        this.counter += 1;
        if (ctx.attempt < 3) throw new Error('no');
        this.isDone = true;
      }

      @Terminate() check() {
        return this.isDone;
      }

      @OnComplete() result() {
        return {
          counter: this.counter,
          tags: this.data.rows.map(({ tags }) => tags),
          hits: this.data.byName.get('x')?.hits,
        };
      }
    }

    const { answer } = await runJob(Rollback);
    expect(seen).toStrictEqual([initial(), 0, initial(), 0, initial(), 0]);
    expect(new Set(shared).size).toBe(3);
    expect(answer?.result).toEqual({ counter: 1, tags: [[], ['a', 'b']], hits: 99 });
  });

  it('A failed attempt is rolled back when the step deleted or replaced a whole field', async () => {
    const seen: unknown[] = [];

    @LongRunning(times)
    class Deletes {
      @State() list: number[] | undefined = [1];
      @State() isDone = false;

      @Step() work(ctx: StepContext) {
        seen.push(this.list);
        delete (this as { list?: unknown }).list;
        this.isDone = true;
        if (ctx.attempt === 1) throw new Error('no');
        this.list = [];
      }

      @Terminate() check() {
        return this.isDone;
      }
    }

    await runJob(Deletes);
    expect(seen).toEqual([[1], [1]]);
  });

  it('A failed attempt keeps fields that are no state: connections and caches', async () => {
    const caches: unknown[] = [];

    @LongRunning(times)
    class Caches {
      cache: object | undefined;
      @State() isDone = false;

      @Step() work(ctx: StepContext) {
        caches.push(this.cache);
        this.cache ??= { connected: ctx.attempt };
        if (ctx.attempt === 1) throw new Error('no');
        this.isDone = true;
      }

      @Terminate() check() {
        return this.isDone;
      }
    }

    await runJob(Caches);
    expect(caches).toEqual([undefined, { connected: 1 }]);
  });

  it('A failed attempt is tried again after the policy’s delays, with jitter from RANDOM', async () => {
    const { calls, Failing, world } = failing(
      [new Error('1'), new Error('2'), new Error('3'), new Error('4')],
      {
        maxAttempts: 5,
        initialDelayMs: 1_000,
        backoffFactor: 3,
        maxDelayMs: 10_000,
      },
    );
    const answers = [0.5, 0.1, 0.999, 1 / 3];
    const { answer } = await runJob(Failing, {
      world,
      providers: [{ token: RANDOM, useValue: { next: () => answers.shift() ?? 0 } }],
    });
    expect(answer?.status).toBe('completed');
    const delays = calls.map(({ atMs }, index) => atMs - (calls[index - 1]?.atMs ?? 0)).slice(1);
    expect(delays).toEqual([500, 300, 8_991, 3_333]);
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
  });

  it('A failed attempt is tried again at once when the delay is 0', async () => {
    const { calls, Failing, world } = failing([new Error('1'), new Error('2')], { initialDelayMs: 0 });
    await runJob(Failing, { world });
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 0, 0]);
  });

  it('A failed attempt fails the execution after maxAttempts, with the last error as the cause', async () => {
    const errors = [new Error('first'), new Error('second'), new Error('third')];
    const { calls, failures, Failing, world } = failing(errors);
    const { error } = await runJob(Failing, { world });
    expect(calls).toHaveLength(3);
    expect(error).toBeInstanceOf(ExecutionFailedError);
    expect(error).toMatchObject({
      code: 'EXECUTION_FAILED',
      retryable: false,
      cause: errors[2],
      details: { executionId: 'execution-1', job: 'Failing', invocation: 1, step: 'work' },
    });
    expect((error as Error).cause).toBe(errors[2]);
    expect((error as Error).message).toBe(
      'Execution execution-1 of job Failing failed at work in invocation 1: third\n→ Look at the cause, fix it, and start the execution again.',
    );
    expect(failures).toEqual([errors[2]]);
    expect(world.logger.find('execution failed')).toMatchObject([
      { level: 'error', fields: { step: 'work', error: { message: 'third' } } },
    ]);
  });

  it('A failed attempt is the only one when maxAttempts is 1', async () => {
    const { calls, Failing } = failing([new Error('1')], { maxAttempts: 1 });
    expect((await runJob(Failing)).error).toBeInstanceOf(ExecutionFailedError);
    expect(calls).toHaveLength(1);
  });

  it('A failed attempt begins to count again at the next unit of work', async () => {
    const attempts: string[] = [];

    @LongRunning(times)
    class TwoSteps {
      @State() rounds = 0;
      @Step() one(ctx: StepContext) {
        attempts.push(`one ${ctx.attempt}`);
        if (ctx.attempt < 3) throw new Error('no');
      }
      @Step() two(ctx: StepContext) {
        attempts.push(`two ${ctx.attempt}`);
        if (ctx.attempt < 2) throw new Error('no');
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
    }

    await runJob(TwoSteps);
    const round = ['one 1', 'one 2', 'one 3', 'two 1', 'two 2'];
    expect(attempts).toEqual([...round, ...round]);
  });
});

describe('TerminalError', () => {
  it('TerminalError is never retried, and keeps its own cause', async () => {
    const cause = new Error('403');
    const terminal = new TerminalError('Account is closed', { cause });
    const { calls, failures, Failing } = failing([terminal]);
    const { error } = await runJob(Failing);
    expect(calls).toHaveLength(1);
    expect((error as Error).cause).toBe(terminal);
    expect(((error as Error).cause as Error).cause).toBe(cause);
    expect(failures).toEqual([terminal]);
  });
});

describe('RetryableError', () => {
  it('RetryableError sets the delay instead of the policy', async () => {
    const { calls, Failing, world } = failing([
      new RetryableError({ retryAfterMs: 7_777 }),
      new RetryableError({ retryAfterMs: 0 }),
    ]);
    await runJob(Failing, { world });
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 7_777, 7_777]);
  });

  it('RetryableError counts as an attempt', async () => {
    const { calls, Failing } = failing(
      Array.from({ length: 5 }, () => new RetryableError({ retryAfterMs: 1 })),
    );
    expect((await runJob(Failing)).error).toBeInstanceOf(ExecutionFailedError);
    expect(calls).toHaveLength(3);
  });
});

/** An object that answers nothing. */
const hostile = () =>
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('trap');
      },
      getPrototypeOf: () => {
        throw new Error('trap');
      },
      has: () => {
        throw new Error('trap');
      },
    },
  );

describe('whatever is thrown', () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  const things: [string, unknown][] = [
    ['null', null],
    ['undefined', undefined],
    ['a string', 'no connection'],
    ['a symbol', Symbol('no')],
    ['a BigInt', 10n],
    ['a function', () => {}],
    ['a frozen object', Object.freeze({ message: 'frozen', code: 'E' })],
    ['a frozen error', Object.freeze(new Error('frozen'))],
    ['an object without a prototype', Object.create(null)],
    ['an error that is its own cause', Object.assign(new Error('loop'), {})],
    ['a hostile Proxy', hostile()],
    ['a revoked Proxy', revoked()],
    ['a very long message', new Error('x'.repeat(100_000))],
  ];
  (things[9]?.[1] as Error).cause = things[9]?.[1];

  it.each(things)(
    'Whatever is thrown is retried and in the end fails the execution: %s',
    async (_title, thrown) => {
      const { calls, failures, Failing, world } = failing([thrown, thrown, thrown]);
      const { error } = await runJob(Failing, { world });
      expect(calls).toHaveLength(3);
      expect(error instanceof ExecutionFailedError).toBe(true);
      const { cause, message } = error as Error;
      expect(cause === thrown || (cause as Error).cause === thrown).toBe(true);
      expect(cause instanceof Error || typeof (cause as Error).message === 'string').toBe(true);
      expect(message.length).toBeLessThan(9_000);
      expect(failures).toHaveLength(1);
      expect(JSON.stringify(world.logger.lines).length).toBeLessThan(100_000);
    },
  );

  it.each(things)(
    'Whatever is thrown is retried when a promise is rejected with it: %s',
    async (_title, thrown) => {
      let calls = 0;

      @LongRunning(times)
      class Rejects {
        @Step() async work() {
          calls += 1;
          if (calls < 3) throw thrown;
        }
        @Terminate() isDone() {
          return calls === 3;
        }
      }

      expect((await runJob(Rejects)).answer?.status).toBe('completed');
    },
  );
});

describe('what is thrown while a step is being cut off', () => {
  it('What is thrown while a step is being cut off is an interruption, whatever it is, and told in the log', async () => {
    const world = virtualWorld();
    let calls = 0;

    @LongRunning(times)
    class CutOff {
      @Step() async work({ signal }: StepContext) {
        calls += 1;
        if (calls > 1) return;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw hostile();
      }
      @Terminate() isDone() {
        return calls === 2;
      }
    }

    const { answers } = await runJob(CutOff, { world, remainingMs: 3_000 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(world.logger.find('step failed')).toEqual([]);
    expect(world.logger.find('step interrupted')).toMatchObject([
      { fields: { step: 'work', error: { name: 'Thrown' } } },
    ]);
  });
});

describe('a failed execution', () => {
  it('A failed execution calls @OnFailure(error, ctx) once, with the state rolled back to the last safe point', async () => {
    const seen: unknown[] = [];

    @LongRunning(times)
    class Fails {
      @State() list = ['initial'];

      @Step() good() {
        this.list.push('good');
      }

      @Step() bad(ctx: StepContext) {
        this.list.push(`bad ${ctx.attempt}`);
        throw new Error('no');
      }

      @Terminate() isDone() {
        return false;
      }

      @OnFailure() async tell(error: Error, ctx: StepContext) {
        await null;
        seen.push({
          message: error.message,
          list: [...this.list],
          step: ctx.step,
          attempt: ctx.attempt,
          cycle: ctx.cycle,
          id: ctx.executionId,
        });
      }
    }

    await runJob(Fails);
    expect(seen).toEqual([
      { message: 'no', list: ['initial', 'good'], step: 'tell', attempt: 3, cycle: 1, id: 'execution-1' },
    ]);
  });

  it('A failed execution gives @OnFailure an Error also when something else was thrown', async () => {
    const { failures, Failing } = failing([null, null, 'text']);
    await runJob(Failing);
    expect(failures[0]).toBeInstanceOf(Error);
    expect(failures[0]).toMatchObject({ message: 'text', cause: 'text' });
  });

  it('A failed execution does not call @OnComplete, and answers nothing', async () => {
    const { Failing } = failing([new TerminalError('no')]);
    let completed = 0;

    @LongRunning(times)
    class Observed extends Failing {
      @OnComplete() end() {
        completed += 1;
      }
    }

    const { answers, sent, error } = await runJob(Observed);
    expect({ answers, sent, completed }).toEqual({ answers: [], sent: [], completed: 0 });
    expect(error).toBeInstanceOf(ExecutionFailedError);
  });
});

describe('a retry delay that does not fit the budget', () => {
  it('A retry delay that does not fit the budget is waited for in the queue, where there is one, and attempts go on counting', async () => {
    const { calls, Failing } = failing(
      [new RetryableError({ retryAfterMs: 1_000_500 }), new Error('2'), new Error('3')],
      {
        maxAttempts: 4,
      },
    );
    const world = virtualWorld({
      senders: [new RecordingSender(), new RecordingSender({ channel: 'queue', maxDelaySeconds: 900 })],
    });
    const { answers, sent } = await runJob(Failing, { world, remainingMs: 10_000 });
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([900, 101]);
    expect(answers.map(({ status }) => status)).toEqual(['waiting', 'waiting', 'completed']);
    expect(calls.map(({ attempt, invocation }) => ({ attempt, invocation }))).toEqual([
      { attempt: 1, invocation: 1 },
      { attempt: 2, invocation: 3 },
      { attempt: 3, invocation: 3 },
      { attempt: 4, invocation: 3 },
    ]);
  });

  it('A retry delay that does not fit the budget is waited for across invocations without one, and blows no fuse', async () => {
    const { calls, Failing, world } = failing([
      new RetryableError({ retryAfterMs: 100_000 }),
      new Error('2'),
    ]);
    const { answers } = await runJob(Failing, { world, remainingMs: 11_000 });
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill('handed-off'), 'completed']);
    expect(calls[1]?.atMs).toBeGreaterThanOrEqual(100_000);
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('A retry delay that does not fit the budget does not give the failed unit of work more attempts than its policy', async () => {
    const { calls, Failing, world } = failing(
      Array.from({ length: 9 }, () => new RetryableError({ retryAfterMs: 20_000 })),
    );
    const { error } = await runJob(Failing, { world, remainingMs: 11_000 });
    expect(calls.map(({ attempt, invocation }) => ({ attempt, invocation }))).toEqual([
      { attempt: 1, invocation: 1 },
      { attempt: 2, invocation: 3 },
      { attempt: 3, invocation: 5 },
    ]);
    expect(error).toMatchObject({ code: 'EXECUTION_FAILED', details: { invocation: 5 } });
  });
});

describe('the safe window, once the signal has aborted for it,', () => {
  const shapes: [string, (signal: AbortSignal) => unknown][] = [
    ['the reason itself', (signal) => signal.reason],
    [
      "axios's CanceledError",
      () => Object.assign(new Error('canceled'), { name: 'CanceledError', code: 'ERR_CANCELED' }),
    ],
    [
      "undici's RequestAbortedError",
      () => Object.assign(new Error('aborted'), { name: 'RequestAbortedError', code: 'UND_ERR_ABORTED' }),
    ],
    ["fetch's TypeError", () => new TypeError('fetch failed', { cause: new Error('socket closed') })],
    [
      'an error that wraps it',
      (signal) => new Error('page 3', { cause: new Error('read', { cause: signal.reason }) }),
    ],
    ['an AggregateError', (signal) => new AggregateError([signal.reason, new Error('other')], 'all failed')],
    [
      'an error of the driver',
      () => Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' }),
    ],
    ['a RetryableError', () => new RetryableError({ retryAfterMs: 5_000 })],
    ['a text', () => 'stopped'],
    ['nothing', () => undefined],
  ];

  it.each(shapes)(
    'The safe window, once the signal has aborted for it, makes an interruption of %s, also with one attempt only',
    async (_title, makeError) => {
      const world = virtualWorld();

      @LongRunning(times)
      class Stops {
        @State() isDone = false;
        @Step({ retry: { maxAttempts: 1 } }) async work({ signal, invocation }: StepContext) {
          if (invocation === 1) {
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            throw makeError(signal);
          }
          this.isDone = true;
        }
        @Terminate() check() {
          return this.isDone;
        }
      }

      const { answers } = await runJob(Stops, { world, remainingMs: 3_000 });
      expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
      expect(world.logger.find('step failed')).toEqual([]);
    },
  );
});

describe('a step that throws in the safe window', () => {
  it.each<[string, (ctx: StepContext) => boolean, string[]]>([
    ['has failed when it never heard of it', () => true, ['step failed']],
    ['was interrupted when shouldYield() told it', ({ shouldYield }) => shouldYield(), ['step interrupted']],
    [
      'was interrupted when remainingMs() told it',
      ({ remainingMs }) => remainingMs() <= 1_000,
      ['step interrupted'],
    ],
    ['was interrupted when it had its signal', ({ signal }) => signal.aborted, ['step interrupted']],
  ])('A step that throws in the safe window %s', async (_what, look, expected) => {
    const world = virtualWorld();

    @LongRunning(times)
    class Stops {
      @State() isDone = false;
      @Step({ retry: { initialDelayMs: 1 } }) async work(ctx: StepContext) {
        if (ctx.invocation === 1) {
          await world.timer.sleep(2_100);
          if (look(ctx)) throw new Error('connection lost');
        }
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    expect((await runJob(Stops, { world, remainingMs: 3_000 })).answer?.status).toBe('completed');
    const messages = world.logger.lines.map(({ message }) => message);
    expect(messages.filter((message) => message.startsWith('step '))).toEqual(expected);
  });
});

describe('a RetryableError that does not count as an attempt', () => {
  it('A RetryableError that does not count as an attempt is retried however often, and the attempts that count are counted as ever', async () => {
    const world = virtualWorld();
    const attempts: number[] = [];

    @LongRunning(times)
    class Throttled {
      @State() isDone = false;
      @Step({ retry: { maxAttempts: 2, initialDelayMs: 1 } }) work({ attempt }: StepContext) {
        attempts.push(attempt);
        if (attempts.length <= 10) throw new RetryableError({ retryAfterMs: 1_000, countsAsAttempt: false });
        if (attempts.length === 11) throw new Error('one that counts');
        if (attempts.length === 12) throw new RetryableError({ retryAfterMs: 0, countsAsAttempt: false });
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    expect((await runJob(Throttled, { world })).answer?.status).toBe('completed');
    expect(attempts).toEqual([...Array.from({ length: 11 }, () => 1), 2, 2]);
    expect(world.clock.now() - epochMs).toBeGreaterThan(10_000);
  });

  it('A RetryableError that does not count as an attempt ends with a fuse when it goes on for ever', async () => {
    const world = virtualWorld();

    @LongRunning({ ...times, limits: { maxDurationMs: 60_000 } })
    class AlwaysThrottled {
      @Step() work() {
        throw new RetryableError({ retryAfterMs: 100, countsAsAttempt: false });
      }
      @Terminate() check() {
        return false;
      }
    }

    expect((await runJob(AlwaysThrottled, { world, remainingMs: 20_000 })).error).toMatchObject({
      cause: { code: 'FUSE_BLOWN', details: { limit: 'maxDurationMs' } },
    });
  });
});
