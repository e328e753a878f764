import {
  CHECKPOINT_STORE,
  type CheckpointStore,
  complete,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  OnHandoff,
  State,
  Step,
  type StepContext,
  StepTimeoutError,
  Terminate,
} from '../../../src';
import { epochMs } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

/** A job whose first attempt takes too long, and does something when it is too late. */
function orphaning(late: (job: { list: string[]; isDone: boolean }, ctx: StepContext) => unknown) {
  const world = virtualWorld();
  const instances = new Set<object>();

  @LongRunning(times)
  class Orphaning {
    @State() list: string[] = ['initial'];
    @State() isDone = false;
    connection: object | undefined;

    @Step({ timeoutMs: 500 }) async work(ctx: StepContext) {
      instances.add(this);
      this.connection ??= { openedBy: ctx.attempt };
      if (ctx.attempt === 1) {
        this.list.push('first attempt, in time');
        await world.timer.sleep(2_000);
        return late(this, ctx);
      }
      this.list.push(
        `attempt ${ctx.attempt}, connection of attempt ${(this.connection as { openedBy: number }).openedBy}`,
      );
      await world.timer.sleep(400);
      return undefined;
    }

    @Step() async rest() {
      await world.timer.sleep(3_000);
      this.isDone = true;
    }

    @Terminate() check() {
      return this.isDone;
    }

    @OnComplete() result() {
      return this.list;
    }
  }

  return { Orphaning, world, instances };
}

const untouched = ['initial', 'attempt 2, connection of attempt 1'];

describe('timeoutMs', () => {
  it('timeoutMs fails the attempt with a StepTimeoutError and aborts its signal with code timeout', async () => {
    const world = virtualWorld();
    const seen: unknown[] = [];

    @LongRunning(times)
    class Slow {
      @State() isDone = false;
      @Step({ timeoutMs: 500 }) async work({ signal, attempt, shouldYield }: StepContext) {
        if (attempt === 2) {
          this.isDone = true;
          return;
        }
        signal.addEventListener('abort', () =>
          seen.push([signal.reason.code, signal.reason.name, world.clock.now() - epochMs, shouldYield()]),
        );
        await new Promise(() => {});
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    const { answer } = await runJob(Slow, { world });
    expect(answer?.status).toBe('completed');
    expect(seen).toEqual([['timeout', 'AbortError', 500, true]]);
    expect(world.logger.find('step failed')).toMatchObject([
      {
        fields: {
          step: 'work',
          attempt: 1,
          willRetry: true,
          error: { name: 'StepTimeoutError', code: 'STEP_TIMEOUT' },
        },
      },
    ]);
  });

  it('timeoutMs fails the execution after the last attempt, saying which step and how long', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class NeverEnds {
      @Step({ timeoutMs: 250, retry: { maxAttempts: 2, initialDelayMs: 0 } }) work() {
        return new Promise(() => {});
      }
      @Terminate() check() {
        return false;
      }
    }

    const { error } = await runJob(NeverEnds, { world });
    const { cause } = error as { cause: Error };
    expect(cause).toBeInstanceOf(StepTimeoutError);
    expect(cause).toMatchObject({
      code: 'STEP_TIMEOUT',
      retryable: true,
      details: { step: 'work', timeoutMs: 250, attempt: 2 },
    });
    expect(cause.message).toBe(
      'Attempt 2 of step work of job NeverEnds ran longer than its timeoutMs (250).\n→ Let work stop when ctx.signal aborts, or raise its timeoutMs.',
    );
    expect(world.clock.now() - epochMs).toBe(500);
  });

  it('timeoutMs leaves a step alone that ends in time, and is not the sum of its attempts', async () => {
    const world = virtualWorld();
    let attempts = 0;

    @LongRunning(times)
    class JustInTime {
      @Step({ timeoutMs: 500, retry: { initialDelayMs: 0 } }) async work() {
        attempts += 1;
        await world.timer.sleep(499);
        if (attempts < 3) throw new Error('another reason');
      }
      @Terminate() check() {
        return attempts === 3;
      }
    }

    expect((await runJob(JustInTime, { world })).answer?.status).toBe('completed');
    expect(world.logger.find('step failed').map(({ fields }) => (fields.error as Error).message)).toEqual([
      'another reason',
      'another reason',
    ]);
  });

  it('timeoutMs is not raised by a step that ends by itself when its signal aborts', async () => {
    const world = virtualWorld();
    const attempts: number[] = [];

    @LongRunning(times)
    class Obedient {
      @State() isDone = false;
      @Step({ timeoutMs: 500, retry: { initialDelayMs: 0 } }) async work({ signal, attempt }: StepContext) {
        attempts.push(attempt);
        if (attempt < 3)
          await new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason)),
          );
        this.isDone = true;
      }
      @Terminate() check() {
        return this.isDone;
      }
    }

    expect((await runJob(Obedient, { world })).answer?.status).toBe('completed');
    expect(attempts).toEqual([1, 2, 3]);
    expect(world.logger.find('step failed').map(({ fields }) => (fields.error as Error).name)).toEqual([
      'StepTimeoutError',
      'StepTimeoutError',
    ]);
  });
});

