import { createHandler, LongRunning, State, Step, type StepContext, Terminate } from '../../../src';
import { fakeLambdaContext } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

/** Runs a job of one step, which is given the context; answers what the step returned. */
async function look<Seen>(
  see: (ctx: StepContext) => Seen | Promise<Seen>,
  event: unknown = {},
  world = virtualWorld(),
): Promise<Seen> {
  let seen: Seen | undefined;

  @LongRunning(times)
  class Look {
    @State() isOver = false;
    @Step() async work(ctx: StepContext) {
      seen = await see(ctx);
      this.isOver = true;
    }
    @Terminate() isDone() {
      return this.isOver;
    }
  }

  const { error } = await runJob(Look, { world, event });
  if (error) throw error;
  return seen as Seen;
}

describe('ctx.signal', () => {
  it('ctx.signal may be given to any number of requests at once without a warning of a leak', async () => {
    const limit = await look(({ signal }) => {
      // Jest does not see the warning, and getMaxListeners of Node 20 takes no AbortSignal.
      const name = Object.getOwnPropertySymbols(signal).find(
        ({ description }) => description === 'events.maxEventTargetListeners',
      );
      return name && (signal as unknown as Record<symbol, number>)[name];
    });
    expect(limit).toBe(0);
  });
});

describe('ctx.input', () => {
  it('ctx.input is the start event, frozen in depth', async () => {
    const event = { table: 'orders', nested: { list: [{ id: 1 }, [2]] } };
    const input = await look((ctx) => ctx.input as typeof event, event);
    expect(input).toEqual(event);
    expect(
      [input, input.nested, input.nested.list, input.nested.list[0], input.nested.list[1]].every(
        Object.isFrozen,
      ),
    ).toBe(true);
    expect(() => input.nested.list.push([3])).toThrow(TypeError);
  });

  it('ctx.input is a copy: the caller’s event is neither frozen nor changed', async () => {
    const world = virtualWorld();
    const event = { nested: { list: [1, 2] } };

    @LongRunning(times)
    class Touch {
      @Step() work() {}
      @Terminate() isDone({ input, cycle }: StepContext) {
        return cycle === 2 && input !== event;
      }
    }

    const handler = createHandler(Touch, { providers: world.providers });
    await world.timer.drive(handler(event, fakeLambdaContext({ clock: world.clock })));
    expect(
      Object.isFrozen(event) || Object.isFrozen(event.nested) || Object.isFrozen(event.nested.list),
    ).toBe(false);
    expect(event).toEqual({ nested: { list: [1, 2] } });
  });

  it.each([
    ['null', null],
    ['a text', 'text'],
    ['a number', 5],
    ['a list', [1, [2]]],
    ['a __proto__ key', JSON.parse('{"__proto__":{"admin":true}}')],
  ])('ctx.input may be %s, and is the same after a hand-off, frozen too', async (_title, event) => {
    const world = virtualWorld();
    const seen: unknown[] = [];

    @LongRunning(times)
    class Twice {
      @State() rounds = 0;
      @Step() async work({ input }: StepContext) {
        seen.push(input);
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
    }

    // `runExecution` gives an execution without an event an empty one.
    await runJob(Twice, {
      world,
      remainingMs: 1_500,
      event: { lambdaBaton: { v: 1, start: { executionId: 'e', input: event } } },
    });
    expect(seen).toHaveLength(2);
    expect(seen.map((input) => JSON.stringify(input))).toEqual([
      JSON.stringify(event),
      JSON.stringify(event),
    ]);
    expect(seen.flat().every(Object.isFrozen)).toBe(true);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('ctx.executionId, invocation, cycle and attempt', () => {
  it('ctx.executionId, invocation, cycle and attempt count from 1, each for its own', async () => {
    const world = virtualWorld();
    const seen: unknown[] = [];

    @LongRunning(times)
    class Counts {
      @State() rounds = 0;
      @Step() async work({ executionId, invocation, cycle, attempt, step }: StepContext) {
        seen.push([executionId, step, invocation, cycle, attempt]);
        await world.timer.sleep(300);
        if (attempt === 1) throw new Error('every first attempt fails');
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
    }

    await runJob(Counts, { world, remainingMs: 2_000 });
    expect(seen).toEqual([
      ['execution-1', 'work', 1, 1, 1],
      ['execution-1', 'work', 1, 1, 2],
      ['execution-1', 'work', 2, 2, 1],
      ['execution-1', 'work', 2, 2, 2],
    ]);
  });
});

describe('ctx.remainingMs and ctx.shouldYield', () => {
  it('ctx.remainingMs and ctx.shouldYield look at the clock when they are called', async () => {
    const world = virtualWorld();
    const seen = await look(
      (ctx) => {
        const looks = [[ctx.remainingMs(), ctx.shouldYield()]];
        for (const ms of [58_000, 999, 1, 500]) {
          world.clock.block(ms);
          looks.push([ctx.remainingMs(), ctx.shouldYield()]);
        }
        return looks;
      },
      {},
      world,
    ).catch((error) => error);
    expect(seen).toEqual([
      [60_000, false],
      [2_000, false],
      [1_001, false],
      [1_000, true],
      [500, true],
    ]);
  });
});

describe('the functions of ctx', () => {
  it('The functions of ctx work when they are taken out of it', async () => {
    const world = virtualWorld();
    const seen = await look(
      ({
        remainingMs,
        shouldYield,
        progress,
        logger: { info },
        logger,
        executionId,
        idempotencyKey,
        signal,
      }) => {
        progress(1, 2, 'half');
        logger.info('told', { rows: 1 });
        expect(typeof info).toBe('function');
        return [remainingMs(), shouldYield(), executionId, idempotencyKey, signal.aborted];
      },
      {},
      world,
    );
    expect(seen).toEqual([60_000, false, 'execution-1', 'execution-1#0', false]);
    expect(world.logger.find('progress')[0]?.fields).toMatchObject({
      step: 'work',
      done: 1,
      total: 2,
      note: 'half',
    });
    expect(world.logger.find('told')).toEqual([
      {
        level: 'info',
        message: 'told',
        fields: { executionId: 'execution-1', invocation: 1, job: 'Look', step: 'work', rows: 1 },
      },
    ]);
  });
});

describe('ctx.signal', () => {
  it('ctx.signal is made only when it is asked for, and then once', async () => {
    const made: unknown[] = [];
    const Original = globalThis.AbortController;
    globalThis.AbortController = class extends Original {
      constructor() {
        super();
        made.push(this);
      }
    };
    try {
      await look(() => undefined);
      const before = made.length;
      const same = await look((ctx) => new Set([ctx.signal, ctx.signal]).size === 1);
      expect({ before, after: made.length, same }).toEqual({ before: 0, after: 1, same: true });
    } finally {
      globalThis.AbortController = Original;
    }
  });

  it('ctx.signal aborts at the safe window, with code safe-window', async () => {
    const world = virtualWorld();
    const seen = await look(
      ({ signal, remainingMs, shouldYield }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () =>
            resolve([signal.reason.code, signal.reason.name, remainingMs(), shouldYield()]),
          );
        }),
      {},
      world,
    );
    expect(seen).toEqual(['safe-window', 'AbortError', 1_000, true]);
  });

  it('ctx.signal is aborted already when it is first asked for in the safe window', async () => {
    const world = virtualWorld();
    const seen = await look(
      async (ctx) => {
        await world.timer.sleep(59_100);
        return [ctx.signal.aborted, ctx.signal.reason.code];
      },
      {},
      world,
    );
    expect(seen).toEqual([true, 'safe-window']);
  });

  it('ctx.signal belongs to one attempt', async () => {
    const signals: AbortSignal[] = [];

    @LongRunning(times)
    class Signals {
      @Step({ timeoutMs: 100, retry: { initialDelayMs: 0 } }) async work({ signal, attempt }: StepContext) {
        signals.push(signal);
        if (attempt === 1) await new Promise(() => {});
      }
      @Terminate() isDone() {
        return signals.length === 2;
      }
    }

    await runJob(Signals);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});
