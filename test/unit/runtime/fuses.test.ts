import {
  complete,
  ExecutionFailedError,
  FuseBlownError,
  LongRunning,
  OnComplete,
  OnFailure,
  PRICES,
  State,
  Step,
  type StepContext,
  StepInterruptedError,
  Terminate,
  wait,
} from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { writeEnvelope } from '../../../src/runtime/core/message/envelope';
import { writeRecord } from '../../../src/runtime/core/record/execution-record';
import { sealByChecksum } from '../../../src/runtime/core/state/seal';
import { RecordingSender } from '../../../src/testing';
import { keepJob } from '../../helpers/keep-job';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000 };
const forever = () => new Promise<never>(() => {});

type Limits = {
  maxInvocations?: number;
  maxDurationMs?: number;
  maxIdleInvocations?: number;
  maxInterruptions?: number;
  maxStalledInvocations?: number;
  maxCostUsd?: number;
};

/** Runs a job that never ends by itself until a fuse ends it. */
async function blow(
  limits: Limits,
  work: (ctx: StepContext, sleep: (ms: number) => Promise<void>) => unknown,
  remainingMs = 60_000,
) {
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
  it.each([1, 2, 5])(
    'limits.maxInvocations of %i ends the execution instead of a hand-off to one more',
    async (maxInvocations) => {
      const { cause, sent, steps, failures } = await blow({ maxInvocations }, slowly);
      expect(cause).toBeInstanceOf(FuseBlownError);
      expect(cause.details).toEqual({
        limit: 'maxInvocations',
        allowed: maxInvocations,
        actual: maxInvocations + 1,
      });
      expect([steps, sent.length, failures[1]]).toEqual([maxInvocations, maxInvocations - 1, maxInvocations]);
    },
  );

  it('limits.maxInvocations says which limit, the numbers and what to do', async () => {
    const { cause, error } = await blow({ maxInvocations: 2 }, slowly);
    expect(cause.message).toBe(
      'Execution execution-1 of job Rogue needs invocation number 3; limits.maxInvocations is 2.\n→ Look at why @Terminate is not true yet; raise limits.maxInvocations if the work really takes more.',
    );
    expect(error.message).toContain(cause.message.split('\n')[0]);
    expect(error.details).toEqual({ executionId: 'execution-1', job: 'Rogue', invocation: 2, step: 'work' });
  });
});

describe('limits.maxDurationMs', () => {
  it('limits.maxDurationMs ends the execution at the first safe point after it, counted from the start over all invocations', async () => {
    const { cause, steps } = await blow({ maxDurationMs: 150_000 }, slowly);
    expect(cause).toBeInstanceOf(FuseBlownError);
    expect(cause.details).toEqual({ limit: 'maxDurationMs', allowed: 150_000, actual: 153_000 });
    expect(steps).toBe(3);
  });

  it('limits.maxDurationMs ends it inside an invocation too', async () => {
    const { cause, steps, sent } = await blow({ maxDurationMs: 5_000 }, (_ctx, sleep) => sleep(2_000));
    expect(cause.details).toEqual({ limit: 'maxDurationMs', allowed: 5_000, actual: 6_000 });
    expect([steps, sent.length]).toEqual([3, 0]);
  });

  it('limits.maxDurationMs does not wait for what would come too late', async () => {
    const { cause, sent } = await blow({ maxDurationMs: 100_000 }, () => wait({ seconds: 500 }));
    expect(cause.details).toEqual({ limit: 'maxDurationMs', allowed: 100_000, actual: 500_000 });
    expect(sent).toEqual([]);
  });
});

describe('limits.maxIdleInvocations', () => {
  it.each([1, 4])(
    'limits.maxIdleInvocations of %i ends an execution whose invocations have never time for anything',
    async (maxIdleInvocations) => {
      const { cause, sent, steps } = await blow({ maxIdleInvocations }, slowly, 10_000);
      expect(cause).toBeInstanceOf(FuseBlownError);
      expect(cause.details).toEqual({
        limit: 'maxIdleInvocations',
        allowed: maxIdleInvocations,
        actual: maxIdleInvocations + 1,
      });
      expect([steps, sent.length]).toEqual([0, maxIdleInvocations]);
    },
  );

  it('limits.maxIdleInvocations does not count an invocation that began an attempt', async () => {
    const { cause } = await blow({ maxIdleInvocations: 1, maxInvocations: 6 }, slowly);
    expect(cause.details).toMatchObject({ limit: 'maxInvocations' });
  });

  it('limits.maxIdleInvocations does not count a wait', async () => {
    const { cause } = await blow({ maxIdleInvocations: 1, maxDurationMs: 100_000_000 }, () =>
      wait({ seconds: 4_000 }),
    );
    expect(cause.details).toMatchObject({ limit: 'maxDurationMs' });
  });
});

