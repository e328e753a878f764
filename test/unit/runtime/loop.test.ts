import {
  complete,
  ExecutionFailedError,
  goTo,
  LongRunning,
  OnComplete,
  State,
  Step,
  Terminate,
  wait,
  waitUntil,
} from '../../../src';
import { epochMs, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

describe('cycles', () => {
  it('Cycles run the steps in the order they are written, and begin again after the last one', async () => {
    const calls: string[] = [];

    @LongRunning(times)
    class ThreeRounds {
      @State() rounds = 0;

      @Step() read() {
        calls.push(`read ${this.rounds}`);
      }

      @Step() async write() {
        await null;
        calls.push(`write ${this.rounds}`);
        this.rounds += 1;
      }

      @Terminate() isDone() {
        return this.rounds === 3;
      }
    }

    const { answer } = await runJob(ThreeRounds);
    expect(calls).toEqual(['read 0', 'write 0', 'read 1', 'write 1', 'read 2', 'write 2']);
    expect(answer).toEqual({ status: 'completed', executionId: 'execution-1', invocation: 1 });
  });

  it('Cycles run a base class’s steps first', async () => {
    const calls: string[] = [];

    class Base {
      @State() rounds = 0;
      @Step() first() {
        calls.push('first');
      }
      @Terminate() isDone() {
        return this.rounds === 1;
      }
    }

    @LongRunning(times)
    class Derived extends Base {
      @Step() second() {
        calls.push('second');
        this.rounds += 1;
      }
    }

    await runJob(Derived);
    expect(calls).toEqual(['first', 'second']);
  });

  it('Cycles run a step that is once in the first cycle only, also when the next cycle is another invocation', async () => {
    const world = virtualWorld();
    const calls: string[] = [];

    @LongRunning(times)
    class PrepareOnce {
      @State() rounds = 0;

      @Step({ once: true }) prepare() {
        calls.push('prepare');
      }

      @Step() async work() {
        calls.push('work');
        await world.timer.sleep(300);
        this.rounds += 1;
      }

      @Step({ once: true }) check() {
        calls.push('check');
      }

      @Terminate() isDone() {
        return this.rounds === 3;
      }
    }

    const { answers } = await runJob(PrepareOnce, { world, remainingMs: 1_200 });
    expect(calls).toEqual(['prepare', 'work', 'check', 'work', 'work']);
    expect(answers.length).toBeGreaterThan(2);
  });

  it('Cycles never run two steps of one execution at once', async () => {
    const world = virtualWorld();
    let running = 0;
    let most = 0;
    const occupy = async () => {
      running += 1;
      most = Math.max(most, running);
      await world.timer.sleep(70);
      running -= 1;
    };

    @LongRunning(times)
    class OneAtATime {
      @State() rounds = 0;
      @Step() one() {
        return occupy();
      }
      @Step() two() {
        return occupy();
      }
      @Step() async *three() {
        await occupy();
        yield;
        await occupy();
        this.rounds += 1;
      }
      @Terminate() async isDone() {
        await occupy();
        return this.rounds === 5;
      }
    }

    const { answer } = await runJob(OneAtATime, { world, remainingMs: 1_500 });
    expect(answer?.status).toBe('completed');
    expect(most).toBe(1);
  });

  it('Cycles wait for a step that returns a thenable', async () => {
    const world = virtualWorld();
    const calls: string[] = [];

    @LongRunning(times)
    class Thenables {
      @State() isDone = false;

      @Step() query(): PromiseLike<void> {
        return {
          // biome-ignore lint/suspicious/noThenProperty: the point of the test
          then: (resolve: never) =>
            world.timer
              .sleep(50)
              .then(() => calls.push('queried'))
              .then(resolve) as never,
        };
      }

      @Step() end() {
        calls.push('next step');
        this.isDone = true;
      }

      @Terminate() check() {
        return this.isDone;
      }
    }

    await runJob(Thenables, { world });
    expect(calls).toEqual(['queried', 'next step']);
  });

  it('Cycles ignore whatever a step returns that is no directive', async () => {
    const values = [
      1,
      'complete',
      true,
      null,
      { kind: 'complete', result: 1 },
      { kind: 'go-to', step: 'nowhere' },
      [],
      new Map(),
      () => 1,
    ];

    @LongRunning(times)
    class ReturnsAnything {
      @State() index = 0;

      // @ts-expect-error no directive
      @Step() sync() {
        return values[this.index];
      }

      // @ts-expect-error no directive
      @Step() async async() {
        this.index += 1;
        return values[this.index - 1];
      }

      @Terminate() isDone() {
        return this.index === values.length;
      }
    }

    expect((await runJob(ReturnsAnything)).answer).toEqual({
      status: 'completed',
      executionId: 'execution-1',
      invocation: 1,
    });
  });
});

describe('goTo', () => {
  it('goTo goes on with the named step in the same cycle', async () => {
    const calls: string[] = [];

    @LongRunning(times)
    class Jump {
      @State() tries = 0;
      @Step() first(ctx: { cycle: number }) {
        calls.push(`first ${ctx.cycle}`);
        this.tries += 1;
      }
      @Step() second() {
        calls.push('second');
        return goTo(this.tries < 2 ? 'first' : 'fourth');
      }
      @Step() third() {
        calls.push('third');
      }
      @Step() fourth() {
        calls.push('fourth');
      }
      @Terminate() isDone() {
        return this.tries >= 2;
      }
    }

    await runJob(Jump);
    expect(calls).toEqual(['first 1', 'second', 'first 1', 'second', 'fourth']);
  });

  it('goTo survives a hand-off right behind it', async () => {
    const world = virtualWorld();
    const calls: string[] = [];

    @LongRunning(times)
    class JumpAcross {
      @State() isDone = false;
      @Step() async first() {
        calls.push('first');
        await world.timer.sleep(500);
        return goTo('last');
      }
      @Step() skipped() {
        calls.push('skipped');
      }
      @Step() last(ctx: { invocation: number }) {
        calls.push(`last in invocation ${ctx.invocation}`);
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    await runJob(JumpAcross, { world, remainingMs: 1_400 });
    expect(calls).toEqual(['first', 'last in invocation 2']);
  });

  it('goTo to a step that does not exist fails the execution without a retry, naming the steps there are', async () => {
    let calls = 0;

    @LongRunning(times)
    class JumpNowhere {
      // @ts-expect-error no such step
      @Step() only() {
        calls += 1;
        return goTo('onyl');
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { error } = await runJob(JumpNowhere);
    expect(calls).toBe(1);
    expect(error).toBeInstanceOf(ExecutionFailedError);
    expect((error as Error).message).toBe(
      'Execution execution-1 of job JumpNowhere failed at only in invocation 1: Step only of job JumpNowhere returned goTo("onyl"), which is not a step.\n→ Go to one of: only.',
    );
  });
});

describe('wait', () => {
  it('A wait stays in the process when it fits the budget', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Pause {
      @State() woke = 0;
      @Step() first() {
        return wait({ seconds: 30 });
      }
      @Step() second() {
        this.woke = world.clock.now();
      }
      @Terminate() isDone() {
        return this.woke > 0;
      }
      @OnComplete() result() {
        return this.woke - epochMs;
      }
    }

    const { answer } = await runJob(Pause, { world });
    expect(answer).toMatchObject({ status: 'completed', invocation: 1, result: 30_000 });
  });

  it('A wait goes through the queue when it does not fit, chained as often as the queue’s longest delay asks', async () => {
    const world = virtualWorld({
      senders: [new RecordingSender(), new RecordingSender({ channel: 'queue', maxDelaySeconds: 900 })],
    });

    @LongRunning(times)
    class LongPause {
      @State() woke = 0;
      @Step() first() {
        return wait({ seconds: 2_000 });
      }
      @Step() second() {
        this.woke = world.clock.now();
      }
      @Terminate() isDone() {
        return this.woke > 0;
      }
      @OnComplete() result() {
        return this.woke - epochMs;
      }
    }

    const { answers, sent, answer } = await runJob(LongPause, { world });
    expect(answers.map(({ status }) => status)).toEqual(['waiting', 'waiting', 'waiting', 'completed']);
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([900, 900, 200]);
    expect(answer?.result).toBe(2_000_000);
  });

  it('A wait costs no time in between: invocations that wait end at once', async () => {
    const world = virtualWorld({
      senders: [new RecordingSender({ channel: 'queue', maxDelaySeconds: 900 })],
    });
    const deliveredAtMs: number[] = [];

    @LongRunning(times)
    class LongPause {
      @State() isOver = false;
      @Step() first() {
        return wait({ seconds: 5_000 });
      }
      @Step() second() {
        this.isOver = true;
      }
      @Terminate() isDone() {
        return this.isOver;
      }
    }

    await runJob(LongPause, { world, onDelivery: () => deliveredAtMs.push(world.clock.now() - epochMs) });
    expect(deliveredAtMs).toEqual([0, 900_000, 1_800_000, 2_700_000, 3_600_000, 4_500_000, 5_000_000]);
  });

  it('A wait goes across a hand-off without a queue when it does not fit what is left, but would fit an invocation', async () => {
    const world = virtualWorld();
    @LongRunning({ safeMs: 1_000, intervalMs: 100 })
    class Late {
      @State() times: number[] = [];
      @Step() async work() {
        await world.timer.sleep(58_000);
        return wait({ seconds: 30 });
      }
      @Step() after() {
        this.times.push(world.clock.now());
      }
      @Terminate() isDone() {
        return this.times.length === 1;
      }
    }
    const startMs = world.clock.now();
    const { answer, deliveryCount, sent } = await runJob(Late, { world });
    expect(answer).toMatchObject({ status: 'completed' });
    expect([deliveryCount, sent[0]?.delaySeconds]).toEqual([2, undefined]);
    expect(world.clock.now() - startMs).toBe(88_000);
  });

  it('A wait fails the execution without a queue when it does not fit, naming BATON_QUEUE_URL', async () => {
    @LongRunning(times)
    class NoQueue {
      @Step() first() {
        return wait({ seconds: 120 });
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { error } = await runJob(NoQueue);
    expect(error).toBeInstanceOf(ExecutionFailedError);
    expect((error as Error).cause).toMatchObject({ code: 'HAND_OFF_FAILED' });
    expect((error as Error).message).toBe(
      'Execution execution-1 of job NoQueue failed after first in invocation 1: Job NoQueue has to wait 120000 ms, an invocation has 59000 ms, and there is no queue to wait in.\n→ Set BATON_QUEUE_URL to a standard SQS queue that triggers this function (a FIFO queue cannot delay single messages), or BATON_SCHEDULER_ROLE_ARN.',
    );
  });

  it('A wait of zero seconds goes on at once', async () => {
    const world = virtualWorld();
    let rounds = 0;

    @LongRunning(times)
    class NoPause {
      @Step() first() {
        rounds += 1;
        return wait({ seconds: 0 });
      }
      @Terminate() isDone() {
        return rounds === 3;
      }
    }

    expect((await runJob(NoPause, { world })).answer?.status).toBe('completed');
    expect(world.clock.now()).toBe(epochMs);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e306, undefined, '5'])(
    'A wait of %p seconds fails the execution',
    async (seconds) => {
      let calls = 0;

      @LongRunning(times)
      class BadPause {
        @Step() first() {
          calls += 1;
          return wait({ seconds: seconds as number });
        }
        @Terminate() isDone() {
          return false;
        }
      }

      const { error } = await runJob(BadPause);
      expect((error as Error).cause).toMatchObject({
        code: 'INVALID_DIRECTIVE',
        details: { method: 'first' },
      });
      expect(calls).toBe(1);
    },
  );
});

describe('waitUntil', () => {
  const job = (world: ReturnType<typeof virtualWorld>, date: Date) => {
    @LongRunning(times)
    class Until {
      @State() woke = 0;
      @Step() first() {
        return waitUntil(date);
      }
      @Step() second() {
        this.woke = world.clock.now();
      }
      @Terminate() isDone() {
        return this.woke > 0;
      }
      @OnComplete() result() {
        return this.woke - epochMs;
      }
    }
    return Until;
  };

  it('waitUntil goes on at that time', async () => {
    const world = virtualWorld();
    const { answer } = await runJob(job(world, new Date(epochMs + 12_345)), { world });
    expect(answer?.result).toBe(12_345);
  });

  it('waitUntil takes a date in the past as now', async () => {
    const world = virtualWorld();
    const { answer } = await runJob(job(world, new Date(5)), { world });
    expect(answer?.result).toBe(0);
  });

  it('waitUntil goes through the queue when it does not fit, and never wakes early', async () => {
    const world = virtualWorld({
      senders: [new RecordingSender({ channel: 'queue', maxDelaySeconds: 900 })],
    });
    const { answer, sent } = await runJob(job(world, new Date(epochMs + 100_001)), { world });
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([101]);
    expect(answer?.result).toBe(101_000);
  });

  it('waitUntil of an invalid date fails the execution', async () => {
    const world = virtualWorld();
    const { error } = await runJob(job(world, new Date(Number.NaN)), { world });
    expect((error as Error).cause).toMatchObject({ code: 'INVALID_DIRECTIVE' });
  });
});

describe('complete', () => {
  it('complete() ends the execution at once, with its result', async () => {
    const calls: string[] = [];

    @LongRunning(times)
    class EndsEarly {
      @Step() first() {
        calls.push('first');
        return complete({ rows: [1, 2] });
      }
      @Step() second() {
        calls.push('second');
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { answer } = await runJob(EndsEarly);
    expect(calls).toEqual(['first']);
    expect(answer).toEqual({
      status: 'completed',
      executionId: 'execution-1',
      invocation: 1,
      result: { rows: [1, 2] },
    });
  });

  it.each([
    ['the value of @OnComplete wins', 'from the hook', 'from the hook'],
    ['null of @OnComplete wins', null, null],
    ['false of @OnComplete wins', false, false],
    ['undefined of @OnComplete keeps the value of complete', undefined, 'from the step'],
  ])('complete() %s', async (_title, fromHook, expected) => {
    @LongRunning(times)
    class Both {
      @Step() first() {
        return complete('from the step');
      }
      @Terminate() isDone() {
        return false;
      }
      @OnComplete() async result() {
        return fromHook;
      }
    }

    expect((await runJob(Both)).answer?.result).toEqual(expected);
  });

  it('complete() keeps its value across a hand-off before @OnComplete', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class LateEnd {
      @Step() async first() {
        await world.timer.sleep(500);
        return complete({ total: 7 });
      }
      @Terminate() isDone() {
        return false;
      }
      @OnComplete() result() {}
    }

    const { answers, answer } = await runJob(LateEnd, { world, remainingMs: 1_300 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(answer?.result).toEqual({ total: 7 });
  });

  it('complete() answers a copy of its value, as JSON sees it', async () => {
    const rows = [{ at: epochMs, nothing: undefined }];

    @LongRunning(times)
    class Copies {
      @Step() first() {
        return complete(rows);
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { answer } = await runJob(Copies);
    expect(answer?.result).toEqual([{ at: epochMs }]);
    expect(answer?.result).not.toBe(rows);
  });

  it.each([
    ['a BigInt', () => 1n, 'result'],
    ['a cycle', makeCycle, 'result[0]'],
    ['a Map', () => ({ totals: new Map() }), 'result.totals'],
    ['a Date', () => ({ rows: [{ at: new Date(0) }] }), 'result.rows[0].at'],
    ['NaN', () => ({ mean: Number.NaN }), 'result.mean'],
    ['an Error', () => [new Error('boom')], 'result[0]'],
  ])(
    'complete() refuses a result that JSON would change, naming the path: %s',
    async (_title, make, path) => {
      let calls = 0;

      @LongRunning(times)
      class BadResult {
        @Step() first() {
          calls += 1;
          return complete(make());
        }
        @Terminate() isDone() {
          return false;
        }
      }

      const { error } = await runJob(BadResult);
      expect((error as Error).cause).toMatchObject({ code: 'UNSERIALIZABLE_STATE', details: { path } });
      expect(calls).toBe(1);
    },
  );
});

describe('minBudgetMs', () => {
  it('minBudgetMs hands over before a step that is not to be started with less', async () => {
    const world = virtualWorld();
    const startedWithMs: number[] = [];

    @LongRunning(times)
    class NeedsRoom {
      @State() rounds = 0;
      @Step({ minBudgetMs: 400 }) async big(ctx: { remainingMs(): number }) {
        startedWithMs.push(ctx.remainingMs() - times.safeMs);
        await world.timer.sleep(300);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 4;
      }
    }

    const { answer, answers } = await runJob(NeedsRoom, { world, remainingMs: 1_900 });
    expect(answer?.status).toBe('completed');
    expect(startedWithMs).toEqual([900, 600, 900, 600]);
    expect(answers).toHaveLength(2);
  });
});

describe('the end of an invocation', () => {
  it('The end of an invocation leaves no timer armed, whether it completed, handed over or failed', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Leaves {
      @State() rounds = 0;
      @Step() async work() {
        await world.timer.sleep(300);
        this.rounds += 1;
        if (this.rounds === 4) throw new Error('no');
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const armed: number[] = [];
    const { error } = await runJob(Leaves, {
      world,
      remainingMs: 1_500,
      onDelivery: () => armed.push(world.timer.armedCount),
    });
    expect(error).toBeInstanceOf(ExecutionFailedError);
    expect([...armed, world.timer.armedCount]).toEqual(armed.map(() => 0).concat(0));
    expect(armed.length).toBeGreaterThan(1);
  });
});

function makeCycle(): unknown {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  return cyclic;
}