describe('an attempt that timed out', () => {
  it.each<[string, (job: { list: string[]; isDone: boolean }, ctx: StepContext) => unknown]>([
    ['its late result', () => 'late'],
    ['its late directive', () => complete('late')],
    ['its late rejection', () => Promise.reject(new Error('late'))],
    [
      'what it writes to this',
      (job) => {
        job.list.push('late');
        job.list = ['late'];
        job.isDone = true;
      },
    ],
    ['its ctx.progress', (_job, { progress }) => progress(99, 100, 'late')],
    [
      'an unstorable value it leaves behind',
      (job) => {
        (job as { list: unknown }).list = () => {};
      },
    ],
  ])('An attempt that timed out changes nothing by %s, and is logged once', async (_title, late) => {
    const { Orphaning, world, instances } = orphaning(late);
    const { answer } = await runJob(Orphaning, { world });
    expect(answer).toMatchObject({ status: 'completed', result: untouched });
    expect(instances.size).toBe(2);
    expect(world.logger.find('late result of an abandoned step discarded')).toMatchObject([
      { level: 'warn', fields: { step: 'work' } },
    ]);
    expect(world.logger.find('progress')).toEqual([]);
  });

  it('An attempt that timed out is logged once with its late error', async () => {
    const { Orphaning, world } = orphaning(() => Promise.reject(new Error('late')));
    await runJob(Orphaning, { world });
    expect(world.logger.find('late result of an abandoned step discarded')).toMatchObject([
      { fields: { error: { message: 'late' } } },
    ]);
  });

  it('An attempt that timed out changes nothing when it ends after the invocation', async () => {
    const { world, Orphaning } = orphaning(() => {});
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);

    @LongRunning({ ...times, name: 'Later' })
    class Later extends Orphaning {
      @Step({ timeoutMs: 500 }) override async work(ctx: StepContext) {
        if (ctx.attempt === 1) {
          await world.timer.sleep(60_000);
          this.list.push('late');
          throw new Error('late');
        }
        this.list.push('in time');
        return undefined;
      }
    }

    const answer = await callHandler(createHandler(Later, { providers: world.providers }), world, {});
    expect(answer).toMatchObject({ result: ['initial', 'in time'] });
    await world.timer.advance(120_000);
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
    expect(world.logger.find('late result of an abandoned step discarded')).toHaveLength(1);
    expect(answer).toMatchObject({ result: ['initial', 'in time'] });
  });

  it('An attempt that timed out is a generator that is not driven on', async () => {
    const world = virtualWorld();
    const story: string[] = [];

    @LongRunning(times)
    class Driven {
      @State() done = 0;

      @Step({ timeoutMs: 500 }) async *work(ctx: StepContext) {
        for (; this.done < 3; ) {
          await world.timer.sleep(this.done === 1 && ctx.attempt === 1 ? 700 : 300);
          story.push(`attempt ${ctx.attempt} row ${this.done}`);
          this.done += 1;
          yield;
        }
      }

      @Terminate() isDone() {
        return this.done === 3;
      }
    }

    const { answer } = await runJob(Driven, { world });
    expect(answer?.status).toBe('completed');
    expect(story.filter((line) => line === 'attempt 1 row 1')).toHaveLength(1);
    expect(world.logger.find('late result of an abandoned step discarded')).toHaveLength(1);
  });

  it('An attempt that timed out cannot be seen by the hand-off that follows: the last safe point travels', async () => {
    const world = virtualWorld();
    const seen: unknown[] = [];

    @LongRunning(times)
    class TimesOutLate {
      @State() list: string[] = [];
      @State() isDone = false;

      @Step() first() {
        this.list.push('first');
      }

      @Step({ timeoutMs: 300, retry: { initialDelayMs: 0 } }) async second(ctx: StepContext) {
        this.list.push(`second ${ctx.attempt} in ${ctx.invocation}`);
        if (ctx.invocation === 1) await world.timer.sleep(5_000);
        this.isDone = true;
      }

      @OnHandoff() look() {
        seen.push([...this.list]);
      }

      @Terminate() check() {
        return this.isDone;
      }

      @OnComplete() result() {
        return this.list;
      }
    }

    const { answer, answers } = await runJob(TimesOutLate, {
      world,
      remainingMs: ({ invocation }) => (invocation === 1 ? 1_299 : 60_000),
    });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(seen).toEqual([['first']]);
    expect(answer?.result).toEqual(['first', 'second 2 in 2']);
  });
});

describe('timeoutMs of a generator', () => {
  it("timeoutMs of a generator is its own time between two yields: what the store takes there is not the step's", async () => {
    const world = virtualWorld();
    let begun = 0;
    const memory = new MemoryCheckpointStore();
    const store: CheckpointStore = {
      load: (id) => memory.load(id),
      list: (query) => memory.list(query),
      save: async (execution, expectedRevision) => {
        await world.timer.sleep(900);
        return memory.save(execution, expectedRevision);
      },
    };

    @LongRunning(times)
    class Copies {
      @State() n = 0;
      @Step({ timeoutMs: 250 }) async *copy(ctx: StepContext) {
        begun += 1;
        while (this.n < 6) {
          await world.timer.sleep(this.n === 4 && ctx.attempt === 1 ? 300 : 200);
          this.n += 1;
          yield;
        }
      }
      @Terminate() isDone() {
        return this.n === 6;
      }
    }

    const { answer } = await runJob(Copies, {
      world,
      providers: [{ token: CHECKPOINT_STORE, useValue: store }],
    });
    expect(answer?.status).toBe('completed');
    expect(begun).toBe(2);
    expect(world.logger.find('step failed')).toMatchObject([{ fields: { error: { code: 'STEP_TIMEOUT' } } }]);
  });
});