describe('limits.maxInterruptions', () => {
  it.each([1, 2, 4])(
    'limits.maxInterruptions of %i lets the next invocation record the end instead of starting the step',
    async (maxInterruptions) => {
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
    },
  );

  it('limits.maxInterruptions says which step, the number and what to do', async () => {
    const { cause } = await blow({}, forever);
    expect(cause.message).toBe(
      "work of job Rogue was cut off 2 times in a row without reaching a safe point; limits.maxInterruptions is 2. The last time it was still running at the hard edge, and was abandoned.\n→ Let work stop when ctx.shouldYield() is true, or make it a generator that yields; else raise the function's time-out or memory.",
    );
  });

  it('limits.maxInterruptions begins its count again at every safe point', async () => {
    const { cause } = await blow({ maxInvocations: 8 }, ({ invocation }, sleep) =>
      invocation % 2 === 1 ? forever() : sleep(51_000),
    );
    expect(cause.details).toMatchObject({ limit: 'maxInvocations' });
  });

  it('limits.maxInterruptions counts a unit of work that stops when asked, though it had the invocation to itself', async () => {
    const { cause, steps } = await blow({}, stopWhenAsked);
    expect(cause.details).toMatchObject({ limit: 'maxInterruptions', actual: 2, ending: 'safe-window' });
    expect(steps).toBe(2);
  });

  it('limits.maxInterruptions does not count one that stops when asked, behind others in its invocation', async () => {
    let last = 0;
    const { cause } = await blow({ maxInterruptions: 1, maxInvocations: 8 }, (ctx, sleep) => {
      const isFirst = last !== ctx.invocation;
      last = ctx.invocation;
      return isFirst ? sleep(1_000) : stopWhenAsked(ctx);
    });
    expect(cause.details).toMatchObject({ limit: 'maxInvocations' });
  });
});

