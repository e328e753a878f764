import {
  CHECKPOINT_STORE,
  createHandler,
  type ExecutionFailedError,
  FuseBlownError,
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  type StepContext,
  StepInterruptedError,
  Terminate,
} from '../../../src';
import type { BatonHandler } from '../../../src/handler/create-handler';
import { readJob } from '../../../src/metadata/read-job';
import { type RunExecutionOptions, runExecution } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000 };
const forever = () => new Promise<never>(() => {});

/** What an execution that ends by itself does to one fuse: which limit it just does not blow, and what it says at one less. */
interface Fuse {
  /** The greatest limit that it blows, and the number that it has come to by then. */
  readonly allowed: number;
  readonly actual: number | ((actual: number) => boolean);
  /** The least limit that it does not blow. */
  readonly silent: number;
  readonly fix: RegExp;
  readonly work: (ctx: StepContext, world: VirtualWorld, job: { n: number }) => unknown;
  readonly run?: RunExecutionOptions;
}

/** A step of a minute's invocation, three times: three invocations, since the last one finds in its safe window that it is done. */
const slowly = async (_ctx: StepContext, { timer }: VirtualWorld, job: { n: number }) => {
  await timer.sleep(51_000);
  job.n += 1;
};

const fuses: Readonly<Record<string, Fuse>> = {
  maxInvocations: { allowed: 2, actual: 3, silent: 3, fix: /raise limits\.maxInvocations/, work: slowly },
  maxDurationMs: {
    allowed: 101_999,
    actual: 102_000,
    silent: 153_000,
    fix: /raise limits\.maxDurationMs/,
    work: slowly,
  },
  maxCostUsd: {
    allowed: 0.0007,
    actual: (usd) => usd > 0.0007 && usd < 0.0014,
    silent: 0.0014,
    fix: /raise limits\.maxCostUsd/,
    work: slowly,
  },
  maxIdleInvocations: {
    allowed: 2,
    actual: 3,
    silent: 3,
    fix: /Raise the function's time-out above safeMs/,
    work: slowly,
    run: { remainingMs: ({ invocation }) => (invocation <= 3 ? 10_000 : 60_000) },
  },
  maxInterruptions: {
    allowed: 2,
    actual: 2,
    silent: 3,
    fix: /Let work stop when ctx\.shouldYield\(\)/,
    work: (ctx, world, job) => (ctx.invocation <= 2 ? forever() : slowly(ctx, world, job)),
  },
  maxStalledInvocations: {
    allowed: 2,
    actual: 3,
    silent: 3,
    fix: /Keep in @State what is done/,
    work: async function* (ctx, { timer }, job) {
      for (let page = 0; page < 100 && ctx.invocation <= 4; page += 1) {
        await timer.sleep(5_000);
        yield;
      }
      job.n = 3;
    },
  },
};

/** Every event is delivered a second time, by another request, after it was dealt with. */
function deliverTwice(handler: BatonHandler): BatonHandler {
  return async (event, context) => {
    try {
      return await handler(structuredClone(event), context);
    } finally {
      await handler(structuredClone(event), {
        ...context,
        awsRequestId: `${context.awsRequestId}-again`,
      }).catch(() => {});
    }
  };
}

const surroundings = {
  'without a store': 'none',
  'with a store': 'once',
  'with a store, every event delivered twice': 'twice',
} as const;

async function run({ work, run: options }: Fuse, limits: object, deliveries: 'none' | 'once' | 'twice') {
  const world = virtualWorld();

  @LongRunning({ ...times, name: 'counted', limits })
  class Counted {
    @State() n = 0;
    @Step() work(ctx: StepContext) {
      return work(ctx, world, this);
    }
    @Terminate() isDone() {
      return this.n >= 3;
    }
  }

  const store = { token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() };
  const handler = createHandler(Counted, {
    providers: [...world.providers, ...(deliveries === 'none' ? [] : [store])],
  });
  const event = { lambdaBaton: { v: 1, start: { executionId: 'execution-1', input: {} } } };
  return runExecution(deliveries === 'twice' ? deliverTwice(handler) : handler, world, { ...options, event });
}

describe('the fuses of the table', () => {
  it('The fuses of the table are all the limits that a job has', () => {
    @LongRunning({ ...times, name: 'plain' })
    class Plain {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(Object.keys(fuses).sort()).toEqual(Object.keys(readJob(Plain).limits).sort());
  });
});

describe.each(Object.entries(surroundings))('%s', (_where, deliveries) => {
  describe.each(Object.entries(fuses))('limits.%s', (name, fuse) => {
    it('A limit that is exceeded ends the execution with a typed error that has the numbers, and what to raise', async () => {
      const { error } = await run(fuse, { [name]: fuse.allowed }, deliveries);
      const { cause } = error as ExecutionFailedError;
      expect(cause).toBeInstanceOf(name === 'maxInterruptions' ? StepInterruptedError : FuseBlownError);
      const { message, details } = cause as FuseBlownError;
      expect(details).toMatchObject({ limit: name, allowed: fuse.allowed });
      if (typeof fuse.actual === 'number') expect(details.actual).toBe(fuse.actual);
      else expect(fuse.actual(details.actual)).toBe(true);
      const [problem = '', fix] = message.split('\n→ ');
      expect(fix).toMatch(fuse.fix);
      expect([
        problem.includes(`limits.${name} is ${fuse.allowed}`),
        problem.includes(String(details.actual)),
      ]).toEqual([true, true]);
    });

    it('A limit is silent when the execution needs no more', async () => {
      const { answer, error } = await run(fuse, { [name]: fuse.silent }, deliveries);
      expect({ error, status: answer?.status }).toEqual({ error: undefined, status: 'completed' });
    });
  });
});
