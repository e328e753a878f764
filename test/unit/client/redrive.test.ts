import { BatonClient, TerminalError } from '../../../src';
import { clientWorld } from '../../helpers/client-world';

const executionId = 'e';
const start = { lambdaBaton: { v: 1, start: { executionId, input: { page: 7 } } } };

/** An execution that has failed at its third step, in invocation 1. */
async function failed(options: Parameters<typeof clientWorld>[0] = {}) {
  const world = clientWorld(options);
  world.behaviour.onStep = async (n) => {
    if (n === 3) throw new TerminalError('no such account');
  };
  await expect(world.deliver(start, { request: 'first' })).rejects.toThrow();
  const fix = () => {
    world.behaviour.onStep = async () => {};
    world.seen.length = 0;
  };
  return { ...world, fix };
}

describe('BatonClient.redrive', () => {
  it('BatonClient.redrive lets a failed execution go on from its last checkpoint, with its input and the same keys', async () => {
    const { client, lambda, fix, deliverSent, seen } = await failed();
    fix();
    expect(await client.redrive(executionId)).toEqual({ executionId, invocation: 2 });
    expect(lambda.sent).toHaveLength(1);
    expect(await client.status(executionId)).toMatchObject({
      status: 'running',
      handedOffTo: 2,
      attempt: 1,
      isStuck: false,
    });
    expect(await deliverSent()).toMatchObject({
      status: 'completed',
      invocation: 2,
      result: { n: 5, input: { page: 7 } },
    });
    expect(seen).toEqual(['3:e#2', '4:e#3', '5:e#4']);
  });

  it('BatonClient.redrive has the checkpoint before it invokes', async () => {
    const { client, lambda, store } = await failed();
    lambda.fault = () => {
      expect(store.writes.at(-1)?.execution).toMatchObject({ status: 'running' });
      return 'none';
    };
    await client.redrive(executionId);
    expect.assertions(2);
  });

  it('BatonClient.redrive can be done again when the function could not be invoked', async () => {
    const { client, lambda, fix, deliverSent } = await failed();
    fix();
    lambda.fault = (call) => {
      if (call === 1) throw Object.assign(new Error('rate exceeded'), { name: 'TooManyRequestsException' });
      return 'none';
    };
    await expect(client.redrive(executionId)).rejects.toMatchObject({ code: 'INVOKE_FAILED' });
    expect(await client.redrive(executionId)).toEqual({ executionId, invocation: 2 });
    expect(await deliverSent()).toMatchObject({ status: 'completed' });
  });

  it('BatonClient.redrive runs once when its answer was lost and it is done again, and when two clients do it at once', async () => {
    const { client, makeClient, lambda, fix, deliverAll, seen } = await failed();
    fix();
    lambda.fault = (call) => (call === 1 ? 'lost' : 'none');
    await expect(client.redrive(executionId)).rejects.toMatchObject({ code: 'INVOKE_FAILED' });
    await Promise.all([client.redrive(executionId), makeClient().redrive(executionId)]);
    const answers = await deliverAll(lambda.sent.map(({ event }) => event));
    const statuses = answers?.map((answer) => 'status' in answer && answer.status);
    expect(statuses?.sort()).toEqual(['completed', 'duplicate', 'duplicate']);
    expect(seen).toHaveLength(3);
  });

  it('BatonClient.redrive goes on although the store loses an answer', async () => {
    const { client, store, fix, deliverSent } = await failed();
    fix();
    const before = store.writes.length;
    store.fault = (write) => (write === before + 1 ? 'lost' : 'none');
    await client.redrive(executionId);
    expect(await deliverSent()).toMatchObject({ status: 'completed' });
  });

  it("BatonClient.redrive turns away Lambda's own retry of the invocation that failed", async () => {
    const { client, fix, deliver, deliverSent, seen } = await failed();
    fix();
    await client.redrive(executionId);
    expect(await deliver(start, { request: 'first' })).toMatchObject({ status: 'duplicate' });
    expect(seen).toEqual([]);
    expect(await deliverSent()).toMatchObject({ status: 'completed' });
  });

  it('BatonClient.redrive gives a stuck execution a new invocation, and an owner that wakes up after all is stopped', async () => {
    const { client, clock, timer, deliver, deliverSent, behaviour, seen } = clientWorld();
    let redriven: unknown;
    behaviour.onStep = async (n) => {
      if (n !== 2 || redriven !== undefined) return;
      clock.block(60_000);
      expect(await client.status(executionId)).toMatchObject({ isStuck: true });
      redriven = await client.redrive(executionId);
    };
    expect(await deliver(start)).toMatchObject({ status: 'superseded' });
    expect(redriven).toEqual({ executionId, invocation: 2 });
    expect(await deliverSent()).toMatchObject({ status: 'completed', invocation: 2 });
    expect(seen).toEqual(['1:e#0', '2:e#1', '2:e#1', '3:e#2', '4:e#3', '5:e#4']);
    expect(timer.armedCount).toBe(0);
  });

  it('BatonClient.redrive gives one whose continuation was lost the same invocation once more', async () => {
    const { client, clock, deliver, deliverSent } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    clock.block(2_000);
    expect(await client.redrive(executionId)).toEqual({ executionId, invocation: 2 });
    expect(await deliverSent()).toMatchObject({ status: 'completed', invocation: 2 });
  });

  it('BatonClient.redrive runs once when the continuation that seemed lost comes after all', async () => {
    const { client, clock, deliver, deliverSent, sender, seen } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    clock.block(2_000);
    await client.redrive(executionId);
    expect(await deliver(JSON.parse(sender.sent[0]?.body ?? ''))).toMatchObject({
      status: 'completed',
      invocation: 2,
    });
    expect(await deliverSent()).toMatchObject({ status: 'completed' });
    expect(seen).toHaveLength(5);
  });

  it('BatonClient.redrive ends a stuck execution as cancelled when that was asked for', async () => {
    const { client, clock, deliverAndKill, deliverSent, seen } = clientWorld();
    await deliverAndKill(start, 150);
    await client.cancel(executionId);
    clock.block(60_000);
    await client.redrive(executionId);
    expect(await deliverSent()).toMatchObject({ status: 'cancelled', invocation: 2 });
    expect(seen.at(-1)).toBe('cancelled');
  });

  it('BatonClient.redrive forgets a request to cancel that the failure has overtaken', async () => {
    const world = clientWorld();
    const { client, behaviour, deliver, deliverSent, store } = world;
    behaviour.onStep = async () => {
      throw new TerminalError('no such account');
    };
    store.beforeWrite = async (write) => {
      if (write === 2) await client.cancel(executionId);
    };
    await expect(deliver(start)).rejects.toThrow();
    expect(await client.status(executionId)).toMatchObject({ status: 'failed', isCancelRequested: true });
    behaviour.onStep = async () => {};
    await client.redrive(executionId);
    expect(await deliverSent()).toMatchObject({ status: 'completed' });
  });

  it('BatonClient.redrive refuses a running execution, one on its way, a completed and a cancelled one, and changes nothing', async () => {
    const { client, store, lambda, deliver, behaviour, sender } = clientWorld();
    const refusals: string[] = [];
    const tryToRedrive = () =>
      client.redrive(executionId).catch((error: Error) => refusals.push(error.message));
    behaviour.onStep = async (n) => {
      if (n === 1) await tryToRedrive();
    };
    await deliver(start, { remainingMs: 1_250, request: 'first' });
    await tryToRedrive();
    await deliver(JSON.parse(sender.sent[0]?.body ?? ''));
    await tryToRedrive();
    const other = { lambdaBaton: { v: 1, start: { executionId: 'other', input: {} } } };
    behaviour.onStep = async () => {
      await client.cancel('other');
    };
    await deliver(other);
    await client.redrive('other').catch((error: Error) => refusals.push(error.message));
    expect(`\n${refusals.join('\n')}\n`).toMatchInlineSnapshot(`
"
Execution e cannot be redriven: it is running in invocation 1, whose lease ends at 2026-01-01T00:00:01.250Z.
→ Let it go on, or cancel it; if it has died, redrive it when its lease has ended.
Execution e cannot be redriven: it was handed over to invocation 2, due by 2026-01-01T00:00:01.250Z.
→ Let it go on; if its next invocation has not begun by then, redrive it.
Execution e cannot be redriven: it has ended as completed.
→ Start it again under another id.
Execution other cannot be redriven: it has ended as cancelled.
→ Start it again under another id.
"
`);
    expect(lambda.sent).toEqual([]);
    expect((await store.load(executionId))?.status).toBe('completed');
  });

  it('BatonClient.redrive gives a failed step its attempts again', async () => {
    const { client, fix, behaviour, deliverSent } = await failed();
    fix();
    behaviour.onStep = async (n, ctx) => {
      if (n === 3 && ctx.attempt === 1) throw new Error('locked');
    };
    await client.redrive(executionId);
    expect(await deliverSent()).toMatchObject({ status: 'completed' });
  });

  it('BatonClient.redrive gives a step that was interrupted too often another chance', async () => {
    const { client, clock, deliver, deliverAndKill, deliverSent } = clientWorld();
    await deliverAndKill(start, 50);
    clock.block(60_000);
    await deliverAndKill(start, 50);
    clock.block(60_000);
    await expect(deliver(start)).rejects.toMatchObject({ cause: { code: 'STEP_INTERRUPTED' } });
    await client.redrive(executionId);
    expect(await deliverSent()).toMatchObject({ status: 'completed', invocation: 2 });
  });

  it('BatonClient.redrive begins a new maxDurationMs, and keeps the time of the start', async () => {
    const limits = { maxDurationMs: 10_000 };
    const { client, clock, fix, deliverSent } = await failed({ limits });
    const startedAtMs = (await client.status(executionId))?.startedAtMs;
    fix();
    clock.block(3_600_000);
    await client.redrive(executionId);
    expect(await deliverSent()).toMatchObject({ status: 'completed' });
    expect(await client.status(executionId)).toMatchObject({ startedAtMs });
  });

  it('BatonClient.redrive counts invocations on: an execution that was stopped by maxInvocations needs a higher limit', async () => {
    const { client, deliver, deliverSent, sender } = clientWorld({ limits: { maxInvocations: 1 } });
    await expect(deliver(start, { remainingMs: 1_250 })).rejects.toMatchObject({
      cause: { code: 'FUSE_BLOWN' },
    });
    expect(sender.sent).toEqual([]);
    await client.redrive(executionId);
    await expect(deliverSent()).rejects.toMatchObject({
      cause: { code: 'FUSE_BLOWN', details: { limit: 'maxInvocations', actual: 2 } },
    });
  });

  it('BatonClient.redrive sends a look, which names no invocation and carries nothing that a signature would have to protect', async () => {
    process.env.BATON_SIGNING_KEY = 'the new key of 22 bytes';
    try {
      const { client, fix, lambda, deliverSent } = await failed();
      fix();
      await client.redrive(executionId);
      expect(lambda.sent.at(-1)?.event).toEqual({ lambdaBaton: { v: 1, look: { executionId } } });
      expect(await deliverSent()).toMatchObject({ status: 'completed' });
      expect(await deliverSent()).toMatchObject({ status: 'completed' });
    } finally {
      delete process.env.BATON_SIGNING_KEY;
    }
  });

  it('BatonClient.redrive needs a function before it changes anything, and an execution that is known', async () => {
    const { client, store } = await failed();
    const before = await store.load(executionId);
    await expect(new BatonClient({ store }).redrive(executionId)).rejects.toMatchObject({
      code: 'INVOKE_FAILED',
    });
    expect(await store.load(executionId)).toEqual(before);
    await expect(client.redrive('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_EXECUTION' });
  });
});
