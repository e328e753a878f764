import {
  complete,
  goTo,
  LongRunning,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnResume,
  OnStart,
  RetryableError,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
  wait,
  waitUntil,
} from '../../src';
import { epochMs, type ManualTimer, type VirtualClock } from '../../src/testing';

/** The time that a job is built on. */
export interface JobTime {
  readonly clock: VirtualClock;
  readonly timer: ManualTimer;
}

const times = { safeMs: 1_000, intervalMs: 100, limits: { maxInvocations: 5_000, maxIdleInvocations: 100 } };

/** Jobs whose result tells whether anything was lost, repeated or seen out of order. Each step takes a virtual millisecond or more. */
export const sharedJobs: Readonly<Record<string, (world: JobTime) => new () => object>> = {
  'a cursor over pages'(world) {
    @LongRunning(times)
    class Pages {
      @State() cursor: number | null = 0;
      @State() totals = new Map<string, { count: number; sum: bigint }>();
      @State() seen = new Set<number>();

      @Step() async readPage() {
        await world.timer.sleep(20);
        const page = this.cursor ?? 0;
        for (let row = page * 5; row < page * 5 + 5; row += 1) {
          const total = this.totals.get(`day ${row % 3}`) ?? { count: 0, sum: 0n };
          total.count += this.seen.has(row) ? 1_000 : 1;
          total.sum += BigInt(row);
          this.totals.set(`day ${row % 3}`, total);
          this.seen.add(row);
        }
        this.cursor = page === 11 ? null : page + 1;
      }

      @Terminate() isDone() {
        return this.cursor === null;
      }

      @OnComplete() end() {
        return [...this.totals].map(([day, { count, sum }]) => `${day}: ${count} rows, ${sum}`);
      }
    }
    return Pages;
  },

  'steps of every kind'(world) {
    @LongRunning(times)
    class Kinds {
      @State() story: string[] = [];
      @State() row = 0;
      @State() tries = 0;

      @OnStart() begin() {
        this.story.push('start');
      }

      @Step({ once: true }) async prepare({ cycle }: StepContext) {
        await world.timer.sleep(5);
        this.story.push(`prepare in ${cycle}`);
      }

      @Step() *rows({ cycle }: StepContext) {
        while (this.row < 4 * cycle) {
          world.clock.block(7);
          this.row += 1;
          this.story.push(`row ${this.row}`);
          yield;
        }
      }

      @Step() async *slowRows() {
        for (; this.tries < 2; ) {
          await world.timer.sleep(9);
          this.tries += 1;
          this.story.push(`slow ${this.tries}`);
          yield;
        }
        this.tries = 0;
      }

      @Step({ retry: { maxAttempts: 3, initialDelayMs: 40 } }) async flaky({ attempt, cycle }: StepContext) {
        this.story.push(`flaky ${attempt} in ${cycle}`);
        await world.timer.sleep(6);
        if (attempt < 3) throw new Error('on purpose');
        return goTo('last');
      }

      @Step() skipped() {
        this.story.push('never');
      }

      @Step() last({ cycle }: StepContext) {
        world.clock.block(3);
        this.story.push(`last in ${cycle}`);
        return wait({ seconds: 0.05 });
      }

      @Terminate({ check: 'step' }) isDone({ cycle }: StepContext) {
        return cycle === 4;
      }

      @OnComplete() end({ cycle }: StepContext) {
        return { cycle, story: this.story };
      }
    }
    return Kinds;
  },

  'references, dates and codecs'(world) {
    class Money {
      constructor(readonly cents: bigint) {}
    }

    @LongRunning(times)
    class References {
      @State() nodes: { id: number; next?: unknown; at: Date }[] = [];
      @State() head: { id: number } | undefined;
      @State({ codec: { encode: ({ cents }: Money) => cents, decode: (cents: bigint) => new Money(cents) } })
      money = new Money(0n);
      @State() bytes = new Uint8Array(8);
      @State() gone: string | undefined = 'here';

      @Step() async add() {
        await world.timer.sleep(30);
        const node: References['nodes'][number] = { id: this.nodes.length, at: new Date(this.nodes.length) };
        node.next = this.nodes.at(-1) ?? node;
        this.nodes.push(node);
        this.head = node;
        this.gone = undefined;
      }

      @Step() count() {
        world.clock.block(15);
        this.money = new Money(this.money.cents + BigInt(this.head?.id ?? 0));
        this.bytes[this.nodes.length % 8] = (this.bytes[this.nodes.length % 8] ?? 0) + 1;
        if (this.nodes.length === 9) return complete('counted');
        return undefined;
      }

      @Terminate() isDone() {
        return false;
      }

      @OnComplete() end() {
        const [first] = this.nodes;
        return {
          isLinked: this.nodes.every((node, index) => node.next === (this.nodes[index - 1] ?? node)),
          isHead: this.head === this.nodes.at(-1),
          isCyclic: first?.next === first,
          times: this.nodes.map(({ at }) => at.getTime()),
          cents: String(this.money.cents),
          bytes: [...this.bytes],
          gone: String(this.gone),
        };
      }
    }
    return References;
  },

  'hooks that leave the state alone'(world) {
    @LongRunning(times)
    class Hooked {
      @State() count = 0;
      handle: object | undefined;

      @OnResume() async open() {
        await null;
        this.handle = {};
      }

      @OnHandoff() async close() {
        await world.timer.sleep(1);
        this.handle = undefined;
      }

      @Step({ timeoutMs: 30 }) async work({ attempt }: StepContext) {
        this.count += 100;
        await world.timer.sleep(attempt === 1 && this.count % 3 === 0 ? 45 : 10);
        this.count -= 99;
      }

      @Terminate() isDone() {
        return this.count === 20;
      }

      @OnComplete() end() {
        return this.count;
      }
    }
    return Hooked;
  },

  'references that steps share, and an inherited step'(world) {
    class Base {
      @State() shared: { count: number } = { count: 0 };
      @State() views: { count: number }[] = [this.shared];

      @Step({ once: true }) first() {
        this.views.push(this.shared, { ...this.shared });
      }

      @Step() async count() {
        await world.timer.sleep(3);
        this.shared.count += 1;
      }
    }

    @LongRunning({ ...times, name: 'inherits' })
    class Inherits extends Base {
      @State() hasLooked = false;

      @Step() *look() {
        if (!this.hasLooked) {
          this.hasLooked = true;
          if (this.shared.count === 4) this.shared = { count: 4 };
          yield;
        }
        this.hasLooked = false;
        this.views[2] = this.shared;
        return this.shared.count === 8 ? complete('seen') : undefined;
      }

      @Terminate({ check: 'step' }) isDone() {
        return this.shared.count > 8;
      }

      @OnComplete() end() {
        return {
          counts: this.views.map(({ count }) => count),
          isShared: this.views[0] === this.views[1],
          isLast: this.views[2] === this.shared,
        };
      }
    }
    return Inherits;
  },
};

