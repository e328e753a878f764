import { LongRunning, State, Step, type StepContext, Terminate } from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../../src/runtime/core/record/execution-record';
import { keepJob } from '../../helpers/keep-job';

type Durability = 'handoff' | 'step' | { everyMs: number };

/** A job of `steps` steps of `stepMs` each; the one numbered `long` takes ten seconds. */
function counting(durability: Durability, { steps = 10, stepMs = 100, long = 0, isGenerator = false } = {}) {
  const seen: { n: number; atMs: number }[] = [];
  const behaviour = { onStep: async (_n: number) => {} };
  const kept = keepJob((world) => {
    abstract class Counting {
      @State() n = 0;
      async count() {
        this.n += 1;
        seen.push({ n: this.n, atMs: world.clock.now() });
        await world.timer.sleep(this.n === long ? 10_000 : stepMs);
        await behaviour.onStep(this.n);
      }
      @Terminate() isDone() {
        return this.n === steps;
      }
    }

    @LongRunning({ name: 'counting', safeMs: 1_000, intervalMs: 500, durability })
    class Steps extends Counting {
      @Step() step() {
        return this.count();
      }
    }

    @LongRunning({ name: 'counting', safeMs: 1_000, intervalMs: 500, durability })
    class Yields extends Counting {
      @Step() async *step(_ctx: StepContext) {
        for (; this.n < steps; ) {
          await this.count();
          yield;
        }
      }
    }
    return isGenerator ? Yields : Steps;
  });
  return { ...kept, seen, behaviour };
}

/** Which `n` each write had, from the first after the claim. */
function readWritten({ readStates }: ReturnType<typeof counting>): unknown[] {
  return readStates().map(({ n }) => n);
}

/** Makes every write but the claim take that long, and counts how many are under way at once. */
function slowDown({ store, world }: ReturnType<typeof counting>, ms: number) {
  const flights = { now: 0, most: 0, starts: [] as number[] };
  store.beforeWrite = async (write) => {
    if (write === 1) return;
    flights.starts.push(world.clock.now());
    flights.now += 1;
    flights.most = Math.max(flights.most, flights.now);
    await world.timer.sleep(ms);
    flights.now -= 1;
  };
  return flights;
}

describe.each([
  ['steps', false],
  ['yields', true],
])('durability { everyMs }, with %s', (_what, isGenerator) => {
  it('Durability { everyMs } keeps the pace of the steps whatever the store takes: only the last write is waited for', async () => {
    const job = counting({ everyMs: 100 }, { steps: 50, isGenerator });
    const startMs = job.world.clock.now();
    const flights = slowDown(job, 1_000);
    expect(await job.call()).toMatchObject({ status: 'completed' });
    expect((job.seen.at(-1)?.atMs ?? 0) - startMs).toBe(49 * 100);
    expect(flights.most).toBe(1);
  });

  it('Durability { everyMs } skips what was overtaken while a write was under way: the newest wins', async () => {
    const job = counting({ everyMs: 100 }, { steps: 20, isGenerator });
    slowDown(job, 550);
    await job.call();
    const written = readWritten(job) as number[];
    expect(written[0]).toBe(1);
    expect(written[1]).toBeGreaterThanOrEqual(6);
    expect(written.at(-1)).toBe(20);
    expect([...written].sort((one, other) => one - other)).toEqual(written);
  });

  it('Durability { everyMs } writes at most that often', async () => {
    const job = counting({ everyMs: 350 }, { steps: 30, isGenerator });
    const { starts } = slowDown(job, 0);
    await job.call();
    const besides = starts.slice(0, -1);
    expect(besides.length).toBeGreaterThanOrEqual(7);
    for (const [index, atMs] of besides.slice(1).entries())
      expect(atMs - (besides[index] ?? 0)).toBeGreaterThanOrEqual(350);
  });

  it('Durability { everyMs } stores the newest safe point when its time has come, although a long step passes none', async () => {
    const job = counting({ everyMs: 1_000 }, { steps: 5, long: 4, isGenerator });
    const startMs = job.world.clock.now();
    const { starts } = slowDown(job, 0);
    await job.call();
    expect(readWritten(job)[0]).toBe(3);
    expect((starts[0] ?? 0) - startMs).toBe(1_000);
  });

  it('Durability { everyMs } stores what was passed during a write as soon as its time has come, although a long step passes nothing more', async () => {
    const job = counting({ everyMs: 100 }, { steps: 5, long: 4, isGenerator });
    slowDown(job, 400);
    await job.call();
    expect(readWritten(job).slice(0, 2)).toEqual([1, 3]);
  });

  it('Durability { everyMs } writes nothing a second time during a long step', async () => {
    const job = counting({ everyMs: 100 }, { steps: 3, long: 2, isGenerator });
    await job.call();
    expect(readWritten(job).filter((n) => n === 1)).toEqual([1]);
  });

  it.each([
    ['superseded', 'steal', expect.objectContaining({ status: 'superseded' })],
    ['could not be stored for ever', 'fail', expect.objectContaining({ code: 'CHECKPOINT_FAILED' })],
  ])(
    'Durability { everyMs } ends the invocation at the next safe point when a write beside it was %s',
    async (_what, how, ending) => {
      const job = counting({ everyMs: 100 }, { steps: 10, isGenerator });
      job.behaviour.onStep = async (n) => {
        if (n !== 2) return;
        if (how === 'steal') await job.steal();
        else job.store.fault = () => 'fail';
      };
      const remainingMs = how === 'steal' ? 60_000 : 1_700;
      expect(await job.call(remainingMs).catch((error: unknown) => error)).toEqual(ending);
      if (how === 'steal') expect(job.seen.length).toBeLessThanOrEqual(5);
      expect(job.sender.sent).toEqual([]);
      expect(job.world.timer.armedCount).toBe(0);
    },
  );

  it('Durability { everyMs } hands over only after the write under way has ended, with the newest state and before the continuation', async () => {
    const job = counting({ everyMs: 100 }, { steps: 40, isGenerator });
    const flights = slowDown(job, 300);
    const handedOffAtSend: (number | null)[] = [];
    const original = job.sender.send.bind(job.sender);
    job.sender.send = async (request) => {
      handedOffAtSend.push((await job.readRecord()).handedOffTo, flights.now);
      await original(request);
    };
    expect(await job.call(3_000)).toMatchObject({ status: 'handed-off' });
    expect(flights.most).toBe(1);
    expect(handedOffAtSend).toEqual([2, 0]);
    expect(readWritten(job).at(-1)).toBe(job.seen.length);
  });

  it('Durability { everyMs } leaves no timer behind', async () => {
    const job = counting({ everyMs: 60_000 }, { steps: 3, isGenerator });
    expect(await job.call()).toMatchObject({ status: 'completed' });
    expect(job.world.timer.armedCount).toBe(0);
  });
});

