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
import { countRuns } from '../../helpers/how-often';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

const limits = { maxInvocations: 12, maxDurationMs: 900_000, maxStalledInvocations: 4, maxCostUsd: 0.004 };
/** Together the first to blow would hide the others: one of them at a time is that tight. */
const loose = { maxInvocations: 40, maxDurationMs: 10_000_000, maxStalledInvocations: 50, maxCostUsd: 1 };
type Limits = typeof limits;
/** A whole invocation of 512 MB costs less, in dollars. */
const invocationUsd = 0.001;

/** How often Lambda delivers an event whose process dies. */
const deliveriesOfEvent = 3;
const invocationMs = 60_000;
/** How long after a death Lambda delivers the event again. */
const retryDelayMs = 60_000;

const never = () => new Promise<never>(() => {});

/** What such a job keeps. */
interface Counting {
  n: number;
}

/** Every way that we know to never end. */
const evils = {
  nothing: () => undefined,
  sleep: (world: VirtualWorld) => world.timer.sleep(7_000),
  long: (world: VirtualWorld) => world.timer.sleep(51_000),
  throw: () => Promise.reject(new Error('no')),
  'throw late': (world: VirtualWorld) =>
    world.timer.sleep(20_000).then(() => Promise.reject(new Error('no'))),
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
  'change and get nowhere': (world: VirtualWorld, job: Counting) => {
    job.n += 1;
    return world.timer.sleep(7_000);
  },
  'change to and fro': (world: VirtualWorld, job: Counting) => {
    job.n = 1 - job.n;
    return world.timer.sleep(51_000);
  },
  'change and yield': async function* (world: VirtualWorld, job: Counting) {
    for (;;) {
      job.n += 1;
      await world.timer.sleep(4_000);
      yield;
    }
  },
  'change and throw': (_world: VirtualWorld, job: Counting) => {
    job.n += 1;
    return Promise.reject(new Error('no'));
  },
} as const;
type Evil = keyof typeof evils;

const names = Object.keys(evils) as Evil[];
/** Work that takes no time at all is ended by the time-out only: on virtual time, where none passes, it needs a turn of the clock. */
const timeless: ReadonlySet<Evil> = new Set(['nothing', 'wait 0', 'go to itself', 'yield at once']);

/** Does it. Nothing is for nothing: every unit takes some of the machine's time. */
function act(world: VirtualWorld, evil: Evil, job: Counting) {
  if (timeless.has(evil)) world.clock.moveTo(world.clock.now() + 500);
  return evil === 'yield at once' ? tick(world) : evils[evil](world, job);
}

/** Runs a job made of such steps to its end. */
async function run(
  [one, two]: readonly [Evil, Evil],
  check: 'cycle' | 'step',
  hasStore: boolean,
  deathMs: number | undefined,
  drawn: Limits,
) {
  const world = virtualWorld({ senders: [new RecordingSender({ channel: 'sqs' })] });
  const startMs = world.clock.now();

  @LongRunning({ safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000, limits: drawn })
  class Rogue {
    @State() n = 0;
    @Step() one() {
      return act(world, one, this);
    }
    @Step() two() {
      return act(world, two, this);
    }
    @Terminate({ check }) isDone() {
      return false;
    }
  }

  const providers = hasStore ? [{ token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() }] : [];
  // Lambda delivers an event three times: of each, the first two die.
  const killAfterMs = ({ receiveCount }: { receiveCount: number }) =>
    receiveCount < deliveriesOfEvent ? deathMs : undefined;
  const { error, answers } = await runJob(Rogue, { world, providers, maxDeliveries: 1_000, killAfterMs });
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
  it('A job, however it is written, outlives none of its fuses by more than the invocation that is under way, with a store or without, also when it dies again and again', async () => {
    const evil = fc.constantFrom(...names);
    const death = fc.option(fc.integer({ min: 1, max: invocationMs - 1 }), { nil: undefined });
    const tight = fc.constantFrom(...(Object.keys(limits) as (keyof Limits)[]));
    const check = fc.constantFrom('cycle' as const, 'step' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(evil, evil),
        check,
        fc.boolean(),
        death,
        tight,
        async (pair, checked, hasStore, deathMs, name) => {
          const drawn = { ...loose, [name]: limits[name] };
          const { error, answers, durationMs } = await run(pair, checked, hasStore, deathMs, drawn);
          expect(error).toMatchObject({ code: 'EXECUTION_FAILED' });
          const cause = error.cause as {
            code?: string;
            message: string;
            details?: { limit: string; actual: number };
          };
          expect(endings.has(cause.code ?? '') || cause.message === 'no').toBe(true);
          expect(answers.filter(({ status }) => status !== 'waiting').length).toBeLessThan(
            drawn.maxInvocations,
          );
          expect(durationMs).toBeLessThanOrEqual(
            drawn.maxDurationMs +
              (deathMs === undefined ? invocationMs : deliveriesOfEvent * (invocationMs + retryDelayMs)),
          );
          if (cause.details?.limit === 'maxCostUsd')
            expect(cause.details.actual).toBeLessThan(drawn.maxCostUsd + invocationUsd);
        },
      ),
      { numRuns: countRuns(25) },
    );
  });

  it.each(names)(
    'A job, however it is written, is ended when it completes with an @OnComplete that never ends: %s',
    async (hook) => {
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
          return act(world, hook, { n: 0 });
        }
      }

      const startMs = world.clock.now();
      const { deliveryCount } = await runJob(Done, { world, maxDeliveries: 100 });
      expect(deliveryCount).toBeLessThanOrEqual(limits.maxInvocations);
      expect(world.clock.now() - startMs).toBeLessThanOrEqual(limits.maxDurationMs + invocationMs);
    },
  );
});
