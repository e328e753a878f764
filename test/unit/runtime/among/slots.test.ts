import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  OnSignal,
  State,
  Step,
  type StepContext,
  type StoredExecution,
  startChildren,
  TerminalError,
  Terminate,
  waitForSignal,
} from '../../../../src';
import { NodePlatform } from '../../../../src/runtime/adapters/node/node-platform';
import { leaveSlots, maxQueued, nameSlots } from '../../../../src/runtime/core/record/slots';
import { RecordingSender, sqsEvent } from '../../../../src/testing';
import { callHandler } from '../../../helpers/call-handler';
import { virtualWorld } from '../../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };
const { checksum, digest } = new NodePlatform();
const hour = 3_600_000;
const seen: string[] = [];
beforeEach(() => {
  seen.length = 0;
});

/** Counts what is asked of it. */
class CountingStore extends MemoryCheckpointStore {
  loads = 0;
  saves = 0;
  override load(id: string) {
    this.loads += 1;
    return super.load(id);
  }
  override save(execution: StoredExecution, expected: string | undefined) {
    this.saves += 1;
    return super.save(execution, expected);
  }
}

/** A function with its store; what it sends is delivered when `deliverAll` is called. */
function makeWorld(jobs: Parameters<typeof createHandler>[0]) {
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const store = new CountingStore();
  const providers = [...world.providers, { token: CHECKPOINT_STORE, useValue: store }];
  const handler = createHandler(jobs, { providers });
  const events: unknown[] = [];
  const lambda = {
    async send({ input }: { input: { Payload: string } }) {
      events.push(JSON.parse(input.Payload));
      return {};
    },
  };
  const client = new BatonClient({ store, client: lambda, clock: world.clock, functionName: 'tidy' });
  let count = 0;
  let sentCount = 0;
  const deliver = (event: unknown) => {
    count += 1;
    return callHandler(handler, world, event, { awsRequestId: `request-${count}` }) as Promise<{
      status?: string;
    }>;
  };
  const take = () => {
    for (const { body } of sender.sent.slice(sentCount)) events.push(JSON.parse(body));
    sentCount = sender.sent.length;
    return events.splice(0);
  };
  const deliverAll = async () => {
    for (let taken = take(); taken.length > 0; taken = take())
      for (const event of taken) await deliver(event).catch(() => {});
  };
  const start = (executionId: string, input: unknown = {}, job?: string) =>
    deliver({ lambdaBaton: { v: 1, start: { executionId, input, ...(job && { job }) } } });
  const statusOf = async (id: string) => (await client.status(id))?.status;
  return { ...world, sender, store, client, deliver, deliverAll, start, statusOf, drop: take };
}

/** Works until somebody says so. */
function makeJob(concurrency: object, name = 'tidy', more: object = {}) {
  @LongRunning({ ...times, name, concurrency: concurrency as { limit: number }, ...more })
  class Tidy {
    @State() isDone = false;
    @Step({ retry: { maxAttempts: 1 } }) begin(ctx: StepContext<{ fails?: boolean }>) {
      seen.push(`${ctx.executionId} begins`);
      if (ctx.input.fails) throw new TerminalError('no');
      return waitForSignal('go');
    }
    @Step() end() {
      this.isDone = true;
    }
    @Terminate() isOver() {
      return this.isDone;
    }
    @OnSignal('note') note(text: string, ctx: StepContext) {
      seen.push(`${ctx.executionId} is told ${text}`);
    }
  }
  return Tidy;
}

const go = async ({ client, deliverAll }: ReturnType<typeof makeWorld>, executionId: string) => {
  await client.signal({ executionId, name: 'go' });
  await deliverAll();
};

