import {
  complete,
  goTo,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  wait,
} from '../../../src';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

/** A job that notes what is called, and ends when the predicate answers what is given for that many calls. */
function asking(answers: readonly unknown[]) {
  const story: string[] = [];
  let asked = 0;

  @LongRunning(times)
  class Asking {
    @Step() work() {
      story.push('work');
    }

    @Terminate() isDone(): boolean | Promise<boolean> {
      const answer = answers[asked];
      asked += 1;
      story.push('asked');
      if (answer instanceof Error) throw answer;
      return answer as boolean;
    }
  }

  return { Asking, story };
}

describe('@Terminate', () => {
  it('@Terminate is asked before the first cycle: an execution may have nothing to do', async () => {
    const { Asking, story } = asking([true]);
    expect((await runJob(Asking)).answer?.status).toBe('completed');
    expect(story).toEqual(['asked']);
  });

  it('@Terminate is asked before each cycle, and nowhere else', async () => {
    const story: string[] = [];

    @LongRunning(times)
    class PerCycle {
      @Step() one() {
        story.push('one');
      }
      @Step() two() {
        story.push('two');
      }
      @Terminate() isDone({ cycle }: StepContext) {
        story.push(`asked in cycle ${cycle}`);
        return cycle === 3;
      }
    }

    await runJob(PerCycle);
    expect(story).toEqual([
      'asked in cycle 1',
      'one',
      'two',
      'asked in cycle 2',
      'one',
      'two',
      'asked in cycle 3',
    ]);
  });

  it('@Terminate is asked before each step with check: step, also behind a goTo and a wait', async () => {
    const story: string[] = [];

    @LongRunning(times)
    class PerStep {
      @State() steps = 0;
      @Step() one() {
        story.push('one');
        this.steps += 1;
        return goTo('three');
      }
      @Step() two() {
        story.push('two');
      }
      @Step() three() {
        story.push('three');
        this.steps += 1;
        return wait({ seconds: 1 });
      }
      @Step() four() {
        story.push('four');
      }
      @Terminate({ check: 'step' }) isDone() {
        story.push('asked');
        return this.steps === 2;
      }
    }

    await runJob(PerStep);
    expect(story).toEqual(['asked', 'one', 'asked', 'three', 'asked']);
  });

  it('@Terminate may be async', async () => {
    const { Asking, story } = asking([Promise.resolve(false), Promise.resolve(true)]);
    expect((await runJob(Asking)).answer?.status).toBe('completed');
    expect(story).toEqual(['asked', 'work', 'asked']);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['1', 1],
    ['"true"', 'true'],
    ['an object', {}],
    ['a directive', complete()],
    ['a Boolean object', Object(true)],
    ['a promise of a text', Promise.resolve('true')],
  ])('@Terminate must answer a boolean: %s fails the execution without a retry', async (_title, answer) => {
    const { Asking, story } = asking([answer]);
    const { error } = await runJob(Asking);
    expect((error as Error).cause).toMatchObject({
      code: 'INVALID_DIRECTIVE',
      details: { method: 'isDone' },
    });
    expect(story).toEqual(['asked']);
  });

  it('@Terminate says what it answered, and what to do', async () => {
    const { Asking } = asking(['yes']);
    const { error } = await runJob(Asking);
    expect((error as Error).message).toBe(
      'Execution execution-1 of job Asking failed at isDone in invocation 1: @Terminate isDone of job Asking answered a value of type string, not true or false.\n→ Let isDone return a boolean: true ends the execution.',
    );
  });

  it('@Terminate is retried like a step when it throws, and its last failure fails the execution', async () => {
    const once = asking([new Error('1'), new Error('2'), true]);
    expect((await runJob(once.Asking)).answer?.status).toBe('completed');
    expect(once.story).toEqual(['asked', 'asked', 'asked']);

    const thrice = asking([new Error('1'), new Error('2'), new Error('3'), true]);
    expect((await runJob(thrice.Asking)).error).toMatchObject({
      code: 'EXECUTION_FAILED',
      cause: { message: '3' },
    });

    const terminal = asking([new TerminalError('no'), true]);
    expect((await runJob(terminal.Asking)).error).toMatchObject({
      code: 'EXECUTION_FAILED',
      cause: { code: 'TERMINAL' },
    });
  });

  it('@Terminate is called with the StepContext', async () => {
    let seen: StepContext | undefined;

    @LongRunning(times)
    class Looks {
      @Step() work() {}
      @Terminate() isDone(ctx: StepContext) {
        seen = ctx;
        return true;
      }
    }

    await runJob(Looks, { event: { from: 5 } });
    expect(seen).toMatchObject({
      step: 'isDone',
      executionId: 'execution-1',
      input: { from: 5 },
      invocation: 1,
      cycle: 1,
      attempt: 1,
    });
  });

  it('@Terminate that does not end a job whose steps are all once fails it in the second cycle, instead of spinning', async () => {
    let calls = 0;

    @LongRunning(times)
    class AllOnce {
      @Step({ once: true }) one() {
        calls += 1;
      }
      @Step({ once: true }) two() {
        calls += 1;
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const { error } = await runJob(AllOnce);
    expect(calls).toBe(2);
    expect((error as Error).cause).toMatchObject({ code: 'INVALID_JOB' });
    expect((error as Error).message).toContain('every step is once');
  });

  it('@Terminate ends a job whose steps are all once when it is true after the first cycle', async () => {
    @LongRunning(times)
    class RunsOnce {
      @State() steps = 0;
      @Step({ once: true }) one() {
        this.steps += 1;
      }
      @Step({ once: true }) two() {
        this.steps += 1;
      }
      @Terminate() isDone() {
        return this.steps === 2;
      }
      @OnComplete() end() {
        return this.steps;
      }
    }

    expect((await runJob(RunsOnce)).answer).toMatchObject({ status: 'completed', result: 2 });
  });

  it('@Terminate is cut off at the hard edge when it hangs, and asked again by the next invocation', async () => {
    const world = virtualWorld();
    const asked: number[] = [];

    @LongRunning(times)
    class HangsOnce {
      @Step() work() {}
      @Terminate() async isDone({ invocation }: StepContext) {
        asked.push(invocation);
        if (invocation === 1) await new Promise(() => {});
        return true;
      }
    }

    const { answers } = await runJob(HangsOnce, { world, remainingMs: 5_000 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(asked).toEqual([1, 2]);
  });
});

describe('@Terminate in the safe window', () => {
  const inWindow = { ...times, reserveMs: 250 };

  /** A job whose only step ends inside the safe window of its first invocation, with this much left. */
  function ending(leftMs: number, limits = {}, isDone = (n: number) => n > 0) {
    const world = virtualWorld();
    const asked: number[] = [];

    @LongRunning({ ...inWindow, limits })
    class Ending {
      @State() n = 0;
      @Step() work({ remainingMs }: StepContext) {
        world.clock.block(remainingMs() - leftMs);
        this.n += 1;
      }
      @Terminate() isDone({ invocation }: StepContext) {
        asked.push(invocation);
        return isDone(this.n);
      }
    }

    return { Ending, world, asked };
  }

  it.each([
    [900, 1],
    [251, 1],
    [250, 2],
    [100, 2],
  ])(
    '@Terminate in the safe window is asked when a cycle ends with %d ms left of a reserve of 250: the job takes %d invocations',
    async (leftMs, count) => {
      const { Ending, world } = ending(leftMs);
      const { answer } = await runJob(Ending, { world, remainingMs: 5_000 });
      expect(answer).toMatchObject({ status: 'completed', invocation: count });
    },
  );

  it('@Terminate in the safe window that is not true is asked again by the next invocation, before its first step', async () => {
    const { Ending, world, asked } = ending(900, {}, (n) => n > 2);
    const { answer } = await runJob(Ending, { world, remainingMs: 5_000 });
    expect(answer).toMatchObject({ status: 'completed', invocation: 3 });
    expect(asked).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it.each([
    ['maxDurationMs', { maxDurationMs: 4_000 }],
    ['maxInvocations', { maxInvocations: 1 }],
  ])(
    '@Terminate in the safe window is not failed by a fuse that has just blown: %s',
    async (_limit, limits) => {
      const { Ending, world } = ending(900, limits);
      expect((await runJob(Ending, { world, remainingMs: 5_000 })).answer?.status).toBe('completed');
      const going = ending(900, limits, () => false);
      expect((await runJob(going.Ending, { world: going.world, remainingMs: 5_000 })).error).toMatchObject({
        cause: { code: 'FUSE_BLOWN' },
      });
    },
  );

  it.each([
    ['maxDurationMs', { maxDurationMs: 4_000 }],
    ['maxInvocations', { maxInvocations: 1 }],
  ])(
    '@Terminate in the safe window leaves @OnComplete, which is work, to the next invocation, and no fuse keeps that from it: %s',
    async (_limit, limits) => {
      const world = virtualWorld();
      const completed: number[] = [];

      @LongRunning({ ...inWindow, limits })
      class Ending {
        @Step() async work() {
          await world.timer.sleep(4_100);
        }
        @Terminate() isDone({ cycle }: StepContext) {
          return cycle > 1;
        }
        @OnComplete() end({ invocation }: StepContext) {
          completed.push(invocation);
        }
      }

      expect((await runJob(Ending, { world, remainingMs: 5_000 })).answer).toMatchObject({
        status: 'completed',
        invocation: 2,
      });
      expect(completed).toEqual([2]);
    },
  );

  it('@Terminate in the safe window that does not answer before the hard edge, or fails because of it, is no interruption: the next invocation asks', async () => {
    const world = virtualWorld();
    let asked = 0;

    @LongRunning({ ...inWindow, limits: { maxInterruptions: 1 } })
    class Hangs {
      @State() n = 0;
      @Step() async work() {
        await world.timer.sleep(4_100);
        this.n += 1;
      }
      @Terminate() async isDone({ signal }: StepContext) {
        asked += 1;
        if (asked === 2) await new Promise(() => {});
        if (asked === 4)
          await new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new Error('closed'))),
          );
        return this.n === 2;
      }
    }

    const { answers } = await runJob(Hangs, { world, remainingMs: 5_000 });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'handed-off', 'completed']);
  });
});
