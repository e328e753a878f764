import fc from 'fast-check';
import { createHandler, LongRunning, OnResume, State, Step, Terminate } from '../../../src';
import { epochMs, fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';
import { forever } from './failing-sender';

const safeMs = 10_000;
/** How long the code takes to load, in milliseconds. */
const loadMs = 80;

/** A channel whose code has to be loaded, and when that was asked for and done, from the beginning. */
class HeavySender extends RecordingSender {
  readonly begunAtMs: number[] = [];
  readonly loadedAtMs: number[] = [];
  world: VirtualWorld | undefined;

  async load(): Promise<void> {
    const { clock, timer } = this.world as VirtualWorld;
    this.begunAtMs.push(clock.now() - epochMs);
    await timer.sleep(loadMs);
    this.loadedAtMs.push(clock.now() - epochMs);
  }
}

function heavyWorld(channels = ['lambda']) {
  const senders = channels.map((channel) => new HeavySender({ channel }));
  const world = virtualWorld({ senders });
  for (const sender of senders) sender.world = world;
  return { world, senders, sender: senders[0] as HeavySender };
}

/** A stretch of work: it holds the event loop, or waits. */
interface Stretch {
  readonly ms: number;
  readonly isBlocking: boolean;
}

/** A job whose steps take as long as they are told to. `begun` notes when. */
function stretchedJob({ clock, timer }: VirtualWorld, stretches: readonly Stretch[], begun: number[] = []) {
  const work = (n: number): Promise<void> | undefined => {
    const { ms, isBlocking } = stretches[n] as Stretch;
    begun.push(clock.now() - epochMs);
    if (!isBlocking) return timer.sleep(ms);
    clock.block(ms);
    return undefined;
  };

  @LongRunning({ safeMs, intervalMs: 1_000 })
  class Stretched {
    @State() n = 0;
    @Step() run() {
      this.n += 1;
      return work(this.n - 1);
    }
    @Terminate() isDone() {
      return this.n === stretches.length;
    }
  }
  return Stretched;
}

const blocking = (ms: number): Stretch => ({ ms, isBlocking: true });

describe('the code of the channels', () => {
  it('The code of the channels is there before the first step, when the safe window is less than 2 s away', async () => {
    const { world, sender } = heavyWorld();
    const begun: number[] = [];
    const job = stretchedJob(world, [blocking(1_900), blocking(1)], begun);
    const { answers } = await runJob(job, { world, remainingMs: safeMs + 1_500 });
    expect(answers).toHaveLength(2);
    expect(sender.loadedAtMs[0]).toBe(loadMs);
    expect(begun[0]).toBe(loadMs);
  });

  it('The code of the channels is there before @OnResume then, which may last just as long', async () => {
    const { world, sender } = heavyWorld();
    const resumedAtMs: number[] = [];

    @LongRunning({ safeMs, intervalMs: 1_000 })
    class Resumed {
      @State() n = 0;
      @Step() run() {
        this.n += 1;
        world.clock.block(this.n === 1 ? 59_000 : 1);
      }
      @OnResume() resume() {
        resumedAtMs.push(world.clock.now() - epochMs);
      }
      @Terminate() isDone() {
        return this.n === 2;
      }
    }

    const remainingMs = ({ invocation }: { invocation: number }) =>
      invocation === 1 ? 60_000 : safeMs + 1_500;
    await runJob(Resumed, { world, remainingMs });
    expect([sender.loadedAtMs[0], resumedAtMs[0]]).toEqual([59_000 + loadMs, 59_000 + loadMs]);
  });

  it('The code of the channels is there before the next step, once an invocation has lasted 2 s, although steps hold the event loop', async () => {
    const { world, sender } = heavyWorld();
    const begun: number[] = [];
    const job = stretchedJob(world, [blocking(1_200), blocking(900), blocking(50_000), blocking(1)], begun);
    await runJob(job, { world });
    expect(sender.loadedAtMs[0]).toBe(2_100 + loadMs);
    expect(begun[2]).toBe(2_100 + loadMs);
  });

  it('The code of the channels is there before the next part of a generator then', async () => {
    const { world, sender } = heavyWorld();
    const begun: number[] = [];

    @LongRunning({ safeMs, intervalMs: 1_000 })
    class Parts {
      @State() n = 0;
      @Step() *run() {
        for (const ms of [2_100, 50_000, 1].slice(this.n)) {
          begun.push(world.clock.now() - epochMs);
          world.clock.block(ms);
          this.n += 1;
          yield;
        }
      }
      @Terminate() isDone() {
        return this.n === 3;
      }
    }

    await runJob(Parts, { world });
    expect(begun[1]).toBe(2_100 + loadMs);
    expect(sender.loadedAtMs[0]).toBe(2_100 + loadMs);
  });

  it('The code of the channels is that of every channel, since the first may fail, and is asked for once an invocation', async () => {
    const { world, senders } = heavyWorld(['lambda', 'sqs']);
    const job = stretchedJob(world, Array(40).fill({ ms: 1_000, isBlocking: false }));
    await runJob(job, { world });
    expect(senders.map(({ begunAtMs }) => begunAtMs)).toEqual([[2_000], [2_000 + loadMs]]);
  });

  it('The code of the channels is not asked for in an invocation that ends within 2 s and is far from its safe window', async () => {
    const { world, sender } = heavyWorld();
    const { answers } = await runJob(stretchedJob(world, [blocking(1_000), blocking(990)]), { world });
    expect([answers.length, sender.begunAtMs]).toEqual([1, []]);
  });

  it('The code of the channels that never comes, or cannot be loaded, is waited for once, up to half the time that is left', async () => {
    for (const [load, expected] of [
      [forever, [500, 501]],
      [() => Promise.reject(new Error('no such package')), [0, 1]],
    ] as const) {
      const { world, sender } = heavyWorld();
      sender.load = load;
      const begun: number[] = [];
      const job = stretchedJob(world, [blocking(1), blocking(1)], begun);
      await runJob(job, { world, remainingMs: safeMs + 1_000 });
      expect(begun).toEqual(expected);
    }
  });

  it('The code of the channels is never loaded inside a safe window, unless one stretch without a turn of the event loop has led there from the first 2 s', async () => {
    const stretch = fc.record({ ms: fc.integer({ min: 1, max: 4_000 }), isBlocking: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(stretch, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 200, max: 9_000 }),
        async (stretches, budgetMs) => {
          const { world, sender } = heavyWorld();
          const begun: number[] = [];
          const handler = createHandler(stretchedJob(world, stretches, begun), {
            providers: world.providers,
          });
          const context = fakeLambdaContext({ clock: world.clock, remainingMs: safeMs + budgetMs });
          await world.timer.drive(handler({}, context) as Promise<unknown>);
          const endMs = world.clock.now() - epochMs;
          const [loadedAtMs = endMs] = sender.loadedAtMs;
          const isLed = begun.some((atMs, index) => {
            const { ms, isBlocking } = stretches[index] as Stretch;
            return (
              isBlocking && atMs < Math.min(2_000, budgetMs - 2_000) && atMs + ms > budgetMs - 2 * loadMs
            );
          });
          expect(endMs < budgetMs || isLed || loadedAtMs <= budgetMs).toBe(true);
        },
      ),
    );
  });
});