describe("durability 'handoff'", () => {
  it("Durability 'handoff' writes nothing between the claim and the hand-off, and then the newest state", async () => {
    const job = counting('handoff', { steps: 100 });
    expect(await job.call(3_000)).toMatchObject({ status: 'handed-off' });
    expect(readWritten(job)).toEqual([job.seen.length]);
    expect(await job.readRecord()).toMatchObject({ handedOffTo: 2, invocation: 1 });
  });

  it("Durability 'handoff' goes back to the last hand-off after a crash", async () => {
    const job = counting('handoff', { steps: 40 });
    await job.call(3_000);
    const done = job.seen.length;
    const event = JSON.parse(job.sender.sent[0]?.body ?? '');
    await job.callAndKill(550, event, 'r2');
    const repeated = job.seen.slice(done).map(({ n }) => n);
    expect(await job.call(60_000, event, 'r2')).toMatchObject({ status: 'handed-off' });
    const next = JSON.parse(job.sender.sent[1]?.body ?? '');
    expect(await job.call(60_000, next, 'r3')).toMatchObject({ status: 'completed' });
    expect(repeated).toHaveLength(6);
    expect(job.seen.slice(done + 6, done + 12).map(({ n }) => n)).toEqual(repeated);
  });
});

describe('a state that has not changed', () => {
  const idle = (world: { timer: { sleep(ms: number): Promise<void> } }) => {
    @LongRunning({ safeMs: 1_000, intervalMs: 500 })
    class Idle {
      @State() rows = ['the same'];
      @State() n = 0;
      @Step() async look(ctx: StepContext) {
        await world.timer.sleep(10);
        if (ctx.cycle === 3) this.n = 1;
      }
      @Terminate() isDone(ctx: StepContext) {
        return ctx.cycle > 5;
      }
    }
    return Idle;
  };

  it('A state that has not changed is not written again: the store is told so, write by write', async () => {
    const { store, call } = keepJob(idle);
    await call();
    expect(store.writes.map(({ hint }) => hint?.isStateUnchanged)).toEqual([
      false,
      false,
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  it.each(['fail', 'lost'] as const)(
    'A state that has not changed is compared with what is known to be stored when a write before was %s',
    async (fault) => {
      const { store, call } = keepJob(idle);
      store.fault = (write) => (write === 4 ? fault : 'none');
      expect(await call()).toMatchObject({ status: 'completed' });
      const texts = new Map<string, string>();
      for (const { execution, hint } of store.writes) {
        const { epoch } = parseRecord(execution.head, new NodePlatform().checksum);
        if (hint?.isStateUnchanged) expect(texts.get(`${epoch}`)).toBe(execution.state);
        texts.set(`${epoch}`, execution.state);
      }
    },
  );
});

describe('a store that refuses what it should take', () => {
  it('A store that refuses what it should take is asked again within the time left, and not in a tight loop', async () => {
    const job = counting('step', { steps: 3 });
    const { save } = job.store;
    let refusals = 0;
    job.store.save = async (...parameters) => {
      if (job.store.writes.length === 2 && refusals < 3) {
        refusals += 1;
        return undefined;
      }
      return save.apply(job.store, parameters);
    };
    expect(await job.call()).toMatchObject({ status: 'completed' });
    expect(refusals).toBe(3);
  });

  it('A store that refuses what it should take ends the invocation when it refuses for ever', async () => {
    const job = counting('step', { steps: 3 });
    const { save } = job.store;
    let refusals = 0;
    job.store.save = async (...parameters) => {
      if (job.store.writes.length < 2) return save.apply(job.store, parameters);
      refusals += 1;
      if (refusals > 1_000) throw new Error('a tight loop');
      return undefined;
    };
    await expect(job.call(20_000)).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED' });
    expect(refusals).toBeLessThan(50);
  });
});