describe('a job with concurrency', () => {
  it('A job with concurrency lets those wait that find no slot free, first come, first served', async () => {
    const world = makeWorld(makeJob({ limit: 1 }));
    expect(await world.start('a')).toMatchObject({ status: 'waiting' });
    for (const id of ['b', 'c']) expect(await world.start(id)).toMatchObject({ status: 'waiting' });
    expect(await world.client.status('b')).toMatchObject({ status: 'waiting', waitsFor: 'slot' });
    expect(await world.client.list()).toEqual(
      expect.arrayContaining([expect.objectContaining({ executionId: 'c', waitsFor: 'slot' })]),
    );
    expect(seen).toEqual(['a begins']);
    await go(world, 'a');
    await go(world, 'b');
    expect(seen).toEqual(['a begins', 'b begins', 'c begins']);
    await go(world, 'c');
    expect(await world.statusOf('c')).toBe('completed');
  });

  it('A job with concurrency has a limit for each key', async () => {
    const world = makeWorld(makeJob({ limit: 1, key: ({ tenant }: { tenant: string }) => tenant }));
    await world.start('a1', { tenant: 'a' });
    await world.start('a2', { tenant: 'a' });
    await world.start('b1', { tenant: 'b' });
    expect(seen).toEqual(['a1 begins', 'b1 begins']);
  });

  it.each([
    ['throws', () => (undefined as unknown as string[]).length],
    ['gives a number', () => 7],
    ['gives a promise', async () => 'a'],
  ])(
    'A job with concurrency records a start whose key %s as failed, and frees nothing',
    async (_title, key) => {
      const world = makeWorld(makeJob({ limit: 1, key }));
      await expect(world.start('a')).rejects.toMatchObject({ cause: { code: 'SLOT_REFUSED' } });
      expect(await world.client.status('a')).toMatchObject({
        status: 'failed',
        error: { code: 'SLOT_REFUSED' },
      });
      expect(seen).toEqual([]);
    },
  );

  it('A job with concurrency skips a start that finds no slot free, names who is running, and acknowledges its message', async () => {
    const world = makeWorld(makeJob({ limit: 1, whenBusy: 'skip' }));
    await world.start('a');
    const body = JSON.stringify({ lambdaBaton: { v: 1, start: { executionId: 'b', input: {} } } });
    expect(await world.deliver(sqsEvent({ messageId: 'm', body }))).toEqual({ batchItemFailures: [] });
    expect(await world.client.status('b')).toMatchObject({ status: 'skipped', running: ['a'] });
    expect(await world.start('b')).toMatchObject({ status: 'skipped', running: ['a'] });
    await expect(world.client.redrive('b')).rejects.toMatchObject({ details: { standing: 'skipped' } });
    await go(world, 'a');
    expect(await world.start('c')).toMatchObject({ status: 'waiting' });
    expect(seen).toEqual(['a begins', 'c begins']);
  });

  it('A job with concurrency cancels older ones for a new one, those that wait too', async () => {
    const world = makeWorld(makeJob({ limit: 2, whenBusy: 'cancel-running' }));
    for (const id of ['a', 'b', 'c', 'd']) await world.start(id);
    await world.deliverAll();
    const statuses = await Promise.all(['a', 'b', 'c', 'd'].map(world.statusOf));
    expect(statuses).toEqual(['cancelled', 'cancelled', 'waiting', 'waiting']);
    expect(seen).toEqual(['a begins', 'b begins', 'c begins', 'd begins']);
  });

  it('A job with concurrency gives the slot on however its holder has ended', async () => {
    const world = makeWorld(makeJob({ limit: 1 }));
    await world.start('a');
    await world.start('b', { fails: true });
    await world.start('c');
    await world.start('d');
    await world.client.cancel('a');
    await world.deliverAll();
    expect(await world.statusOf('b')).toBe('failed');
    expect(seen).toEqual(['a begins', 'b begins', 'c begins']);
    await world.client.cancel('d');
    await world.deliverAll();
    expect(await world.statusOf('d')).toBe('cancelled');
    await go(world, 'c');
    expect(await world.start('e')).toMatchObject({ status: 'waiting' });
    expect(seen.at(-1)).toBe('e begins');
  });

  it('A job with concurrency lets a redriven one queue again, and keeps nobody from his slot meanwhile', async () => {
    const world = makeWorld(makeJob({ limit: 1, whenBusy: 'skip' }));
    await expect(world.start('a', { fails: true })).rejects.toThrow();
    await world.start('b');
    await world.client.redrive('a');
    await world.deliverAll();
    expect(await world.client.status('a')).toMatchObject({ status: 'waiting', waitsFor: 'slot' });
    expect(await world.start('c')).toMatchObject({ status: 'skipped' });
    await go(world, 'b');
    expect(seen).toEqual(['a begins', 'b begins', 'a begins']);
  });

  it('A job with concurrency does not lose its slot by what is known of an earlier claim of it', () => {
    const slots = { limit: 1, holders: [{ id: 'a', epoch: 5 }], queue: [{ id: 'b', epoch: 2 }] };
    expect(leaveSlots(slots, [{ id: 'a', epoch: 4 }])).toEqual(slots);
    expect(leaveSlots(slots, [{ id: 'a', epoch: 5 }]).holders).toEqual([]);
    expect(leaveSlots(slots, [{ id: 'b', epoch: 1 }])).toEqual(slots);
  });

  it('A job with concurrency passes over a holder that has ended, or is gone, without having given its slot on', async () => {
    const world = makeWorld(makeJob({ limit: 2 }));
    await world.start('done');
    await go(world, 'done');
    const id = nameSlots('tidy', '', digest);
    const found = await world.store.load(id);
    const holders = ['done', 'deleted'].map((one) => ({ id: one, epoch: 9 }));
    const state = JSON.stringify({ limit: 2, holders, queue: [{ id: 'deleted-too', epoch: 1 }] });
    if (found) await world.store.save({ ...found, state, head: checksum(state) }, found.revision);
    await world.start('a');
    await world.start('b');
    expect(seen).toEqual(['done begins', 'a begins', 'b begins']);
  });

  it('A job with concurrency wakes whoever was called again, when the look was lost', async () => {
    const world = makeWorld(makeJob({ limit: 1 }));
    await world.start('a');
    await world.start('b');
    await world.client.signal({ executionId: 'a', name: 'go' });
    for (const event of world.drop()) await world.deliver(event);
    world.drop();
    expect(seen).toEqual(['a begins']);
    world.clock.moveTo(world.clock.now() + 60_000);
    await world.start('c');
    await world.deliverAll();
    expect(seen).toEqual(['a begins', 'b begins']);
  });

  it('A job with concurrency is found by a sweep when it waits for a slot that nobody calls it into', async () => {
    const world = makeWorld(makeJob({ limit: 1 }));
    await world.start('a');
    await world.start('b');
    await world.client.signal({ executionId: 'a', name: 'go' });
    for (const event of world.drop()) await world.deliver(event);
    world.drop();
    world.clock.moveTo(world.clock.now() + 2 * hour);
    expect((await world.client.sweep()).swept).toMatchObject([{ executionId: 'b' }]);
    await world.deliverAll();
    expect(seen).toEqual(['a begins', 'b begins']);
  });

  it('A job with concurrency keeps a signal that comes while it waits for a slot', async () => {
    const world = makeWorld(makeJob({ limit: 1 }));
    await world.start('a');
    await world.start('b');
    await world.client.signal({ executionId: 'b', name: 'note', payload: 'hello' });
    await world.deliverAll();
    expect(await world.client.status('b')).toMatchObject({ waitsFor: 'slot' });
    await go(world, 'a');
    expect(seen).toEqual(['a begins', 'b is told hello', 'b begins']);
  });

  it('A job with concurrency ends one that has waited until it may last no longer', async () => {
    const world = makeWorld(makeJob({ limit: 1 }, 'tidy', { limits: { maxDurationMs: hour } }));
    await world.start('a');
    world.clock.moveTo(world.clock.now() + 1_000);
    await world.start('b');
    world.clock.moveTo(world.clock.now() + 3 * hour);
    await world.client.sweep();
    await world.deliverAll();
    expect(await world.client.status('b')).toMatchObject({
      status: 'failed',
      error: { code: 'FUSE_BLOWN' },
    });
    expect(seen).toEqual(['a begins']);
  });

  it('A job with concurrency records a start as failed when too many wait', async () => {
    const world = makeWorld(makeJob({ limit: 1 }));
    await world.start('a');
    const found = await world.store.load(nameSlots('tidy', '', digest));
    const queue = Array.from({ length: maxQueued }, (_, index) => ({ id: `q${index}`, epoch: 1 }));
    const state = JSON.stringify({ limit: 1, holders: [{ id: 'a', epoch: 1 }], queue });
    if (found) await world.store.save({ ...found, state, head: checksum(state) }, found.revision);
    await expect(world.start('b')).rejects.toMatchObject({
      cause: { code: 'SLOT_REFUSED', details: { reason: 'queue-full' } },
    });
    expect(await world.statusOf('b')).toBe('failed');
  });

  it('A job with concurrency gives children of one of its own executions no slot to wait for', async () => {
    @LongRunning({ ...times, name: 'tree', concurrency: { limit: 1 } })
    class Tree {
      @State() isDone = false;
      @Step() fork(ctx: StepContext<{ depth?: number }>): unknown {
        const { depth = 0 } = ctx.input;
        seen.push(`${depth}`);
        const items = depth < 2 ? [{ id: 'x', input: { depth: depth + 1 } }] : [];
        return startChildren(items, { job: Tree });
      }
      @Step() end() {
        this.isDone = true;
      }
      @Terminate() isOver() {
        return this.isDone;
      }
    }
    const world = makeWorld(Tree);
    await world.start('a');
    await world.deliverAll();
    expect(await world.statusOf('a')).toBe('completed');
    expect(seen).toEqual(['0', '1', '2']);
  });

  it('A job with concurrency tells what is damaged, and runs nothing', async () => {
    const world = makeWorld(makeJob({ limit: 1 }));
    await world.start('a');
    const found = await world.store.load(nameSlots('tidy', '', digest));
    if (found) await world.store.save({ ...found, state: '{}' }, found.revision);
    await expect(world.start('b')).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
  });

  it('A job with concurrency needs a store', () => {
    expect(() => createHandler(makeJob({ limit: 1 }))).toThrow(
      '@LongRunning on class Tidy: concurrency needs a checkpoint store, and there is none.\n→ Set BATON_TABLE',
    );
  });
});

describe('a job without concurrency', () => {
  it('A job without concurrency asks the store for nothing more', async () => {
    @LongRunning({ ...times, name: 'plain' })
    class Plain {
      @State() isDone = false;
      @Step() work() {
        this.isDone = true;
      }
      @Terminate() isOver() {
        return this.isDone;
      }
    }
    const { start, store } = makeWorld(Plain);
    await start('a');
    expect([store.loads, store.saves]).toEqual([3, 4]);
  });
});
