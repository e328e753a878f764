import {
  complete,
  goTo,
  LongRunning,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnStart,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
} from '../../../src';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

describe('a generator step', () => {
  it.each(['sync', 'async'])(
    'A generator step (%s) is cycled through in one go when nothing interrupts it',
    async (kind) => {
      const keys: string[] = [];

      @LongRunning(times)
      class Rows {
        @State() rows: number[] = [];

        @Step() *sync(ctx: StepContext) {
          if (kind !== 'sync') return;
          while (this.rows.length < 3) {
            keys.push(ctx.idempotencyKey);
            this.rows.push(this.rows.length);
            yield;
          }
        }

        @Step() async *async(ctx: StepContext) {
          if (kind !== 'async') return;
          while (this.rows.length < 3) {
            await null;
            keys.push(ctx.idempotencyKey);
            this.rows.push(this.rows.length);
            yield;
          }
        }

        @Terminate() isDone() {
          return this.rows.length === 3;
        }

        @OnComplete() result() {
          return this.rows;
        }
      }

      const { answer } = await runJob(Rows);
      expect(answer?.result).toEqual([0, 1, 2]);
      expect(new Set(keys).size).toBe(3);
    },
  );

  it.each(['sync', 'async'])(
    'A generator step (%s) hands over at a yield in the safe window, and is called again from its top with its fields restored',
    async (kind) => {
      const world = virtualWorld();
      const story: string[] = [];

      @LongRunning(times)
      class Rows {
        @State() done = 0;
        fresh = true;

        *work(ctx: StepContext) {
          story.push(`begins at ${this.done} in invocation ${ctx.invocation}`);
          let sinceTop = 0;
          while (this.done < 5) {
            world.clock.block(200);
            this.done += 1;
            sinceTop += 1;
            story.push(`row ${this.done}, ${sinceTop} since the top`);
            yield;
          }
        }

        @Step() *sync(ctx: StepContext) {
          if (kind === 'sync') yield* this.work(ctx);
        }

        @Step() async *async(ctx: StepContext) {
          if (kind === 'async') yield* this.work(ctx);
        }

        @Terminate() isDone() {
          return this.done === 5;
        }
      }

      const { answers } = await runJob(Rows, { world, remainingMs: 1_500 });
      expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
      expect(story).toEqual([
        'begins at 0 in invocation 1',
        'row 1, 1 since the top',
        'row 2, 2 since the top',
        'row 3, 3 since the top',
        'begins at 3 in invocation 2',
        'row 4, 1 since the top',
        'row 5, 2 since the top',
      ]);
    },
  );

  it.each(['sync', 'async'])(
    'A generator step (%s) runs its finally blocks when it is stopped, and what they change is not handed over',
    async (kind) => {
      const world = virtualWorld();
      const story: string[] = [];

      @LongRunning(times)
      class Closes {
        @State() done = 0;
        @State() isOpen = false;

        *work(ctx: StepContext) {
          this.isOpen = true;
          try {
            while (this.done < 3) {
              world.clock.block(300);
              this.done += 1;
              yield;
            }
          } finally {
            story.push(`closed in invocation ${ctx.invocation}`);
            this.isOpen = false;
            this.done *= 10;
          }
        }

        @Step() *sync(ctx: StepContext) {
          if (kind === 'sync') yield* this.work(ctx);
        }

        @Step() async *async(ctx: StepContext) {
          if (kind === 'async') yield* this.work(ctx);
        }

        @OnHandoff() async tell() {
          story.push(`handed over ${this.done}, ${this.isOpen ? 'open' : 'closed'}`);
        }

        @Terminate() isDone() {
          return this.done >= 3;
        }

        @OnComplete() result() {
          return this.done;
        }
      }

      const { answer } = await runJob(Closes, { world, remainingMs: 1_500 });
      expect(story).toEqual(['closed in invocation 1', 'handed over 2, open', 'closed in invocation 2']);
      expect(answer?.result).toBe(30);
    },
  );

  it('A generator step logs what a finally block throws while it is stopped, and hands over all the same', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class ClosesBadly {
      @State() done = 0;

      @Step() async *work() {
        try {
          while (this.done < 3) {
            await world.timer.sleep(300);
            this.done += 1;
            yield;
          }
        } finally {
          if (this.done < 3) await Promise.reject(new Error('cannot close'));
        }
      }

      @Terminate() isDone() {
        return this.done === 3;
      }
    }

    const { answers } = await runJob(ClosesBadly, { world, remainingMs: 1_500 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(world.logger.find('step failed while it was being stopped')).toMatchObject([
      { level: 'warn', fields: { step: 'work', error: { message: 'cannot close' } } },
    ]);
  });

  it('A generator step is abandoned at the hard edge when its finally block hangs; the last yield is handed over', async () => {
    const world = virtualWorld();
    let handOffs = 0;

    @LongRunning(times)
    class HangsAtTheEnd {
      @State() done = 0;

      @Step() async *work() {
        try {
          while (this.done < 3) {
            await world.timer.sleep(300);
            this.done += 1;
            yield;
          }
        } finally {
          if (this.done === 2) await new Promise(() => {});
        }
      }

      @OnHandoff() count() {
        handOffs += 1;
      }

      @Terminate() isDone() {
        return this.done === 3;
      }
    }

    const { answers } = await runJob(HangsAtTheEnd, { world, remainingMs: 1_500 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(handOffs).toBe(0);
  });

  it('A generator step that throws after yields goes back to its last yield, and begins to count attempts there', async () => {
    const seen: unknown[] = [];

    @LongRunning(times)
    class Fails {
      @State() rows: { value: number; tags: string[] }[] = [];

      @Step() *work(ctx: StepContext) {
        const from = this.rows.length;
        seen.push({ top: from, attempt: ctx.attempt, key: ctx.idempotencyKey });
        for (let value = from; value < 3; value += 1) {
          this.rows.push({ value, tags: [] });
          this.rows[0]?.tags.push(`edited by ${value}`);
          if (value === 2 && ctx.attempt < 3) throw new Error(`attempt ${ctx.attempt}`);
          yield;
          seen.push({ after: value, attempt: ctx.attempt, key: ctx.idempotencyKey });
        }
      }

      @Terminate() isDone() {
        return this.rows.length === 3;
      }

      @OnComplete() result() {
        return this.rows;
      }
    }

    const { answer } = await runJob(Fails);
    expect(answer?.result).toEqual([
      { value: 0, tags: ['edited by 0', 'edited by 1', 'edited by 2'] },
      { value: 1, tags: [] },
      { value: 2, tags: [] },
    ]);
    expect(seen).toEqual([
      { top: 0, attempt: 1, key: 'execution-1#0' },
      { after: 0, attempt: 1, key: 'execution-1#1' },
      { after: 1, attempt: 1, key: 'execution-1#2' },
      { top: 2, attempt: 2, key: 'execution-1#2' },
      { top: 2, attempt: 3, key: 'execution-1#2' },
      { after: 2, attempt: 1, key: 'execution-1#3' },
    ]);
  });

  it('A generator step begins its attempts again at a yield: a step that fails twice between any two yields never fails the execution', async () => {
    @LongRunning(times)
    class Stubborn {
      @State() done = 0;

      @Step({ retry: { maxAttempts: 3 } }) *work(ctx: StepContext) {
        for (;;) {
          if (ctx.attempt < 3) throw new Error('again');
          this.done += 1;
          yield;
          if (this.done === 4) return;
        }
      }

      @Terminate() isDone() {
        return this.done === 4;
      }
    }

    expect((await runJob(Stubborn)).answer?.status).toBe('completed');
  });

  it('A generator step may take its timeoutMs again after every yield', async () => {
    const world = virtualWorld();
    const attempts: number[] = [];

    @LongRunning(times)
    class Paced {
      @State() done = 0;

      @Step({ timeoutMs: 500 }) async *work(ctx: StepContext) {
        while (this.done < 4) {
          attempts.push(ctx.attempt);
          await world.timer.sleep(this.done === 2 && ctx.attempt === 1 ? 501 : 400);
          this.done += 1;
          yield;
        }
      }

      @Terminate() isDone() {
        return this.done === 4;
      }
    }

    const { answer } = await runJob(Paced, { world });
    expect(answer?.status).toBe('completed');
    expect(attempts).toEqual([1, 1, 1, 2, 1]);
    expect(world.logger.find('step failed')).toMatchObject([
      { fields: { error: { name: 'StepTimeoutError' } } },
    ]);
  });

  it('A generator step takes its return value as a directive, whichever kind it is', async () => {
    const calls: string[] = [];

    @LongRunning(times)
    class Returns {
      @Step() *first() {
        calls.push('first');
        yield;
        return goTo('third');
      }
      @Step() second() {
        calls.push('second');
      }
      // @ts-expect-error only a wait is yielded
      @Step() async *third() {
        calls.push('third');
        yield 'no directive';
        return complete('returned');
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { answer } = await runJob(Returns);
    expect(calls).toEqual(['first', 'third']);
    expect(answer?.result).toBe('returned');
  });

  it('A generator step fails the execution at the yield behind which the state cannot be stored, and runs its finally blocks', async () => {
    const story: string[] = [];

    @LongRunning(times)
    class Stores {
      @State() cache: unknown = null;

      @Step() async *work() {
        try {
          story.push('works');
          this.cache = { socket: () => {} };
          yield;
          story.push('goes on');
        } finally {
          story.push('closes');
        }
      }

      @OnFailure() tell() {
        story.push(`fails with cache ${JSON.stringify(this.cache)}`);
      }

      @Terminate() isDone() {
        return false;
      }
    }

    const { error } = await runJob(Stores);
    expect((error as Error).cause).toMatchObject({
      code: 'UNSERIALIZABLE_STATE',
      details: { path: 'cache.socket' },
    });
    expect(story).toEqual(['works', 'closes', 'fails with cache null']);
  });

  it('A generator step with its runs cut anywhere never loses or repeats a row that was yielded', async () => {
    const world = virtualWorld();
    const written: number[] = [];

    @LongRunning(times)
    class Copies {
      @State() next = 0;

      @Step() async *copy() {
        while (this.next < 40) {
          await world.timer.sleep(37 + (this.next % 5) * 20);
          written.push(this.next);
          this.next += 1;
          yield;
        }
      }

      @Terminate() isDone() {
        return this.next === 40;
      }
    }

    const { answers } = await runJob(Copies, {
      world,
      remainingMs: ({ invocation }) => 1_100 + (invocation % 7) * 90,
    });
    expect(answers.length).toBeGreaterThan(5);
    expect(written).toEqual(Array.from({ length: 40 }, (_value, index) => index));
  });

  it('A generator step is a unit of work like @OnStart and @OnComplete, which may be generators too', async () => {
    const world = virtualWorld();
    const calls: string[] = [];

    @LongRunning(times)
    class Everywhere {
      @State() prepared = 0;
      @State() closed = 0;

      @OnStart() async *start(ctx: StepContext) {
        while (this.prepared < 3) {
          calls.push(`start in ${ctx.invocation}`);
          await world.timer.sleep(300);
          this.prepared += 1;
          yield;
        }
      }

      @Step() work() {}

      @Terminate() isDone(ctx: StepContext) {
        return ctx.cycle === 2;
      }

      @OnComplete() async *end(ctx: StepContext) {
        while (this.closed < 3) {
          calls.push(`end in ${ctx.invocation}`);
          await world.timer.sleep(300);
          this.closed += 1;
          yield;
        }
        return { prepared: this.prepared, closed: this.closed };
      }
    }

    const { answer } = await runJob(Everywhere, { world, remainingMs: 1_500 });
    expect(answer?.result).toEqual({ prepared: 3, closed: 3 });
    expect(calls).toEqual(['start in 1', 'start in 1', 'start in 2', 'end in 2', 'end in 3', 'end in 3']);
  });

  it.each(['sync', 'async'])(
    'A generator step (%s) runs its finally blocks to their end when it is stopped, also those that yield',
    async (kind) => {
      const world = virtualWorld();
      const story: string[] = [];

      @LongRunning(times)
      class Flushes {
        @State() done = 0;

        *work() {
          story.push('opens');
          try {
            try {
              while (this.done < 4) {
                world.clock.block(300);
                this.done += 1;
                yield;
              }
            } finally {
              yield 'flushing';
              story.push('flushed');
              if (this.done < 4) yield wait({ seconds: 600 });
            }
          } finally {
            story.push('closed');
          }
        }

        // @ts-expect-error what is no wait is ignored
        @Step() *sync() {
          if (kind === 'sync') yield* this.work();
        }

        // @ts-expect-error what is no wait is ignored
        @Step() async *async() {
          if (kind === 'async') yield* this.work();
        }

        @Terminate() isDone() {
          return this.done === 4;
        }
      }

      const { answers } = await runJob(Flushes, { world, remainingMs: 1_700 });
      expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
      const once = ['opens', 'flushed', 'closed'];
      expect(story.slice(0, 3)).toEqual(once);
      expect(world.logger.find('step failed while it was being stopped')[0]).toMatchObject({
        fields: { error: { code: 'INVALID_DIRECTIVE' } },
      });
    },
  );

  it.each(['sync', 'async'])(
    'A generator step (%s) is left at the hard edge when a finally block yields for ever',
    async (kind) => {
      const world = virtualWorld();

      @LongRunning(times)
      class Endless {
        @State() done = 0;

        *work() {
          try {
            while (this.done < 4) {
              world.clock.block(300);
              this.done += 1;
              yield;
            }
          } finally {
            while (this.done < 4) yield;
          }
        }

        @Step() *sync() {
          if (kind === 'sync') yield* this.work();
        }

        @Step() async *async() {
          if (kind === 'async') yield* this.work();
        }

        @Terminate() isDone() {
          return this.done === 4;
        }
      }

      const { answers } = await runJob(Endless, { world, remainingMs: 1_700 });
      expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    },
  );

  it('A generator step has its own key in the finally blocks that a stop runs: what they write is not the next row', async () => {
    const world = virtualWorld();
    const keys: Record<string, string[]> = { row: [], close: [] };

    @LongRunning(times)
    class Keyed {
      @State() done = 0;
      @Step() *work(ctx: StepContext) {
        try {
          while (this.done < 4) {
            keys.row?.push(ctx.idempotencyKey);
            world.clock.block(300);
            this.done += 1;
            yield;
          }
        } finally {
          if (this.done < 4) keys.close?.push(ctx.idempotencyKey);
        }
      }
      @Terminate() isDone() {
        return this.done === 4;
      }
    }

    await runJob(Keyed, { world, remainingMs: 1_700 });
    expect(keys).toEqual({
      row: [0, 1, 2, 3].map((n) => `execution-1#${n}`),
      close: ['execution-1#3.closing.1'],
    });
  });
});
