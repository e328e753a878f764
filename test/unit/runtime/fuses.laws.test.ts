import fc from 'fast-check';
import {
  CHECKPOINT_STORE,
  complete,
  goTo,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  State,
  Step,
  Terminate,
  wait,
} from '../../../src';
import { RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

jest.setTimeout(120_000);

const limits = { maxInvocations: 12, maxDurationMs: 900_000, maxStalledInvocations: 4, maxCostUsd: 0.004 };

const never = () => new Promise<never>(() => {});

/** Every way that we know to never end. */
const evils = {
  nothing: () => undefined,
  sleep: (world: VirtualWorld) => world.timer.sleep(7_000),
  long: (world: VirtualWorld) => world.timer.sleep(51_000),
  throw: () => Promise.reject(new Error('no')),
  'throw late': (world: VirtualWorld) => world.timer.sleep(20_000).then(() => Promise.reject(new Error('no'))),
  hang: () => never(),
  'wait 0': () => wait({ seconds: 0 }),
  wait: () => wait({ seconds: 30 }),
  'wait long': () => wait({ seconds: 2_000 }),
  'go to itself': () => goTo('one'),
  'go on to two': (world: VirtualWorld) => world.timer.sleep(3_000).then(() => goTo('two')),
  'yield at once': async function* () {
    for (;;) yield;
  },
  'yield slowly': async function* (world: VirtualWorld) {
    for (;;) {
      await world.timer.sleep(4_000);
      yield;
    }
  },
} as const;
type Evil = keyof typeof evils;

const names = Object.keys(evils) as Evil[];
/** Work that takes no time at all is ended by the time-out only: on virtual time, where none passes, it needs a turn of the clock. */
const timeless: ReadonlySet<Evil> = new Set(['nothing', 'wait 0', 'go to itself', 'yield at once']);

/** Does it. Nothing is for nothing: every unit takes some of the machine's time. */
function act(world: VirtualWorld, evil: Evil) {
  if (timeless.has(evil)) world.clock.moveTo(world.clock.now() + 500);
  return evil === 'yield at once' ? tick(world) : evils[evil](world);
}

/** Runs a job made of such steps to its end. */
async function run(one: Evil, two: Evil, check: 'cycle' | 'step', hasStore: boolean) {
  const world = virtualWorld({ senders: [new RecordingSender({ channel: 'sqs' })] });
  const startMs = world.clock.now();

  @LongRunning({ safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000, limits })
  class Rogue {
    @State() n = 0;
    @Step() one() {
      return act(world, one);
    }
    @Step() two() {
      return act(world, two);
    }
    @Terminate({ check }) isDone() {
      return false;
    }
  }

  const providers = hasStore ? [{ token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() }] : [];
  const { error, answers } = await runJob(Rogue, { world, providers, maxDeliveries: 100 });
  return { error: error as Error, answers, durationMs: world.clock.now() - startMs };
}

/** Yields at once, again and again; the machine's time passes all the same. */
async function* tick(world: VirtualWorld) {
  for (;;) {
    world.clock.moveTo(world.clock.now() + 500);
    yield;
  }
}

const endings = new Set(['FUSE_BLOWN', 'STEP_INTERRUPTED']);

describe('a job, however it is written', () => {
  it('outlives none of its fuses by more than the invocation that is under way, with a store or without', async () => {
    const evil = fc.constantFrom(...names);
    await fc.assert(
      fc.asyncProperty(evil, evil, fc.constantFrom('cycle' as const, 'step' as const), fc.boolean(), async (one, two, check, hasStore) => {
        const { error, answers, durationMs } = await run(one, two, check, hasStore);
        expect(error).toMatchObject({ code: 'EXECUTION_FAILED' });
        const cause = error.cause as { code?: string; message: string };
        expect(endings.has(cause.code ?? '') || cause.message === 'no').toBe(true);
        expect(answers.length).toBeLessThan(limits.maxInvocations);
        expect(durationMs).toBeLessThanOrEqual(limits.maxDurationMs + 60_000);
      }),
      { numRuns: 60 },
    );
  });

  it.each(names)('is ended when it completes with an @OnComplete that never ends: %s', async (hook) => {
    const world = virtualWorld({ senders: [new RecordingSender({ channel: 'sqs' })] });

    @LongRunning({ safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000, limits })
    class Done {
      @Step() work() {
        return complete('done');
      }
      @Terminate() isDone() {
        return false;
      }
      @OnComplete() end() {
        return act(world, hook);
      }
    }

    const startMs = world.clock.now();
    const { deliveryCount } = await runJob(Done, { world, maxDeliveries: 100 });
    expect(deliveryCount).toBeLessThanOrEqual(limits.maxInvocations);
    expect(world.clock.now() - startMs).toBeLessThanOrEqual(limits.maxDurationMs + 60_000);
  });
});
