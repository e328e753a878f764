import { clientWorld } from '../../helpers/client-world';

const executionId = 'e';
const start = { lambdaBaton: { v: 1, start: { executionId, input: {} } } };

describe('BatonClient.cancel', () => {
  it('BatonClient.cancel ends a running execution at its next safe point: @OnCancel is called, @OnFailure is not', async () => {
    const { client, deliver, behaviour, seen } = clientWorld();
    behaviour.onStep = async (n) => {
      if (n === 2)
        expect(await client.cancel(executionId)).toMatchObject({
          kind: 'requested',
          execution: { status: 'running', isCancelRequested: true },
        });
    };
    expect(await deliver(start)).toMatchObject({ status: 'cancelled' });
    expect(seen).toEqual(['1:e#0', '2:e#1', 'cancelled']);
    expect(await client.status(executionId)).toMatchObject({ status: 'cancelled', isCancelRequested: true });
  });

  it('BatonClient.cancel ends one that was handed over when its next invocation begins', async () => {
    const { client, deliver, sender, seen } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    await client.cancel(executionId);
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({
      status: 'cancelled',
      invocation: 2,
    });
    expect(seen.slice(-2)).toEqual(['3:e#2', 'cancelled']);
  });

  it.each([
    ['the claim', 1],
    ['a checkpoint', 3],
    ['the hand-off', 5],
  ])(
    'BatonClient.cancel is not lost when it comes between the reading and the writing of %s',
    async (_what, write) => {
      const { client, store, deliver, sender, seen } = clientWorld();
      store.beforeWrite = async (number) => {
        if (number !== write + (write === 1 ? 1 : 0)) return;
        store.beforeWrite = async () => {};
        await client.cancel(executionId);
      };
      if (write === 1) {
        await deliver(start, { remainingMs: 900 });
        await deliver(JSON.parse(sender.sent[0]?.body ?? ''));
      } else {
        await deliver(start, { remainingMs: 1_250 });
        const handedOver = sender.sent[0]?.body;
        if (handedOver !== undefined) await deliver(JSON.parse(handedOver));
      }
      expect(seen.at(-1)).toBe('cancelled');
      expect(await client.status(executionId)).toMatchObject({ status: 'cancelled' });
    },
  );

  it('BatonClient.cancel tries again when the execution has written its record meanwhile', async () => {
    const { client, store, deliver, behaviour, seen } = clientWorld();
    const load = store.load.bind(store);
    behaviour.onStep = async (n) => {
      if (n !== 1) return;
      let races = 0;
      store.load = async (id) => {
        const stored = await load(id);
        races += 1;
        if (races > 3 || stored === undefined) return stored;
        const { revision, ...execution } = stored;
        await store.save(execution, revision);
        return stored;
      };
      expect(await client.cancel(executionId)).toMatchObject({ kind: 'requested' });
      expect(races).toBe(4);
      store.load = load;
    };
    await deliver(start);
    expect(seen.at(-1)).toBe('cancelled');
  });

  it('BatonClient.cancel gives up, and says so, when the execution is faster every time', async () => {
    const { client, store, deliver } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    store.save = async () => undefined;
    await expect(client.cancel(executionId)).rejects.toMatchObject({
      code: 'CHECKPOINT_FAILED',
      retryable: true,
      details: { tries: 200 },
    });
  });

  it('BatonClient.cancel is recorded once when two clients ask at once, and when the answer of the store was lost', async () => {
    const { client, makeClient, store, deliver } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    const before = store.writes.length;
    store.fault = (write) => (write === before + 1 ? 'lost' : 'none');
    const answers = await Promise.all([client.cancel(executionId), makeClient().cancel(executionId)]);
    expect(answers.map(({ kind }) => kind)).toEqual(['requested', 'requested']);
    await client.cancel(executionId);
    expect(await client.status(executionId)).toMatchObject({ isCancelRequested: true, status: 'running' });
    expect(store.writes.length - before).toBeLessThanOrEqual(2);
  });

  it("BatonClient.cancel passes on the store's error when it comes again and again", async () => {
    const { client, store, deliver } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    store.fault = () => 'fail';
    await expect(client.cancel(executionId)).rejects.toThrow('ThrottlingException');
  });

  it('BatonClient.cancel changes nothing about an execution that has ended, and says so', async () => {
    const { client, store, deliver } = clientWorld();
    await deliver(start);
    const before = await store.load(executionId);
    expect(await client.cancel(executionId)).toMatchObject({
      kind: 'already-ended',
      execution: { status: 'completed', isCancelRequested: false },
    });
    expect(await store.load(executionId)).toEqual(before);
  });

  it('BatonClient.cancel of an unknown execution is an error', async () => {
    const { client } = clientWorld();
    await expect(client.cancel('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_EXECUTION' });
  });
});
