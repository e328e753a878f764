import {
  createHandler,
  ExecutionFailedError,
  FuseBlownError,
  LongRunning,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnStart,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  TIMER,
  type Timer,
} from '../../../src';
import { epochMs, fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { settle as letRun } from '../../../src/testing/settle';
import { callHandler } from '../../helpers/call-handler';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';
import { readContinuation, readState } from './sent-continuation';

/** Edges at 50,000 and 58,000 ms of an invocation of 60,000; the interval alone would look at 9,000, 18,000, … 54,000. */
const times = { safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000 };

/** Never settles. */
const forever = () => new Promise<never>(() => {});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

describe('at the soft edge', () => {
  it('At the soft edge the running step’s signal aborts, exactly at safeMs, however long the interval is', async () => {
    const world = virtualWorld();
    const seen: unknown[] = [];

    @LongRunning(times)
    class Obedient {
      @State() isDone = false;
      @Step() async work({ signal, remainingMs, shouldYield }: StepContext) {
        if (seen.length === 0) {
          expect([signal.aborted, shouldYield()]).toEqual([false, false]);
          await aborted(signal);
          seen.push(
            world.clock.now() - epochMs,
            remainingMs(),
            signal.reason.name,
            signal.reason.code,
            shouldYield(),
          );
        }
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    await runJob(Obedient, { world });
    expect(seen).toEqual([50_000, 10_000, 'AbortError', 'safe-window', true]);
  });

  it('At the soft edge a signal that the step first asks for after the edge is aborted already', async () => {
    const world = virtualWorld();
    let code: unknown;

    @LongRunning(times)
    class LateAsker {
      @State() isDone = false;
      @Step() async work(ctx: StepContext) {
        await world.timer.sleep(51_000);
        code ??= ctx.signal.aborted && ctx.signal.reason.code;
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    await runJob(LateAsker, { world });
    expect(code).toBe('safe-window');
  });

  it.each([1, 3, 8])(
    'At the soft edge a timer that goes off %i ms early is no reason to look too soon and then not again',
    async (earlyMs) => {
      const world = virtualWorld();
      const { timer } = world;
      const early: Timer = {
        every: (ms, task) => timer.every(ms, task),
        once: (ms, task) => timer.once(Math.max(1, ms - earlyMs), task),
      };
      const abortedAtMs: number[] = [];

      @LongRunning(times)
      class Obedient {
        @State() rounds = 0;
        @Step() async work({ signal }: StepContext) {
          if (this.rounds === 0) await aborted(signal);
          this.rounds += 1;
          abortedAtMs.push(world.clock.now() - epochMs);
        }
        @Terminate() check() {
          return this.rounds > 0;
        }
      }

      await runJob(Obedient, { world, providers: [{ token: TIMER, useValue: early }] });
      expect(abortedAtMs).toEqual([50_000]);
    },
  );

  it('At the soft edge what has more than 24.8 days left is watched too', async () => {
    @LongRunning(times)
    class Short {
      @State() n = 0;
      @Step() work() {
        this.n += 1;
      }
      @Terminate() check() {
        return this.n === 3;
      }
    }

    const context = {
      ...fakeLambdaContext({ clock: { now: () => 0 } }),
      getRemainingTimeInMillis: () => 1e12,
    };
    const logger = virtualWorld().providers.slice(2, 3);
    await expect(createHandler(Short, { providers: logger })({}, context)).resolves.toMatchObject({
      status: 'completed',
    });
  });

  it('At the soft edge no step starts any more, and one that is running may still finish', async () => {
    const world = virtualWorld();
    const starts: number[] = [];

    @LongRunning(times)
    class Pages {
      @State() page = 0;
      @Step() async read() {
        starts.push(world.clock.now() - epochMs);
        await world.timer.sleep(7_000);
        this.page += 1;
      }
      @Step() async write() {
        starts.push(world.clock.now() - epochMs);
        await world.timer.sleep(7_000);
      }
      @Terminate() check() {
        return this.page === 5;
      }
    }

    const { sent } = await runJob(Pages, { world });
    expect(starts).toEqual([0, 7_000, 14_000, 21_000, 28_000, 35_000, 42_000, 49_000, 56_000, 63_000]);
    expect(readContinuation(sent[0])).toMatchObject({
      phase: 'check',
      cycle: 5,
      stepCount: 8,
      interruptionCount: 0,
    });
    expect(readState(sent[0])).toEqual({ page: 4 });
  });

  it('At the soft edge a generator is stopped at its next yield, whose state is handed over', async () => {
    const world = virtualWorld();
    const log: string[] = [];

    @LongRunning(times)
    class Rows {
      @State() row = 0;
      @Step() async *work() {
        log.push(`from ${this.row}`);
        try {
          while (this.row < 8) {
            await world.timer.sleep(9_000);
            this.row += 1;
            yield;
          }
        } finally {
          log.push(`closed at ${this.row}`);
        }
      }
      @Terminate() check() {
        return this.row === 8;
      }
    }

    const { sent } = await runJob(Rows, { world });
    expect(log).toEqual(['from 0', 'closed at 6', 'from 6', 'closed at 8']);
    expect(readState(sent[0])).toEqual({ row: 6 });
    expect(readContinuation(sent[0])).toMatchObject({
      phase: 'step',
      step: 'work',
      stepCount: 0,
      interruptionCount: 0,
    });
  });

  it.each<[string, (signal: AbortSignal) => unknown]>([
    ['its signal’s reason', (signal) => signal.reason],
    ['an AbortError', () => new DOMException('The operation was aborted', 'AbortError')],
    ['an error with the code ABORT_ERR', () => Object.assign(new Error('aborted'), { code: 'ABORT_ERR' })],
    ['an error whose cause is the reason', (signal) => new Error('page 7 failed', { cause: signal.reason })],
  ])(
    'At the soft edge a step that stops by throwing %s was interrupted: its changes are undone, and no attempt has failed',
    async (_title, make) => {
      const world = virtualWorld();

      @LongRunning(times)
      class Stopped {
        @State() rounds = 0;
        @State() draft = 'clean';
        @Step() async work({ signal, attempt, invocation }: StepContext) {
          expect(attempt).toBe(1);
          if (invocation === 2) {
            this.rounds += 1;
            return;
          }
          this.draft = 'half done';
          await aborted(signal);
          throw make(signal);
        }
        @Terminate() check() {
          return this.rounds === 1;
        }
        @OnComplete() end() {
          return this.draft;
        }
      }

      const { sent, answer } = await runJob(Stopped, { world });
      expect(readContinuation(sent[0])).toMatchObject({
        step: 'work',
        attempt: 1,
        failedAttemptCount: 0,
        interruptionCount: 1,
      });
      expect(readState(sent[0])).toEqual({ rounds: 0, draft: 'clean' });
      expect(answer).toMatchObject({ status: 'completed', invocation: 2, result: 'clean' });
      expect(world.logger.find('step failed')).toEqual([]);
      expect(world.logger.find('step interrupted')).toMatchObject([
        { fields: { event: 'step.interrupted', step: 'work', ending: 'safe-window' } },
      ]);
    },
  );

  it('At the soft edge a step that throws a TerminalError, or a mistake in its code, after the abort has failed', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Broken {
      @State() isDone = false;
      @Step({ retry: { initialDelayMs: 1 } }) async work({ signal, attempt, invocation }: StepContext) {
        if (attempt === 1) {
          await aborted(signal);
          throw new TypeError('rows is not iterable');
        }
        if (invocation === 2) {
          await aborted(signal);
          throw new TerminalError('the table is gone');
        }
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    const { sent, error } = await runJob(Broken, { world });
    expect(readContinuation(sent[0])).toMatchObject({
      attempt: 2,
      failedAttemptCount: 1,
      interruptionCount: 0,
    });
    expect(world.logger.find('step failed')).toMatchObject([
      { fields: { step: 'work', attempt: 1, error: { message: 'rows is not iterable' } } },
      { fields: { step: 'work', attempt: 2, error: { message: 'the table is gone' } } },
    ]);
    expect(error).toMatchObject({ cause: { code: 'TERMINAL' } });
  });

  it('At the soft edge an AbortError from before the edge is an ordinary failure', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Broken {
      @State() isDone = false;
      @Step({ retry: { initialDelayMs: 1 } }) work({ attempt }: StepContext) {
        if (attempt === 1) throw new DOMException('somebody else’s signal', 'AbortError');
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    const { answer } = await runJob(Broken, { world });
    expect(answer).toMatchObject({ status: 'completed', invocation: 1 });
    expect(world.logger.find('step failed')).toHaveLength(1);
  });
});

describe('at the hard edge', () => {
  it('At the hard edge a step that does not stop is abandoned, and the last safe point is handed over: state, position and one interruption', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Deaf {
      @State() done: string[] = [];
      @Step() first() {
        this.done.push('first');
      }
      @Step() async second({ invocation }: StepContext) {
        this.done.push('second');
        if (invocation === 1) await forever();
      }
      @Terminate() check() {
        return this.done.length === 2;
      }
      @OnComplete() end() {
        return this.done;
      }
    }

    const handler = createHandler(Deaf, { providers: world.providers });
    const answer = await callHandler(handler, world, {});
    expect(answer).toEqual({ status: 'handed-off', executionId: 'request-1@Deaf', invocation: 1 });
    expect(world.clock.now() - epochMs).toBe(58_000);
    const [request] = (world.senders[0] as RecordingSender).sent;
    expect(readState(request)).toEqual({ done: ['first'] });
    expect(readContinuation(request)).toMatchObject({
      invocation: 2,
      phase: 'step',
      step: 'second',
      attempt: 1,
      stepCount: 1,
      safePointCount: 1,
      failedAttemptCount: 0,
      interruptionCount: 1,
    });
    expect(world.logger.find('step interrupted')).toMatchObject([
      { level: 'warn', fields: { event: 'step.interrupted', step: 'second', ending: 'abandoned' } },
    ]);
    const next = handler(JSON.parse(request?.body ?? ''), fakeLambdaContext({ clock: world.clock }));
    expect(await world.timer.drive(next)).toMatchObject({ status: 'completed', result: ['first', 'second'] });
  });

  it('At the hard edge what a generator has yielded stays, and what it did after that is lost', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Rows {
      @State() rows: number[] = [];
      @Step() async *work({ invocation }: StepContext) {
        while (this.rows.length < 3) {
          this.rows.push(this.rows.length);
          if (this.rows.length === 3 && invocation === 1) await forever();
          yield;
        }
      }
      @Terminate() check() {
        return this.rows.length === 3;
      }
    }

    const { sent } = await runJob(Rows, { world });
    expect(readState(sent[0])).toEqual({ rows: [0, 1] });
    expect(readContinuation(sent[0])).toMatchObject({
      step: 'work',
      safePointCount: 2,
      interruptionCount: 1,
    });
  });

  it.each<[string, (late: { resolve: () => void; reject: (error: Error) => void }) => void, object]>([
    ['result', ({ resolve }) => resolve(), { step: 'work' }],
    [
      'rejection',
      ({ reject }) => reject(new Error('too late')),
      { step: 'work', error: { name: 'Error', message: 'too late' } },
    ],
  ])(
    'At the hard edge a late %s of the abandoned step changes nothing and is logged once',
    async (_title, settle, fields) => {
      const world = virtualWorld();
      let settleLate: { resolve: () => void; reject: (error: Error) => void } | undefined;
      const late = new Promise<void>((resolve, reject) => {
        settleLate = { resolve, reject };
      });
      const orphans: { n: number }[] = [];

      @LongRunning(times)
      class Deaf {
        @State() n = 0;
        @Step() async work({ invocation, progress }: StepContext) {
          if (invocation === 1) {
            orphans.push(this);
            await late.finally(() => {
              this.n = 99;
              progress(99);
            });
          }
          this.n += 1;
        }
        @Terminate() check() {
          return this.n === 1;
        }
        @OnComplete() end() {
          return this.n;
        }
      }

      const handler = createHandler(Deaf, { providers: world.providers });
      await callHandler(handler, world, {});
      const [request] = (world.senders[0] as RecordingSender).sent;
      const next = handler(JSON.parse(request?.body ?? ''), fakeLambdaContext({ clock: world.clock }));
      if (settleLate) settle(settleLate);
      expect(await world.timer.drive(next)).toMatchObject({ status: 'completed', result: 1 });
      await letRun();
      expect(orphans[0]?.n).toBeGreaterThanOrEqual(99);
      expect(world.logger.find('late result of an abandoned step discarded')).toMatchObject([
        { level: 'warn', fields },
      ]);
      expect(world.logger.find('progress')).toEqual([]);
    },
  );

  it('At the hard edge a hook that hangs is abandoned too, and cannot eat the reserve', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Hanging {
      @State() n = 0;
      @Step() async work() {
        this.n += 1;
        await world.timer.sleep(26_000);
      }
      @OnHandoff() async tell() {
        this.n = 99;
        await forever();
      }
      @Terminate() check() {
        return this.n === 3;
      }
    }

    const { sent, answer } = await runJob(Hanging, { world });
    expect(readState(sent[0])).toEqual({ n: 2 });
    expect(answer).toMatchObject({ status: 'completed', invocation: 2 });
    expect(world.logger.find('hook failed')).toMatchObject([
      { fields: { step: 'tell', error: { name: 'Abandoned' } } },
    ]);
  });
});

describe('synchronous code that holds the event loop', () => {
  it('Synchronous code that holds the event loop is noticed at the next safe point: its work counts, and nothing new starts', async () => {
    const world = virtualWorld();
    const starts: string[] = [];

    @LongRunning(times)
    class Busy {
      @State() n = 0;
      @Step() crunch() {
        starts.push('crunch');
        world.clock.block(59_000);
        this.n += 1;
      }
      @Step() after() {
        starts.push('after');
        this.n += 1;
      }
      @Terminate() check() {
        return this.n === 2;
      }
    }

    const { sent, answers } = await runJob(Busy, { world });
    expect(readContinuation(sent[0])).toMatchObject({ step: 'after', stepCount: 1, interruptionCount: 0 });
    expect(readState(sent[0])).toEqual({ n: 1 });
    expect(starts).toEqual(['crunch', 'after']);
    expect(answers).toHaveLength(2);
  });

  it('Synchronous code that holds the event loop is noticed at the next yield of a generator', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Busy {
      @State() n = 0;
      @Step() *crunch() {
        while (this.n < 4) {
          world.clock.block(29_900);
          this.n += 1;
          yield;
        }
      }
      @Terminate() check() {
        return this.n === 4;
      }
    }

    const { sent, answer } = await runJob(Busy, { world });
    expect(sent.map(readState)).toEqual([{ n: 2 }, { n: 4 }]);
    expect(answer).toMatchObject({ status: 'completed', invocation: 3 });
  });
});

describe('an invocation that starts with no more than safeMs left', () => {
  function countingJob() {
    const calls: string[] = [];

    @LongRunning(times)
    class Counting {
      @State() n = 0;
      @OnStart() start() {
        calls.push('start');
      }
      @Step() work() {
        calls.push('work');
        this.n += 1;
      }
      @Terminate() check() {
        calls.push('check');
        return this.n === 1;
      }
      @OnFailure() fail() {
        calls.push('fail');
      }
    }
    return { Counting, calls };
  }

  it.each([10_000, 5_000, 1])(
    'An invocation that starts with no more than safeMs left does nothing but hand over at once (%i ms)',
    async (remainingMs) => {
      const { Counting, calls } = countingJob();
      const world = virtualWorld();
      const { sent, answers } = await runJob(Counting, {
        world,
        remainingMs: ({ invocation }) => (invocation === 1 ? remainingMs : 60_000),
      });
      expect(answers).toMatchObject([{ status: 'handed-off' }, { status: 'completed', invocation: 2 }]);
      expect(readContinuation(sent[0])).toMatchObject({ phase: 'start', idleInvocationCount: 1 });
      expect(calls).toEqual(['start', 'check', 'work', 'check']);
    },
  );

  it('An invocation that starts with one millisecond more than safeMs left works', async () => {
    const { Counting, calls } = countingJob();
    await runJob(Counting, { remainingMs: 10_001 });
    expect(calls).toEqual(['start', 'check', 'work', 'check']);
  });

  it('An invocation that starts with no more than safeMs left is stopped by maxIdleInvocations when it is the fourth in a row', async () => {
    const { Counting, calls } = countingJob();
    const world = virtualWorld();
    const { error, sent } = await runJob(Counting, { world, remainingMs: 10_000 });
    expect(sent).toHaveLength(3);
    expect(error).toBeInstanceOf(ExecutionFailedError);
    expect((error as Error).cause).toBeInstanceOf(FuseBlownError);
    expect((error as Error).cause).toMatchObject({
      details: { limit: 'maxIdleInvocations', allowed: 3, actual: 4 },
    });
    expect(calls).toEqual(['fail']);
  });

  it('An invocation that starts with no more than safeMs left counts only hand-offs in a row: one that works in between begins the count again', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Slow {
      @State() n = 0;
      @Step() async work() {
        this.n += 1;
        await world.timer.sleep(3_000);
      }
      @Terminate() check() {
        return this.n === 6;
      }
    }

    const remainingMs = ({ invocation }: { invocation: number }) => (invocation % 4 === 0 ? 15_000 : 10_000);
    const { answer, sent } = await runJob(Slow, { world, remainingMs });
    expect(sent.map((request) => readContinuation(request).idleInvocationCount)).toEqual([
      1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
    ]);
    expect(answer).toMatchObject({ status: 'completed', invocation: 12 });
  });
});

describe('the watchdog', () => {
  it('The watchdog is one for each invocation, however many steps and cycles that runs', async () => {
    const world = virtualWorld();
    const every = jest.spyOn(world.timer, 'every');

    @LongRunning(times)
    class Rounds {
      @State() n = 0;
      @Step() async one() {
        await world.timer.sleep(5_000);
      }
      @Step() two() {
        this.n += 1;
      }
      @Terminate() check() {
        return this.n === 25;
      }
    }

    const { answers } = await runJob(Rounds, { world });
    expect(answers).toHaveLength(3);
    expect(every.mock.calls.map(([ms]) => ms)).toEqual([9_000, 9_000, 9_000]);
  });

  it('The watchdog leaves no alarm armed behind, however an invocation ends', async () => {
    const endings: Record<string, (ctx: StepContext, sleep: (ms: number) => Promise<void>) => unknown> = {
      completed: () => {},
      'handed over': (_ctx, sleep) => sleep(55_000),
      abandoned: () => forever(),
      interrupted: async ({ signal }) => {
        await aborted(signal);
        throw signal.reason;
      },
      failed: () => {
        throw new TypeError('broken');
      },
      'timed out': (_ctx, sleep) => sleep(100_000),
    };
    for (const [ending, behave] of Object.entries(endings)) {
      const world = virtualWorld();
      const ownAlarms = { count: 0 };

      @LongRunning({ ...times, limits: { maxInvocations: 1 } })
      class Ending {
        @State() n = 0;
        @Step({ timeoutMs: 59_000, retry: { maxAttempts: 1 } }) async work(ctx: StepContext) {
          this.n += 1;
          await behave(ctx, (ms) => {
            ownAlarms.count = ms > 58_000 ? 1 : 0;
            return world.timer.sleep(ms);
          });
        }
        @Terminate() check() {
          return this.n > 0;
        }
      }

      await runJob(Ending, { world });
      expect([ending, world.timer.armedCount - ownAlarms.count]).toEqual([ending, 0]);
    }
  });

  it('The watchdog leaves no alarm armed behind when no channel takes the continuation', async () => {
    const sender = new RecordingSender({
      before: () => {
        throw new Error('down');
      },
    });
    const world = virtualWorld({ senders: [sender] });

    @LongRunning(times)
    class Stuck {
      @State() n = 0;
      @Step() async work() {
        await world.timer.sleep(51_000);
      }
      @Terminate() check() {
        return this.n === 1;
      }
    }

    const { error } = await runJob(Stuck, { world });
    expect(error).toMatchObject({ code: 'HAND_OFF_FAILED' });
    expect(world.timer.armedCount).toBe(0);
  });

  it('The watchdog leaves no alarm armed behind when the first state cannot be stored', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Unfit {
      @State() socket: unknown = () => {};
      @Step() work() {}
      @Terminate() check() {
        return true;
      }
    }

    const { error } = await runJob(Unfit, { world });
    expect(error).toMatchObject({ code: 'EXECUTION_FAILED', cause: { code: 'UNSERIALIZABLE_STATE' } });
    expect(world.timer.armedCount).toBe(0);
  });
});

describe('steps that never wait', () => {
  /** With the machine's own clock and timers: this is about the event loop itself. */
  const untilTheTimerFires = { fired: false, cycles: 0 };
  const maxCycles = 3_000_000;

  beforeEach(() => {
    Object.assign(untilTheTimerFires, { fired: false, cycles: 0 });
    setTimeout(() => {
      untilTheTimerFires.fired = true;
    }, 30);
  });

  const context = () => fakeLambdaContext({ clock: Date, remainingMs: 120_000 });
  const quiet = () => virtualWorld().providers.slice(2, 3);

  it('Steps that never wait leave timers and sockets their turn of the event loop', async () => {
    @LongRunning({ safeMs: 1_000, intervalMs: 100 })
    class Empty {
      @Step() async work() {
        untilTheTimerFires.cycles += 1;
      }
      @Terminate() check() {
        return untilTheTimerFires.fired || untilTheTimerFires.cycles > maxCycles;
      }
    }

    await createHandler(Empty, { providers: quiet() })({}, context());
    expect(untilTheTimerFires.fired).toBe(true);
  });

  it('Steps that never wait let go on what a method began and did not wait for, also where no time passes', async () => {
    const seen = { isLoaded: false, steps: 0 };
    const load = async () => {
      await undefined;
      seen.isLoaded = true;
    };

    @LongRunning({ safeMs: 1_000, intervalMs: 100 })
    class Impatient {
      @Step() work() {
        seen.steps += 1;
        if (seen.steps === 1) void load();
      }
      @Terminate() check() {
        return seen.isLoaded || seen.steps > 10_000;
      }
    }

    await runJob(Impatient);
    expect(seen.isLoaded).toBe(true);
    expect(seen.steps).toBeLessThan(100);
  });

  it('Steps that never wait leave timers their turn also inside a generator that yields', async () => {
    @LongRunning({ safeMs: 1_000, intervalMs: 100 })
    class Empty {
      @Step() *work() {
        while (!untilTheTimerFires.fired && untilTheTimerFires.cycles < maxCycles) {
          untilTheTimerFires.cycles += 1;
          yield;
        }
      }
      @Terminate() check() {
        return untilTheTimerFires.cycles > 0;
      }
    }

    await createHandler(Empty, { providers: quiet() })({}, context());
    expect(untilTheTimerFires.fired).toBe(true);
  });
});