/** Work that takes longer than any invocation, and is good at stopping. */
function stopWhenAsked({ signal }: StepContext) {
  return new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** Work that a generator does page by page, each in 5 s, and says so by `yield`. */
function pages(turn: (job: { n: number }) => void = () => {}) {
  return async function* (this: { n: number }, sleep: (ms: number) => Promise<void>) {
    for (;;) {
      await sleep(5_000);
      turn(this);
      yield;
    }
  };
}

/** Runs a generator that never ends, until a fuse ends it. */
async function blowGenerator(limits: Limits, work: ReturnType<typeof pages>) {
  const world = virtualWorld();

  @LongRunning({ ...times, limits })
  class Rogue {
    @State() n = 0;
    @Step() work() {
      return work.call(this, (ms) => world.timer.sleep(ms));
    }
    @Terminate() isDone() {
      return false;
    }
  }

  const { error, sent } = await runJob(Rogue, { world });
  const { cause } = error as { cause: FuseBlownError };
  return { cause, sent };
}

describe('limits.maxStalledInvocations', () => {
  it.each([1, 3])(
    'limits.maxStalledInvocations of %i ends a generator that starts again in every invocation, because it keeps nothing',
    async (maxStalledInvocations) => {
      const { cause, sent } = await blowGenerator({ maxStalledInvocations }, pages());
      expect(cause).toBeInstanceOf(FuseBlownError);
      expect(cause.details).toEqual({
        limit: 'maxStalledInvocations',
        allowed: maxStalledInvocations,
        actual: maxStalledInvocations + 1,
      });
      expect(sent).toHaveLength(maxStalledInvocations + 2);
    },
  );

  it('limits.maxStalledInvocations says the numbers and what to do', async () => {
    const { cause } = await blowGenerator({ maxStalledInvocations: 1 }, pages());
    expect(cause.message).toBe(
      'Execution execution-1 of job Rogue has handed over with the same state at the same place 2 times in a row; limits.maxStalledInvocations is 1.\n→ Keep in @State what is done, so that the next invocation does not do it again; raise limits.maxStalledInvocations if it is kept elsewhere.',
    );
  });

  it('limits.maxStalledInvocations does not count an invocation that changed the state', async () => {
    const limits = { maxStalledInvocations: 1, maxInvocations: 6 };
    const { cause } = await blowGenerator(
      limits,
      pages((job) => {
        job.n += 1;
      }),
    );
    expect(cause.details).toMatchObject({ limit: 'maxInvocations' });
  });

  it.each<
    [
      string,
      'maxDurationMs' | 'maxInvocations',
      (ctx: StepContext, sleep: (ms: number) => Promise<void>) => unknown,
    ]
  >([
    ['one in which a step ended, though it kept nothing', 'maxInvocations', slowly],
    ['a wait', 'maxDurationMs', () => wait({ seconds: 4_000 })],
    [
      'a wait after work',
      'maxDurationMs',
      async (_ctx, sleep) => sleep(30_000).then(() => wait({ seconds: 60 })),
    ],
  ])('limits.maxStalledInvocations does not count %s', async (_what, limit, work) => {
    const { cause } = await blow(
      { maxStalledInvocations: 1, maxInvocations: 9, maxDurationMs: 10_000_000 },
      work,
    );
    expect(cause.details).toMatchObject({ limit });
  });
});

describe('limits.maxCostUsd', () => {
  it('limits.maxCostUsd ends the execution at the first safe point at which it has cost more, over all invocations', async () => {
    const { cause, steps, sent } = await blow({ maxCostUsd: 0.001 }, slowly);
    expect(cause).toBeInstanceOf(FuseBlownError);
    const { limit, allowed, actual } = cause.details as { limit: string; allowed: number; actual: number };
    const isArm = process.arch === 'arm64';
    expect([limit, allowed]).toEqual(['maxCostUsd', 0.001]);
    expect(actual).toBeCloseTo(3 * (51 * 0.5 * (isArm ? 0.0000133334 : 0.0000166667) + 0.2e-6), 5);
    expect([steps, sent.length]).toEqual([3, 2]);
  });

  it('limits.maxCostUsd says the numbers and what to do', async () => {
    const { cause } = await blow({ maxCostUsd: 0.0001 }, slowly);
    expect(cause.message).toMatch(
      /^Execution execution-1 of job Rogue has cost 0\.000\d+ USD; limits\.maxCostUsd is 0\.0001\.\n→ Look at the cost per item first/,
    );
  });

  it('limits.maxCostUsd stops a generator at a yield, in the middle of an invocation', async () => {
    const { cause, sent } = await blowGenerator({ maxCostUsd: 0.0002 }, pages());
    expect(cause.details).toMatchObject({ limit: 'maxCostUsd' });
    expect((cause.details as { actual: number }).actual).toBeLessThan(0.0003);
    expect(sent).toEqual([]);
  });

  it('limits.maxCostUsd reckons with the prices that are provided', async () => {
    const world = virtualWorld();

    @LongRunning({ ...times, limits: { maxCostUsd: 5, maxInvocations: 9 } })
    class Rogue {
      @Step() work() {
        return world.timer.sleep(51_000);
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const prices = { lambdaRequestUsd: 2, gbSecondUsd: { arm64: 0, x86_64: 0 } };
    const { error, sent } = await runJob(Rogue, { world, providers: [{ token: PRICES, useValue: prices }] });
    expect((error as Error).cause).toMatchObject({ details: { limit: 'maxCostUsd', allowed: 5, actual: 6 } });
    expect(sent).toHaveLength(2);
  });

  it('limits.maxCostUsd stays silent for work that is done, and for a wait, which costs next to nothing', async () => {
    const { cause } = await blow({ maxCostUsd: 0.0001, maxDurationMs: 16_000_000 }, () =>
      wait({ seconds: 800 }),
    );
    expect(cause.details).toMatchObject({ limit: 'maxDurationMs' });
  });
});

describe('an execution that is done', () => {
  it.each([
    ['@Terminate says so', () => undefined],
    ['its step says so', () => complete('done')],
  ])('An execution that is done completes although a fuse has blown by then: %s', async (_how, end) => {
    const world = virtualWorld();
    let isDone = false;

    @LongRunning({ ...times, limits: { maxDurationMs: 5_000 } })
    class Late {
      @Step() async work() {
        await world.timer.sleep(6_000);
        isDone = true;
        return end();
      }
      @Terminate() isDone() {
        return isDone;
      }
      @OnComplete() report() {
        return 'done';
      }
    }

    expect((await runJob(Late, { world })).answer).toMatchObject({ status: 'completed', result: 'done' });
  });
});

describe('what the fuses count', () => {
  const spent = {
    startedAtMs: 0,
    costUsd: 9,
    idleInvocationCount: 8,
    interruptionCount: 7,
    stall: { mark: 'a', count: 6 },
  };
  const forgotten = {
    startedAtMs: 9e12,
    costUsd: 0,
    idleInvocationCount: 0,
    interruptionCount: 0,
    stall: null,
  };

  it.each(Object.keys(forgotten) as (keyof typeof forgotten)[])(
    'What the fuses count is in the store: an event that says less is not believed (%s)',
    async (part) => {
      const { call, readRecord, sender, store } = keepJob(({ timer }) => {
        @LongRunning({
          ...times,
          name: 'kept',
          limits: { maxCostUsd: 5, maxStalledInvocations: 3, maxDurationMs: 600_000 },
        })
        class Kept {
          @Step() work() {
            return timer.sleep(51_000);
          }
          @Terminate() isDone() {
            return false;
          }
        }
        return Kept;
      });
      await call();
      const { checksum } = new NodePlatform();
      const record = await readRecord();
      const counted = { ...record, continuation: { ...record.continuation, [part]: spent[part] } };
      const stored = await store.load('execution-1');
      if (stored === undefined) throw new Error('nothing stored');
      await store.save({ ...stored, head: writeRecord(counted, checksum) }, stored.revision);
      const { continuation } = JSON.parse(sender.sent[0]?.body ?? '').lambdaBaton;
      const tampered = writeEnvelope(
        { continuation: { ...continuation, [part]: forgotten[part] }, state: { kind: 'stored', text: '' } },
        sealByChecksum(checksum),
      );
      await expect(call(60_000, JSON.parse(tampered), 'request-2')).rejects.toMatchObject({
        code: 'EXECUTION_FAILED',
      });
      await expect(call(60_000, JSON.parse(tampered), 'request-3')).rejects.toMatchObject({
        code: 'EXECUTION_FAILED',
      });
      expect(sender.sent).toHaveLength(1);
    },
  );
});

describe('the number of invocations', () => {
  it('The number of invocations is in the store too: an event that says a lower one is a duplicate, and runs nothing', async () => {
    let steps = 0;
    const { call, readRecord, sender } = keepJob(({ timer }) => {
      @LongRunning({ ...times, name: 'kept', limits: { maxInvocations: 3 } })
      class Kept {
        @Step() work() {
          steps += 1;
          return timer.sleep(51_000);
        }
        @Terminate() isDone() {
          return false;
        }
      }
      return Kept;
    });
    await call();
    const { continuation } = JSON.parse(sender.sent[0]?.body ?? '').lambdaBaton;
    await call(60_000, JSON.parse(sender.sent[0]?.body ?? ''), 'request-2');
    const { checksum } = new NodePlatform();
    const back = {
      continuation: { ...continuation, invocation: 1 },
      state: { kind: 'stored', text: '' },
    } as const;
    const tampered = JSON.parse(writeEnvelope(back, sealByChecksum(checksum)));
    expect(await call(60_000, tampered, 'request-3')).toMatchObject({ status: 'duplicate' });
    expect([steps, sender.sent.length, (await readRecord()).invocation]).toEqual([2, 2, 2]);
    await expect(call(60_000, JSON.parse(sender.sent[1]?.body ?? ''), 'request-4')).rejects.toMatchObject({
      cause: { details: { limit: 'maxInvocations', allowed: 3, actual: 4 } },
    });
  });
});

describe('a fuse', () => {
  it('A fuse ends the execution also when @OnFailure throws', async () => {
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
    expect(world.logger.find('hook failed')).toMatchObject([
      { fields: { step: 'fail', error: { message: 'the pager is down' } } },
    ]);
  });
});
