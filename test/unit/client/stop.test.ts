import {
  BatonClient,
  HandOffFailedError,
  MemoryCheckpointStore,
  type StoredExecution,
  type StoredRevision,
} from '../../../src';
import { clientWorld } from '../../helpers/client-world';

const startOf = (executionId: string) => ({ lambdaBaton: { v: 1, start: { executionId, input: {} } } });
const steps = (seen: readonly string[]) => seen.filter((line) => line.includes('#'));
const markId = 'lambda-baton:stop:counting';

describe('BatonClient.stop', () => {
  it('BatonClient.stop asks every live execution of the job to end: the running one at its next safe point', async () => {
    const { behaviour, client, clock, deliver, seen } = clientWorld();
    behaviour.onStep = async (n) => {
      if (n !== 2) return;
      const stoppedAtMs = clock.now();
      expect(await client.stop('counting')).toEqual({
        job: 'counting',
        stoppedAtMs,
        executionIds: ['one'],
        failed: [],
        hasMore: false,
      });
    };
    expect(await deliver(startOf('one'))).toMatchObject({ status: 'cancelled' });
    expect(steps(seen)).toHaveLength(2);
    expect(seen.at(-1)).toBe('cancelled');
  });

  it('BatonClient.stop ends one that was handed over before its next invocation runs a step', async () => {
    const { client, deliver, sender, seen } = clientWorld();
    await deliver(startOf('one'), { remainingMs: 1_250 });
    const before = seen.length;
    expect(await client.stop('counting')).toMatchObject({ executionIds: ['one'] });
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({ status: 'cancelled' });
    expect(seen.slice(before)).toEqual(['cancelled']);
  });

  it('BatonClient.stop leaves what has ended, and other jobs, as they are', async () => {
    const { client, deliver, store } = clientWorld();
    await deliver(startOf('one'));
    const ended = await store.load('one');
    await deliver(startOf('two'), { remainingMs: 1_250 });
    expect(await client.stop('another')).toMatchObject({ job: 'another', executionIds: [], hasMore: false });
    expect(await client.status('two')).toMatchObject({ isCancelRequested: false });
    expect(await deliver(startOf('three'))).toMatchObject({ status: 'completed' });
    expect(await client.stop('counting')).toMatchObject({ executionIds: ['two'] });
    expect(await store.load('one')).toEqual(ended);
    expect(await deliver(startOf('one'))).toMatchObject({ status: 'completed' });
  });

  it('BatonClient.stop refuses what starts afterwards, until it is resumed, and records nothing of it', async () => {
    const { client, deliver, seen, store } = clientWorld();
    await client.stop('counting', { reason: 'the ledger is wrong' });
    await expect(deliver(startOf('late'))).rejects.toMatchObject({
      code: 'JOB_STOPPED',
      retryable: true,
      details: { job: 'counting', executionId: 'late', reason: 'the ledger is wrong' },
    });
    expect(await store.load('late')).toBeUndefined();
    expect(seen).toEqual([]);
    expect(await client.resume('counting')).toEqual({ job: 'counting', wasStopped: true });
    expect(await deliver(startOf('late'))).toMatchObject({ status: 'completed' });
  });

  it('BatonClient.stop ends an execution that the listing has missed, before it runs a further step', async () => {
    const { client, deliver, sender, seen, store } = clientWorld();
    await deliver(startOf('missed'), { remainingMs: 1_250 });
    store.list = async () => [];
    const before = seen.length;
    expect(await client.stop('counting')).toMatchObject({ executionIds: [] });
    expect(await client.status('missed')).toMatchObject({ isCancelRequested: false });
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({ status: 'cancelled' });
    expect(seen.slice(before)).toEqual(['cancelled']);
    expect(await client.status('missed')).toMatchObject({ status: 'cancelled' });
  });

  it('BatonClient.stop ends a start that has read the mark before it was set, and has written its record after the listing', async () => {
    const { client, deliver, seen, store } = clientWorld();
    store.beforeWrite = async (write) => {
      if (write === 1) expect(await client.stop('counting')).toMatchObject({ executionIds: [] });
    };
    expect(await deliver(startOf('one'))).toMatchObject({ status: 'cancelled' });
    expect(seen).toEqual(['cancelled']);
  });

  it('BatonClient.stop ends a continuation whose claim was under way while the mark was written', async () => {
    const { client, deliver, sender, seen, store } = clientWorld();
    await deliver(startOf('one'), { remainingMs: 1_250 });
    const [before, claim] = [seen.length, store.writes.length + 1];
    store.beforeWrite = async (write) => {
      if (write === claim) expect(await client.stop('counting')).toMatchObject({ executionIds: ['one'] });
    };
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({ status: 'cancelled' });
    expect(seen.slice(before)).toEqual(['cancelled']);
  });

  it('BatonClient.stop finds an execution whose wait ends by a claim between the two listings', async () => {
    const { client, deliver, sender, store } = clientWorld();
    await deliver(startOf('one'), { remainingMs: 1_250 });
    const { revision, ...handedOver } = (await store.load('one')) as StoredRevision;
    await store.save({ ...handedOver, status: 'waiting' }, revision);
    const [list, claim] = [store.list.bind(store), store.writes.length + 1];
    const isStatus = async (status: string) => (await store.load('one'))?.status === status;
    let stopping: Promise<unknown> | undefined;
    let isListedOnce = false;
    store.list = async (query) => {
      const page = await list(query);
      isListedOnce = true;
      while (await isStatus('waiting')) await new Promise(setImmediate);
      return page;
    };
    store.beforeWrite = async (write) => {
      if (write !== claim) return;
      stopping = client.stop('counting');
      while (!isListedOnce) await new Promise(setImmediate);
    };
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({ status: 'cancelled' });
    expect(await stopping).toMatchObject({ executionIds: ['one'] });
  });

  it('BatonClient.stop is harmless a second time: the time of the first stays, and the reason until there is another', async () => {
    const { client, clock } = clientWorld();
    const stoppedAtMs = clock.now();
    await client.stop('counting', { reason: 'the ledger is wrong' });
    clock.block(60_000);
    expect(await client.stop('counting')).toMatchObject({ stoppedAtMs, reason: 'the ledger is wrong' });
    expect(await client.stop('counting', { reason: 'it still is' })).toMatchObject({
      stoppedAtMs,
      reason: 'it still is',
    });
    expect(await client.readStop('counting')).toEqual({
      job: 'counting',
      stoppedAtMs,
      reason: 'it still is',
    });
  });

  it('BatonClient.stop asks all the others when one cannot be asked, and says which', async () => {
    const { client, deliver, store } = clientWorld();
    for (const id of ['one', 'two', 'three']) await deliver(startOf(id), { remainingMs: 1_250 });
    const load = store.load.bind(store);
    store.load = async (id) => {
      if (id === 'two') throw new Error('AccessDenied');
      return load(id);
    };
    expect(await client.stop('counting')).toMatchObject({
      executionIds: expect.arrayContaining(['one', 'three']),
      failed: [{ executionId: 'two', reason: 'AccessDenied' }],
    });
  });

  it('BatonClient.stop asks nobody when the mark cannot be written, and says so', async () => {
    const { client, deliver, store } = clientWorld();
    await deliver(startOf('one'), { remainingMs: 1_250 });
    store.fault = () => 'fail';
    await expect(client.stop('counting')).rejects.toThrow('ThrottlingException');
    expect(await client.status('one')).toMatchObject({ isCancelRequested: false });
  });

  it('BatonClient.stop gives up, and says so, when others change the mark every time', async () => {
    const { client, store } = clientWorld();
    store.save = async () => undefined;
    await expect(client.stop('counting')).rejects.toThrowErrorMatchingInlineSnapshot(`
"The stop mark of job counting could not be changed: others changed it each of 20 times.
→ See who else stops or resumes the job, then do it again."
`);
  });

  it.each([
    ['a job without a name', '', undefined],
    ['a job of 65 characters', 'x'.repeat(65), undefined],
    ['a reason of 501 characters', 'counting', 'x'.repeat(501)],
  ])('BatonClient.stop refuses %s', async (_what, job, reason) => {
    const { client, store } = clientWorld();
    await expect(client.stop(job, reason === undefined ? {} : { reason })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(store.writes).toEqual([]);
  });
});

describe('BatonClient.stop, of a thousand executions and more', () => {
  /** Live executions, `perMs` of them started in each millisecond. */
  async function fill(store: MemoryCheckpointStore, count: number, perMs: number) {
    const { client, deliver, store: sample } = clientWorld();
    await deliver(startOf('sample'), { remainingMs: 1_250 });
    expect(await client.status('sample')).toMatchObject({ status: 'running' });
    const { revision: _revision, ...stored } = (await sample.load('sample')) ?? ({ revision: '' } as never);
    for (let n = 0; n < count; n += 1) {
      const execution = {
        ...stored,
        executionId: `e${n}`,
        startedAtMs: Math.floor(n / perMs) + 1,
      } as StoredExecution;
      await store.save({ ...execution, status: n % 2 === 0 ? 'running' : 'waiting' }, undefined);
    }
  }

  it('BatonClient.stop, of a thousand executions and more, asks every one of 2,600, also where many have started in the same millisecond', async () => {
    const store = new MemoryCheckpointStore();
    await fill(store, 2_600, 300);
    const { executionIds, hasMore } = await new BatonClient({ store }).stop('counting');
    expect(new Set(executionIds).size).toBe(2_600);
    expect(hasMore).toBe(false);
    expect(await new BatonClient({ store }).status('e2599')).toMatchObject({ isCancelRequested: true });
  }, 60_000);

  it('BatonClient.stop, of a thousand executions and more, asks every one when more than a thousand have started in one millisecond', async () => {
    const store = new MemoryCheckpointStore();
    await fill(store, 2_100, 5_000);
    const { executionIds, hasMore } = await new BatonClient({ store }).stop('counting');
    expect({ count: new Set(executionIds).size, hasMore }).toEqual({ count: 2_100, hasMore: false });
  }, 60_000);

  it('BatonClient.stop, of a thousand executions and more, says that there may be more when that happens in a store that knows no pages of what is live', async () => {
    const store = new MemoryCheckpointStore();
    await fill(store, 2_100, 5_000);
    const list = store.list.bind(store);
    store.list = async ({ live: _ignored, ...query }) => list(query);
    expect(await new BatonClient({ store }).stop('counting')).toMatchObject({ hasMore: true });
  }, 60_000);

  it('BatonClient.stop, of a thousand executions and more, does not spin in a store that knows neither pages nor startedUntilMs, and says that there may be more', async () => {
    const store = new MemoryCheckpointStore();
    await fill(store, 2_100, 1);
    const list = store.list.bind(store);
    let listCount = 0;
    store.list = async ({ startedUntilMs: _ignored, live: _unknown, ...query }) => {
      listCount += 1;
      return list(query);
    };
    const { executionIds, hasMore } = await new BatonClient({ store }).stop('counting');
    expect(hasMore).toBe(true);
    expect(executionIds).toHaveLength(2_000);
    expect(listCount).toBe(4);
  }, 60_000);

  it('BatonClient.stop, of a thousand executions and more, sweeps every one of them too', async () => {
    const store = new MemoryCheckpointStore();
    await fill(store, 2_600, 1);
    const client = new BatonClient({ store, functionName: 'count', client: { send: async () => ({}) } });
    const { swept, hasMore } = await client.sweep({ isDryRun: true, limit: 1_000 });
    expect({ count: swept.length, hasMore }).toEqual({ count: 1_000, hasMore: true });
    expect((await client.sweep({ isDryRun: true, limit: 5_000 })).swept).toHaveLength(2_600);
  }, 60_000);
});

describe('BatonClient.resume', () => {
  it('BatonClient.resume says when there was nothing to resume, and writes nothing', async () => {
    const { client, store } = clientWorld();
    expect(await client.resume('counting')).toEqual({ job: 'counting', wasStopped: false });
    await client.stop('counting');
    await client.resume('counting');
    const { length } = store.writes;
    expect(await client.resume('counting')).toEqual({ job: 'counting', wasStopped: false });
    expect(store.writes).toHaveLength(length);
    expect(await client.readStop('counting')).toBeUndefined();
  });

  it('BatonClient.resume brings no execution back: one that was asked to end ends', async () => {
    const { client, deliver, sender } = clientWorld();
    await deliver(startOf('one'), { remainingMs: 1_250 });
    await client.stop('counting');
    await client.resume('counting');
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({ status: 'cancelled' });
    expect(await deliver(startOf('one'))).toMatchObject({ status: 'cancelled' });
  });

  it('BatonClient.resume can be followed by another stop, of another time', async () => {
    const { client, clock, deliver } = clientWorld();
    await client.stop('counting', { reason: 'the first' });
    await client.resume('counting');
    clock.block(1_000);
    expect(await client.stop('counting')).toEqual(expect.objectContaining({ stoppedAtMs: clock.now() }));
    expect(await client.readStop('counting')).toEqual({ job: 'counting', stoppedAtMs: clock.now() });
    await expect(deliver(startOf('one'))).rejects.toMatchObject({ code: 'JOB_STOPPED' });
  });
});

describe('a job that is stopped', () => {
  it('A job that is stopped is refused by BatonClient.start before anything is sent, when it is told the job', async () => {
    const { client, lambda } = clientWorld();
    await client.stop('counting', { reason: 'the ledger is wrong' });
    await expect(
      client.start({ executionId: 'one', job: 'counting' }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
"Execution one is not started: job counting was stopped at 2026-01-01T00:00:00.000Z (the ledger is wrong).
→ When it may go on: baton resume counting, or BatonClient.resume."
`);
    expect(lambda.sent).toEqual([]);
    await client.start({ executionId: 'one' });
    expect(lambda.sent).toHaveLength(1);
    await client.start({ executionId: 'two', job: 'another' });
    expect(lambda.sent).toHaveLength(2);
  });

  it('A job that is stopped answers a start of an execution that is there already with that execution', async () => {
    const { client, deliver } = clientWorld();
    await deliver(startOf('one'));
    await client.stop('counting');
    expect(await client.start({ executionId: 'one', job: 'counting' })).toMatchObject({
      isNew: false,
      execution: { status: 'completed' },
    });
  });

  it('A job that is stopped is not redriven, and the execution is left as it is', async () => {
    const { behaviour, client, deliver, lambda, store } = clientWorld();
    behaviour.onStep = async () => {
      throw new Error('locked');
    };
    await expect(deliver(startOf('one'))).rejects.toMatchObject({ code: 'EXECUTION_FAILED' });
    const before = await store.load('one');
    await client.stop('counting');
    await expect(client.redrive('one')).rejects.toMatchObject({
      code: 'JOB_STOPPED',
      message: expect.stringContaining('is not redriven'),
    });
    expect(await store.load('one')).toEqual(before);
    expect(lambda.sent).toEqual([]);
    await client.resume('counting');
    expect(await client.redrive('one')).toEqual({ executionId: 'one', invocation: 2 });
  });

  it('A job that is stopped says of what cannot be redriven anyway why it cannot', async () => {
    const { client, deliver } = clientWorld();
    await deliver(startOf('one'));
    await client.stop('counting');
    await expect(client.redrive('one')).rejects.toMatchObject({ code: 'REDRIVE_REFUSED' });
  });

  it('A job that is stopped is swept, so that a dead execution ends', async () => {
    const { client, deliverAndKill, deliverSent, timer, seen } = clientWorld();
    await deliverAndKill(startOf('one'), 250);
    await client.stop('counting');
    await timer.advance(1_000_000);
    expect(await client.sweep()).toMatchObject({ swept: [{ executionId: 'one' }] });
    const before = seen.length;
    expect(await deliverSent()).toMatchObject({ status: 'cancelled' });
    expect(seen.slice(before)).toEqual(['cancelled']);
  });

  it('A job that is stopped leaves a parked execution where it is; after the resume a redrive ends it', async () => {
    const { client, deliver, deliverSent, sender, timer } = clientWorld();
    Object.assign(sender, {
      send: async () => {
        throw new HandOffFailedError({
          problem: 'loop',
          fix: 'allow',
          details: { channel: 'lambda', failure: 'recursion' },
        });
      },
    });
    await expect(deliver(startOf('one'), { remainingMs: 1_250 })).rejects.toMatchObject({
      code: 'HAND_OFF_FAILED',
    });
    expect(await client.stop('counting')).toMatchObject({ executionIds: ['one'] });
    await timer.advance(2_000_000);
    expect(await client.sweep()).toMatchObject({ swept: [], parkedIds: ['one'] });
    await expect(client.redrive('one')).rejects.toMatchObject({ code: 'JOB_STOPPED' });
    await client.resume('counting');
    await client.redrive('one');
    expect(await deliverSent()).toMatchObject({ status: 'cancelled' });
  });

  it('A job that is stopped has its mark in no list and under no id that anybody can use', async () => {
    const { client, deliver, store } = clientWorld();
    await deliver(startOf('one'));
    await client.stop('counting');
    expect((await client.list()).map(({ executionId }) => executionId)).toEqual(['one']);
    expect((await client.list({ limit: 1 })).map(({ executionId }) => executionId)).toEqual(['one']);
    expect(await client.list({ status: 'cancelled' })).toEqual([]);
    expect(await client.sweep()).toMatchObject({ swept: [], failed: [] });
    expect(await client.status(markId)).toBeUndefined();
    await expect(client.cancel(markId)).rejects.toMatchObject({ code: 'UNKNOWN_EXECUTION' });
    await expect(client.start({ executionId: markId })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(deliver(startOf(markId))).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
    expect((await store.load(markId))?.expiresAtMs).toBeGreaterThan(Date.UTC(2100, 0));
  });

  it.each([
    ['damaged', (head: string) => head.replace('stoppedAtMs', 'stopedAtMs')],
    ['empty', () => ''],
    ["another job's", (head: string) => head],
  ])(
    'A job that is stopped runs nothing while its mark is %s, and stop or resume fixes it',
    async (what, damage) => {
      const { client, deliver, store, seen } = clientWorld();
      await client.stop(what === "another job's" ? 'another' : 'counting');
      const written = store.writes[0]?.execution as StoredExecution;
      const spoil = async () => {
        const revision = (await store.load(markId))?.revision;
        await store.save({ ...written, executionId: markId, head: damage(written.head) }, revision);
      };
      await spoil();
      await expect(deliver(startOf('one'))).rejects.toThrowErrorMatchingInlineSnapshot(`
"The stop mark of job counting cannot be read, so nothing of it runs.
→ Set it again with baton stop counting, or take it away with baton resume counting."
`);
      await expect(client.start({ job: 'counting' })).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
      expect(seen).toEqual([]);
      await client.stop('counting');
      await expect(deliver(startOf('one'))).rejects.toMatchObject({ code: 'JOB_STOPPED' });
      await spoil();
      expect(await client.resume('counting')).toEqual({ job: 'counting', wasStopped: true });
      expect(await deliver(startOf('one'))).toMatchObject({ status: 'completed' });
    },
  );
});
