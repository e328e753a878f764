import {
  ExecutionFailedError,
  FuseBlownError,
  LongRunning,
  OnFailure,
  State,
  Step,
  type StepContext,
  StepInterruptedError,
  Terminate,
  wait,
} from '../../../src';
import { RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000 };
const forever = () => new Promise<never>(() => {});

type Limits = { maxInvocations?: number; maxDurationMs?: number; maxIdleInvocations?: number; maxInterruptions?: number };

/** Runs a job that never ends by itself until a fuse ends it. */
async function blow(limits: Limits, work: (ctx: StepContext, sleep: (ms: number) => Promise<void>) => unknown, remainingMs = 60_000) {
  const world = virtualWorld({ senders: [new RecordingSender({ channel: 'sqs' })] });
  const failures: unknown[] = [];
  let steps = 0;

  @LongRunning({ ...times, limits })
  class Rogue {
    @State() n = 0;
    @Step() async work(ctx: StepContext) {
      steps += 1;
      return work(ctx, (ms) => world.timer.sleep(ms));
    }
    @Terminate() isDone() {
      return false;
    }
    @OnFailure() fail(error: unknown, ctx: StepContext) {
      failures.push(error, ctx.invocation);
    }
  }

  const record = await runJob(Rogue, { world, remainingMs });
  expect(record.error).toBeInstanceOf(ExecutionFailedError);
  const error = record.error as ExecutionFailedError & { cause: FuseBlownError | StepInterruptedError };
  expect(failures[0]).toBe(error.cause);
  expect(world.logger.find('execution failed')).toHaveLength(1);
  return { ...record, error, cause: error.cause, failures, steps, world };
}

const slowly = (_ctx: StepContext, sleep: (ms: number) => Promise<void>) => sleep(51_000);

describe('limits.maxInvocations', () => {
  it.each([1, 2, 5])('of %i ends the execution instead of a hand-off to one more', async (maxInvocations) => {
    const { cause, sent, steps, failures } = await blow({ maxInvocations }, slowly);
    expect(cause).toBeInstanceOf(FuseBlownError);
    expect(cause.details).toEqual({ limit: 'maxInvocations', allowed: maxInvocations, actual: maxInvocations + 1 });
    expect([steps, sent.length, failures[1]]).toEqual([maxInvocations, maxInvocations - 1, maxInvocations]);
  });

  it('says which limit, the numbers and what to do', async () => {
    const { cause, error } = await blow({ maxInvocations: 2 }, slowly);
    expect(cause.message).toBe(
      'Execution execution-1 of job Rogue needs invocation number 3; limits.maxInvocations is 2.\n→ Look at why @Terminate is not true yet; raise limits.maxInvocations if the work really takes more.',
    );
    expect(error.message).toContain(cause.message.split('\n')[0]);
    expect(error.details).toEqual({ executionId: 'execution-1', job: 'Rogue', invocation: 2, step: 'isDone' });
  });
});

describe('limits.maxDurationMs', () => {
  it('ends the execution at the first safe point after it, counted from the start over all invocations', async () => {
    const { cause, steps } = await blow({ maxDurationMs: 150_000 }, slowly);
    expect(cause).toBeInstanceOf(FuseBlownError);
    expect(cause.details).toEqual({ limit: 'maxDurationMs', allowed: 150_000, actual: 153_000 });
    expect(steps).toBe(3);
  });

  it('ends it inside an invocation too', async () => {
    const { cause, steps, sent } = await blow({ maxDurationMs: 5_000 }, (_ctx, sleep) => sleep(2_000));
    expect(cause.details).toEqual({ limit: 'maxDurationMs', allowed: 5_000, actual: 6_000 });
    expect([steps, sent.length]).toEqual([3, 0]);
  });

  it('does not wait for what would come too late', async () => {
    const { cause, sent } = await blow({ maxDurationMs: 100_000 }, () => wait({ seconds: 500 }));
    expect(cause.details).toEqual({ limit: 'maxDurationMs', allowed: 100_000, actual: 500_000 });
    expect(sent).toEqual([]);
  });
});

describe('limits.maxIdleInvocations', () => {
  it.each([1, 4])('of %i ends an execution whose invocations have never time for anything', async (maxIdleInvocations) => {
    const { cause, sent, steps } = await blow({ maxIdleInvocations }, slowly, 10_000);
    expect(cause).toBeInstanceOf(FuseBlownError);
    expect(cause.details).toEqual({ limit: 'maxIdleInvocations', allowed: maxIdleInvocations, actual: maxIdleInvocations + 1 });
    expect([steps, sent.length]).toEqual([0, maxIdleInvocations]);
  });

  it('does not count an invocation that began an attempt', async () => {
    const { cause } = await blow({ maxIdleInvocations: 1, maxInvocations: 6 }, slowly);
    expect(cause.details).toMatchObject({ limit: 'maxInvocations' });
  });

  it('does not count a wait', async () => {
    const { cause } = await blow({ maxIdleInvocations: 1, maxInvocations: 9 }, () => wait({ seconds: 4_000 }));
    expect(cause.details).toMatchObject({ limit: 'maxInvocations' });
  });
});

describe('limits.maxInterruptions', () => {
  it.each([1, 2, 4])('of %i lets the next invocation record the end instead of starting the step', async (maxInterruptions) => {
    const { cause, steps, failures } = await blow({ maxInterruptions }, forever);
    expect(cause).toBeInstanceOf(StepInterruptedError);
    expect(cause.details).toEqual({
      step: 'work',
      limit: 'maxInterruptions',
      allowed: maxInterruptions,
      actual: maxInterruptions,
      ending: 'hard-edge',
    });
    expect([steps, failures[1]]).toEqual([maxInterruptions, maxInterruptions + 1]);
  });

  it('says which step, the number and what to do', async () => {
    const { cause } = await blow({}, forever);
    expect(cause.message).toBe(
      "work of job Rogue was cut off 2 times in a row without reaching a safe point; limits.maxInterruptions is 2. The last time it was still running at the hard edge, and was abandoned.\n→ Let work stop when ctx.shouldYield() is true, or make it a generator that yields; else raise the function's time-out or memory.",
    );
  });

  it('begins its count anew at every safe point', async () => {
    const { cause } = await blow({ maxInvocations: 8 }, ({ invocation }, sleep) => (invocation % 2 === 1 ? forever() : sleep(51_000)));
    expect(cause.details).toMatchObject({ limit: 'maxInvocations' });
  });
});

describe('a fuse', () => {
  it('ends the execution also when @OnFailure throws', async () => {
    const world = virtualWorld();

    @LongRunning({ ...times, limits: { maxInvocations: 1 } })
    class Rogue {
      @State() n = 0;
      @Step() work() {
        return world.timer.sleep(51_000);
      }
      @Terminate() isDone() {
        return false;
      }
      @OnFailure() fail() {
        throw new Error('the pager is down');
      }
    }

    const { error } = await runJob(Rogue, { world });
    expect((error as Error).cause).toMatchObject({ code: 'FUSE_BLOWN' });
    expect(world.logger.find('hook failed')).toMatchObject([{ fields: { step: 'fail', error: { message: 'the pager is down' } } }]);
  });
});
