import fc from 'fast-check';
import {
  complete,
  goTo,
  LongRunning,
  OnComplete,
  OnHandoff,
  OnResume,
  OnStart,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
} from '../../../src';
import { RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

/** Many executions, and a machine that may be busy. */
jest.setTimeout(60_000);

const times = { safeMs: 1_000, intervalMs: 100, limits: { maxInvocations: 5_000, maxIdleInvocations: 100 } };

/** Jobs whose result tells whether anything was lost, repeated or seen out of order. Each step takes a virtual millisecond or more. */
const jobs: Record<string, (world: VirtualWorld) => new () => object> = {
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
      @State({ codec: { encode: ({ cents }: Money) => cents, decode: (cents: bigint) => new Money(cents) } }) money = new Money(0n);
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
};

/** A short wait may begin at the very end of an invocation, so there has to be a queue. */
function withQueue(): VirtualWorld {
  return virtualWorld({ senders: [new RecordingSender(), new RecordingSender({ channel: 'queue', maxDelaySeconds: 900 })] });
}

describe.each(Object.entries(jobs))('a job with %s', (_title, build) => {
  const run = async (budgets: readonly number[], options: Partial<Parameters<typeof runJob>[1]> = {}, world = withQueue()) => {
    const { answer, answers, error } = await runJob(build(world), {
      world,
      maxDeliveries: 5_000,
      remainingMs: ({ invocation }) => 1_000 + (budgets[invocation % budgets.length] ?? 1),
      ...options,
    });
    if (error) throw error;
    return { result: answer?.result, invocations: answers.length };
  };

  it('ends the same when it is handed over after every step', async () => {
    const undisturbed = await run([60_000]);
    const disturbed = await run([1]);
    expect(undisturbed.invocations).toBe(1);
    expect(disturbed.invocations).toBeGreaterThan(8);
    expect(disturbed.result).toEqual(undisturbed.result);
  });

  it('ends the same wherever it is handed over', async () => {
    const { result } = await run([60_000]);
    const law = fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }), async (budgets) => {
      expect((await run(budgets)).result).toEqual(result);
    });
    await fc.assert(law, { numRuns: 25 });
  });

  it('ends the same when any invocation dies, in the middle or at its very end', async () => {
    const { result } = await run([60_000]);
    const maybe = fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined });
    const law = fc.asyncProperty(
      fc.array(maybe, { minLength: 1, maxLength: 8 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
      async (kills, crashes) => {
        const once = await run([90, 30], {
          killAfterMs: ({ invocation, receiveCount }) => (receiveCount > 2 ? undefined : kills[(invocation + receiveCount) % kills.length]),
          crash: ({ invocation, receiveCount }) => receiveCount < 3 && crashes[invocation % crashes.length] === true,
        });
        expect(once.result).toEqual(result);
      },
    );
    await fc.assert(law, { numRuns: 15 });
  });

  it('ends the same by a queue alone', async () => {
    const { result } = await run([60_000]);
    const world = virtualWorld({ senders: [new RecordingSender({ channel: 'sqs' })] });
    expect((await run([25, 1, 70], {}, world)).result).toEqual(result);
  });
});
