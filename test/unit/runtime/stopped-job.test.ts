import {
  BatonClient,
  CHECKPOINT_STORE,
  type CheckpointStore,
  inject,
  LongRunning,
  MemoryCheckpointStore,
  OnCancel,
  OnStart,
  State,
  Step,
  Terminate,
} from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { keepJob } from '../../helpers/keep-job';

/** A job of five steps of 100 ms, its store, and a client that can stop it. */
function stoppable(durability: 'handoff' | 'step' = 'step') {
  const ran: string[] = [];
  const kept = keepJob((world) => {
    @LongRunning({ name: 'stoppable', safeMs: 1_000, intervalMs: 100, durability })
    class Stoppable {
      @State() n = 0;
      @OnStart() begin() {
        ran.push('start');
      }
      @Step() async count() {
        this.n += 1;
        ran.push(String(this.n));
        await world.timer.sleep(100);
      }
      @Terminate() isDone() {
        return this.n === 5;
      }
      @OnCancel() told() {
        ran.push('cancelled');
      }
    }
    return Stoppable;
  });
  const client = new BatonClient({ store: kept.store, clock: kept.world.clock });
  const stop = () => client.stop('stoppable');
  return { ...kept, ran, client, stop };
}

const isMark = (id: string) => id.startsWith('lambda-baton:');

describe('a claim', () => {
  it('A claim reads the stop of its job at the same time as the record', async () => {
    const { call, store } = stoppable();
    const load = store.load.bind(store);
    const reading = new Set<string>();
    let most = 0;
    store.load = async (id) => {
      reading.add(id);
      most = Math.max(most, reading.size);
      await new Promise(setImmediate);
      reading.delete(id);
      return load(id);
    };
    expect(await call()).toMatchObject({ status: 'completed' });
    expect(most).toBe(2);
  });

  it.each([1, 5])('A claim is tried again when the mark cannot be read %i times', async (times) => {
    const { call, store, ran } = stoppable();
    const load = store.load.bind(store);
    let failures = 0;
    store.load = async (id) => {
      failures += isMark(id) ? 1 : 0;
      if (isMark(id) && failures <= times) throw new Error('ThrottlingException');
      return load(id);
    };
    expect(await call()).toMatchObject({ status: 'completed' });
    expect(ran).toEqual(['start', '1', '2', '3', '4', '5']);
  });

  it('A claim runs nothing when the mark can never be read, and ends the invocation for Lambda to retry', async () => {
    const { call, store, ran } = stoppable();
    const load = store.load.bind(store);
    store.load = async (id) => {
      if (isMark(id)) throw new Error('AccessDeniedException');
      return load(id);
    };
    await expect(call(20_000)).rejects.toMatchObject({
      code: 'CHECKPOINT_FAILED',
      details: { executionId: 'execution-1' },
    });
    expect(ran).toEqual([]);
  });

  it('A claim of a new execution is tried again when the mark cannot be read behind its first write, and counts no interruption', async () => {
    const { call, store, ran, readRecord } = stoppable();
    const load = store.load.bind(store);
    let marksRead = 0;
    store.load = async (id) => {
      marksRead += isMark(id) ? 1 : 0;
      if (isMark(id) && marksRead === 2) throw new Error('ThrottlingException');
      return load(id);
    };
    expect(await call()).toMatchObject({ status: 'completed' });
    expect(ran[0]).toBe('start');
    expect((await readRecord()).continuation.interruptionCount).toBe(0);
  });
});

describe('while its job is stopped', () => {
  it('A start from a queue goes back to the queue while its job is stopped, and the other records of its batch too', async () => {
    const { call, stop, ran } = stoppable();
    await stop();
    const Records = ['a', 'b'].map((messageId) => ({
      messageId,
      body: '{}',
      eventSource: 'aws:sqs',
      attributes: {},
    }));
    expect(await call(60_000, { Records })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'b' }],
    });
    expect(ran).toEqual([]);
  });

  it('An event whose job is stopped ends in the dead letters when its retries are used up, and runs once it is sent again after the resume', async () => {
    @LongRunning({ name: 'stoppable', safeMs: 1_000, intervalMs: 100 })
    class Once {
      @State() isRead = false;
      @Step() read() {
        this.isRead = true;
      }
      @Terminate() isDone() {
        return this.isRead;
      }
    }
    const store = new MemoryCheckpointStore();
    const client = new BatonClient({ store });
    await client.stop('stoppable');
    const env = JobTestEnvironment.create(Once, { store: () => store, executionId: 'late' });
    const run = await env.run();
    expect(run.outcome).not.toBe('completed');
    expect(run.deadLetters).toHaveLength(1);
    expect(run.steps).toEqual([]);
    await client.resume('stoppable');
    expect((await env.run()).outcome).toBe('completed');
  });

  it('A continuation that was delivered already is still a duplicate while its job is stopped, and an ended execution answers with its outcome', async () => {
    const { call, sender, stop, client, ran } = stoppable();
    await call(1_250);
    const sent = JSON.parse(sender.sent[0]?.body ?? '');
    await call(60_000, sent, 'request-2');
    await stop();
    expect(await call(60_000, {}, 'execution-1')).toMatchObject({ status: 'completed' });
    expect(await call(60_000, sent, 'request-3')).toMatchObject({ status: 'completed' });
    expect(await client.status('execution-1')).toMatchObject({
      status: 'completed',
      isCancelRequested: false,
    });
    expect(ran).not.toContain('cancelled');
  });

  it("While its job is stopped, with durability 'handoff', a running execution goes on to its hand-off, and its next invocation ends it", async () => {
    const { call, ran, sender, stop, world } = stoppable('handoff');
    world.timer.once(150, () => void stop());
    expect(await call(1_250)).toMatchObject({ status: 'handed-off' });
    const before = ran.length;
    expect(await call(60_000, JSON.parse(sender.sent[0]?.body ?? ''), 'request-2')).toMatchObject({
      status: 'cancelled',
    });
    expect(ran.slice(before)).toEqual(['cancelled']);
  });

  it('The delivery of a dead invocation that comes again ends the execution while its job is stopped', async () => {
    const { call, callAndKill, ran, stop } = stoppable();
    await callAndKill(250);
    const before = ran.length;
    await stop();
    expect(await call()).toMatchObject({ status: 'cancelled' });
    expect(ran.slice(before)).toEqual(['cancelled']);
  });
});

describe('a job that stops itself', () => {
  it('A job that stops itself ends at its next safe point, also in the test kit', async () => {
    let client: BatonClient | undefined;
    @LongRunning({ name: 'careful', safeMs: 1_000, intervalMs: 100 })
    class Careful {
      @State() n = 0;
      constructor(@inject(CHECKPOINT_STORE) private readonly store: CheckpointStore) {}
      @Step() async look() {
        this.n += 1;
        client = new BatonClient({ store: this.store });
        if (this.n === 2) await client.stop('careful', { reason: 'it found a mistake' });
      }
      @Terminate() isDone() {
        return this.n === 9;
      }
    }
    const run = await JobTestEnvironment.create(Careful, { store: () => new MemoryCheckpointStore() }).run();
    expect(run).toMatchObject({ outcome: 'cancelled', state: { n: 2 } });
    expect(await client?.readStop('careful')).toMatchObject({ reason: 'it found a mistake' });
  });
});
