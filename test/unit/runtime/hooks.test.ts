import {
  complete,
  goTo,
  LongRunning,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnResume,
  OnStart,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  wait,
} from '../../../src';
import { epochMs, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

/** What a hook sees of its context. */
function sketch({ step, invocation, cycle, attempt, input }: StepContext) {
  return `${step}: invocation ${invocation}, cycle ${cycle}, attempt ${attempt}, input ${JSON.stringify(input)}`;
}

describe('the hooks', () => {
  it('The hooks are called in order, each with a context of its own', async () => {
    const world = virtualWorld();
    const story: string[] = [];
    const tell = (ctx: StepContext) => {
      story.push(sketch(ctx));
    };

    @LongRunning(times)
    class Story {
      @State() rounds = 0;
      @OnStart() begin(ctx: StepContext) {
        tell(ctx);
      }
      @OnResume() wake(ctx: StepContext) {
        tell(ctx);
      }
      @Step() async work(ctx: StepContext) {
        tell(ctx);
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @OnHandoff() sleep(ctx: StepContext) {
        tell(ctx);
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
      @OnComplete() end(ctx: StepContext) {
        tell(ctx);
      }
      @OnFailure() fail(_error: unknown, ctx: StepContext) {
        tell(ctx);
      }
    }

    await runJob(Story, { world, remainingMs: 1_500, event: { table: 'orders' } });
    expect(story).toEqual([
      'begin: invocation 1, cycle 1, attempt 1, input {"table":"orders"}',
      'work: invocation 1, cycle 1, attempt 1, input {"table":"orders"}',
      'sleep: invocation 1, cycle 2, attempt 1, input {"table":"orders"}',
      'wake: invocation 2, cycle 2, attempt 1, input {"table":"orders"}',
      'work: invocation 2, cycle 2, attempt 1, input {"table":"orders"}',
      'sleep: invocation 2, cycle 3, attempt 1, input {"table":"orders"}',
      'wake: invocation 3, cycle 3, attempt 1, input {"table":"orders"}',
      'end: invocation 3, cycle 3, attempt 1, input {"table":"orders"}',
    ]);
  });

  it('The hooks see the same instance as the steps', async () => {
    const instances = new Set<object>();

    @LongRunning(times)
    class OneInstance {
      @State() isOver = false;
      @OnStart() begin() {
        instances.add(this);
      }
      @Step() work() {
        instances.add(this);
        this.isOver = true;
      }
      @Terminate() isDone() {
        instances.add(this);
        return this.isOver;
      }
      @OnComplete() end() {
        instances.add(this);
      }
    }

    await runJob(OneInstance);
    expect(instances.size).toBe(1);
  });

  it.each(['OnStart', 'OnComplete'] as const)(
    '@%s is work: retried with a rollback, and its final failure fails the execution',
    async (which) => {
      const story: string[] = [];
      const act = (name: string, job: { list: string[] }, { attempt }: StepContext, failUntil: number) => {
        story.push(`${name} ${attempt} sees ${job.list.length}`);
        job.list.push(name);
        if (attempt < failUntil) throw new Error(`${name} ${attempt}`);
      };
      const build = (failUntil: number) => {
        @LongRunning({ ...times, name: 'Working' })
        class Working {
          @State() list: string[] = [];
          @OnStart() begin(ctx: StepContext) {
            if (which === 'OnStart') act('begin', this, ctx, failUntil);
          }
          @Step() work() {}
          @Terminate() isDone({ cycle }: StepContext) {
            return cycle === 2;
          }
          @OnComplete() end(ctx: StepContext) {
            if (which === 'OnComplete') act('end', this, ctx, failUntil);
            return this.list;
          }
          @OnFailure() tell(error: Error) {
            story.push(`failed: ${error.message}, ${this.list.length} left`);
          }
        }
        return Working;
      };
      const name = which === 'OnStart' ? 'begin' : 'end';

      const { answer } = await runJob(build(3));
      expect(answer?.result).toEqual([name]);
      expect(story.splice(0)).toEqual([`${name} 1 sees 0`, `${name} 2 sees 0`, `${name} 3 sees 0`]);

      const { error } = await runJob(build(9));
      expect(error).toMatchObject({ code: 'EXECUTION_FAILED', cause: { message: `${name} 3` } });
      expect(story).toEqual([
        `${name} 1 sees 0`,
        `${name} 2 sees 0`,
        `${name} 3 sees 0`,
        `failed: ${name} 3, 0 left`,
      ]);
    },
  );

  it('@OnStart and @OnComplete run again after a crash, and after nothing else', async () => {
    const world = virtualWorld();
    const calls: string[] = [];

    @LongRunning(times)
    class Crashes {
      @State() rounds = 0;
      @OnStart() async begin({ invocation, idempotencyKey }: StepContext) {
        calls.push(`begin in ${invocation} as ${idempotencyKey}`);
        await world.timer.sleep(100);
      }
      @Step() async work() {
        await world.timer.sleep(450);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 3;
      }
      @OnComplete() async end({ invocation, idempotencyKey }: StepContext) {
        calls.push(`end in ${invocation} as ${idempotencyKey}`);
        await world.timer.sleep(100);
        return this.rounds;
      }
    }

    const { answer } = await runJob(Crashes, {
      world,
      remainingMs: 1_500,
      killAfterMs: ({ invocation, receiveCount }) =>
        receiveCount > 1 ? undefined : { 1: 50, 3: 60 }[invocation],
    });
    expect(answer?.result).toBe(3);
    expect(calls).toEqual([
      'begin in 1 as execution-1#0',
      'begin in 1 as execution-1#0',
      'end in 3 as execution-1#4',
      'end in 3 as execution-1#4',
    ]);
  });

  it('The hooks keep what a successful @OnResume or @OnHandoff changed in the state', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Notes {
      @State() notes: string[] = [];
      @State() rounds = 0;
      @OnResume() async wake({ invocation }: StepContext) {
        await null;
        this.notes.push(`woke in ${invocation}`);
      }
      @Step() async work({ invocation, attempt }: StepContext) {
        this.notes.push('rolled back');
        if (attempt === 1 && invocation === 2) throw new TypeError('once');
        this.notes.pop();
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @OnHandoff() async sleep({ invocation }: StepContext) {
        await null;
        this.notes.push(`slept in ${invocation}`);
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
      @OnComplete() end() {
        return this.notes;
      }
    }

    const { answer } = await runJob(Notes, { world, remainingMs: 2_000 });
    expect(answer?.result).toEqual(['slept in 1', 'woke in 2']);
  });

  it.each(['sync', 'async'])(
    '@OnResume, @OnHandoff and @OnFailure (%s) may throw: it is logged, and the state is rolled back',
    async (kind) => {
      const world = virtualWorld();
      const fail = (job: { list: string[] }, name: string): unknown => {
        job.list.push(name);
        if (kind === 'sync') throw new TerminalError(name);
        return world.timer.sleep(10).then(() => {
          job.list.push(`${name} later`);
          throw new Error(name);
        });
      };

      @LongRunning(times)
      class ThrowingHooks {
        @State() list: string[] = [];
        @State() rounds = 0;
        @OnResume() wake() {
          return fail(this, 'wake');
        }
        @Step() async work() {
          await world.timer.sleep(600);
          this.rounds += 1;
          if (this.rounds === 3) throw new TerminalError('the end', { cause: this.list });
        }
        @OnHandoff() sleep() {
          return fail(this, 'sleep');
        }
        @Terminate() isDone() {
          return false;
        }
        @OnFailure() tell() {
          return fail(this, 'tell');
        }
      }

      const { error } = await runJob(ThrowingHooks, { world, remainingMs: 1_500 });
      expect(error).toMatchObject({ code: 'EXECUTION_FAILED', cause: { message: 'the end', cause: [] } });
      expect(
        world.logger
          .find('hook failed')
          .map(({ level, fields }) => `${level} ${fields.step} ${(fields.error as Error).message}`),
      ).toEqual([
        'warn sleep sleep',
        'warn wake wake',
        'warn sleep sleep',
        'warn wake wake',
        'warn tell tell',
      ]);
    },
  );

  it('@OnResume and @OnHandoff that leave something unstorable behind are rolled back too', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Unstorable {
      @State() cache: unknown = 'plain';
      @State() rounds = 0;
      @OnResume() wake() {
        this.cache = () => {};
      }
      @Step() async work() {
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @OnHandoff() sleep() {
        this.cache = Symbol('sleep');
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
      @OnComplete() end() {
        return this.cache;
      }
    }

    const { answer } = await runJob(Unstorable, { world, remainingMs: 1_500 });
    expect(answer).toMatchObject({ status: 'completed', result: 'plain' });
    expect(
      world.logger
        .find('hook failed')
        .map(({ fields }) => [fields.step, (fields.error as { code: string }).code]),
    ).toEqual([
      ['sleep', 'UNSERIALIZABLE_STATE'],
      ['wake', 'UNSERIALIZABLE_STATE'],
      ['sleep', 'UNSERIALIZABLE_STATE'],
      ['wake', 'UNSERIALIZABLE_STATE'],
    ]);
  });

  it('@OnHandoff that hangs is abandoned at the hard edge, and the hand-off goes out with the last safe point', async () => {
    const sentAtMs: number[] = [];
    const world = virtualWorld({
      senders: [new RecordingSender({ before: () => sentAtMs.push(world.clock.now() - epochMs) })],
    });

    @LongRunning({ ...times, reserveMs: 400 })
    class Hangs {
      @State() list: string[] = [];
      @Step() async work({ invocation }: StepContext) {
        await world.timer.sleep(600);
        this.list.push(`worked in ${invocation}`);
      }
      @OnHandoff() async sleep({ signal }: StepContext) {
        this.list.push('unfinished');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        this.list.push('after the signal');
        await new Promise(() => {});
      }
      @Terminate() isDone() {
        return this.list.length === 2;
      }
      @OnComplete() end() {
        return this.list;
      }
    }

    const { answer, answers } = await runJob(Hangs, { world, remainingMs: 1_500 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'handed-off', 'completed']);
    expect(answer?.result).toEqual(['worked in 1', 'worked in 2']);
    expect(sentAtMs[0]).toBe(1_100);
    expect(world.logger.find('hook failed')).toMatchObject([
      { fields: { step: 'sleep' } },
      { fields: { step: 'sleep' } },
    ]);
  });

  it('@OnResume that hangs is abandoned at the hard edge, and the execution goes on in the next invocation', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class HangsAtWaking {
      @State() rounds = 0;
      @OnResume() async wake({ invocation }: StepContext) {
        if (invocation !== 2) return;
        this.rounds = 99;
        await new Promise(() => {});
      }
      @Step() async work() {
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
      @OnComplete() end() {}
    }

    const { answers } = await runJob(HangsAtWaking, { world, remainingMs: 1_500 });
    expect(answers.map(({ status }) => status)).toEqual([
      'handed-off',
      'handed-off',
      'handed-off',
      'completed',
    ]);
  });

  it('@OnFailure that hangs is abandoned at the hard edge, and the failure is reported', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class HangsAtFailing {
      @Step() work() {
        throw new TerminalError('no');
      }
      @OnFailure() async tell() {
        await new Promise(() => {});
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { error } = await runJob(HangsAtFailing, { world, remainingMs: 5_000 });
    expect(error).toMatchObject({ code: 'EXECUTION_FAILED', cause: { message: 'no' } });
    expect(world.clock.now() - epochMs).toBe(4_750);
  });

  it('@OnHandoff is not called when a step had to be abandoned: nobody may touch the state then', async () => {
    const world = virtualWorld();
    let handOffs = 0;

    @LongRunning(times)
    class Abandoned {
      @State() rounds = 0;
      @Step() async work({ invocation }: StepContext) {
        this.rounds += 1;
        if (invocation === 1) await new Promise(() => {});
      }
      @OnHandoff() sleep() {
        handOffs += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 1;
      }
    }

    const { answers } = await runJob(Abandoned, { world, remainingMs: 1_500 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(handOffs).toBe(0);
  });

  it('@OnHandoff is called before a wait in the queue too, and @OnResume after it', async () => {
    const world = virtualWorld({
      senders: [new RecordingSender({ channel: 'queue', maxDelaySeconds: 900 })],
    });
    const story: string[] = [];

    @LongRunning(times)
    class Waits {
      @State() isOver = false;
      @OnResume() wake() {
        story.push('wake');
      }
      @Step() first() {
        return wait({ seconds: 600 });
      }
      @Step() second() {
        story.push('second');
        this.isOver = true;
      }
      @OnHandoff() sleep() {
        story.push('sleep');
      }
      @Terminate() isDone() {
        return this.isOver;
      }
    }

    await runJob(Waits, { world });
    expect(story).toEqual(['sleep', 'wake', 'second']);
  });

  it('The hooks steer nothing: a directive that one of them gives back is an error, logged where the hook only tells, and fatal where it is work', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class ReturnsDirectives {
      @State() rounds = 0;
      @OnResume() wake() {
        return complete('resume');
      }
      @OnHandoff() *sleep() {
        yield goTo('work');
      }
      @Step() async work() {
        await world.timer.sleep(600);
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
      @OnComplete() end() {}
    }

    const { answer } = await runJob(ReturnsDirectives, { world, remainingMs: 1_500 });
    expect(answer).toEqual({ status: 'completed', executionId: 'execution-1', invocation: 3 });
    const failures = world.logger
      .find('hook failed')
      .map(({ fields }) => [fields.step, (fields.error as { code: string }).code]);
    expect(failures).toEqual(
      Array.from({ length: 4 }, (_, index) => [index % 2 === 0 ? 'sleep' : 'wake', 'INVALID_DIRECTIVE']),
    );

    @LongRunning(times)
    class Begins {
      calls = 0;
      @OnStart() begin(): unknown {
        return goTo('work');
      }
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    @LongRunning(times)
    class Ends {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
      @OnComplete() end(): unknown {
        return complete('stored as data');
      }
    }

    expect((await runJob(Begins)).error).toMatchObject({
      cause: { code: 'INVALID_DIRECTIVE', details: { method: 'begin' } },
    });
    expect((await runJob(Ends)).error).toMatchObject({
      cause: { code: 'INVALID_DIRECTIVE', details: { method: 'end' } },
    });
  });
});