/** Jobs that do not end in one invocation, or end in failure. */
export const uneasyJobs: Readonly<Record<string, (world: JobTime) => new () => object>> = {
  'waits that no invocation is long enough for'(world) {
    @LongRunning({ ...times, intervalMs: 900 })
    class Waits {
      @State() story: string[] = [];
      @State() round = 0;

      @Step({ minBudgetMs: 3 }) async ask() {
        await world.timer.sleep(2);
        this.story.push(`asked ${this.round}`);
        return wait({ seconds: 1_500 + this.round });
      }

      @Step() answer({ cycle }: StepContext) {
        this.story.push(
          `answered in ${cycle} at ${world.clock.now() >= epochMs + cycle * 1_500_000 ? 'the right time' : 'too early a time'}`,
        );
        this.round += 1;
        return this.round === 2 ? waitUntil(new Date(epochMs + 7_200_000)) : undefined;
      }

      @Terminate() isDone() {
        return this.round === 3;
      }

      @OnComplete() end() {
        return this.story;
      }
    }
    return Waits;
  },

  'an end in failure'(world) {
    @LongRunning(times)
    class Failing {
      @State() kept: number[] = [];
      @State() lost = new Map<string, number>();

      @Step() async *collect({ attempt }: StepContext) {
        while (this.kept.length < 5) {
          await world.timer.sleep(4);
          this.kept.push(this.kept.length);
          if (this.kept.length === 3 && attempt === 1)
            throw new RetryableError({ retryAfterMs: 70_000, message: 'later' });
          yield;
        }
        this.lost.set('after the last yield', 1);
        if (attempt === 2) throw new TerminalError('not with these', { cause: new RangeError('five') });
        throw new Error('once more');
      }

      @Terminate() isDone() {
        return false;
      }

      @OnFailure() tell() {
        this.lost.clear();
      }
    }
    return Failing;
  },
};
