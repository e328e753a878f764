import {
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  OnCancel,
  OnComplete,
  OnFailure,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { parseRecord, writeRecord } from '../../../src/runtime/core/record/execution-record';
import { FaultyStore, fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { callHandler, nameStart } from '../../helpers/call-handler';
import { runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const { checksum } = new NodePlatform();

/** A job of five steps of 100 ms each, and what its steps and hooks saw. */
function counting(durability: 'handoff' | 'step' | { everyMs: number } = 'step') {
  const store = new FaultyStore();
  const behaviour = { onStep: async (_n: number) => {}, onSend: async () => {} };
  const sender = new RecordingSender({ before: () => behaviour.onSend() });
  const world = virtualWorld({ senders: [sender] });
  const seen: string[] = [];

  @LongRunning({ name: 'counting', safeMs: 1_000, intervalMs: 100, durability })
  class Counting {
    @State() n = 0;
    @Step() async count(ctx: StepContext) {
      this.n += 1;
      seen.push(`${this.n}:${ctx.idempotencyKey}`);
      await new Promise<void>((resolve) => world.timer.once(100, resolve));
      await behaviour.onStep(this.n);
    }
    @Terminate() isDone() {
      return this.n === 5;
    }
    @OnComplete() end() {
      return this.n;
    }
    @OnFailure() failed() {
      seen.push('failed');
    }
    @OnCancel() cancelled() {
      seen.push('cancelled');
    }
  }

  const storeProvider = { token: CHECKPOINT_STORE, useValue: store };
  const handler = createHandler(Counting, { providers: [...world.providers, storeProvider] });
  const call = (event: unknown, awsRequestId: string, remainingMs = 60_000) =>
    callHandler(handler, world, nameStart(event, awsRequestId), { remainingMs, awsRequestId });
  const run = (options: Parameters<typeof runJob>[1] = {}) =>
    runJob(Counting, { world, providers: [storeProvider], ...options });
  return { store, sender, world, seen, behaviour, handler, call, run };
}

function readStored(store: FaultyStore, executionId = 'execution-1') {
  return store
    .load(executionId)
    .then((stored) => ({ ...stored, record: parseRecord(stored?.head ?? '', checksum) }));
}

describe('a checkpoint store', () => {
  it('A checkpoint store gets one write to claim, one per step, and one for the outcome', async () => {
    const { store, run } = counting();
    expect((await run()).answer).toMatchObject({ status: 'completed', result: 5 });
    expect(store.writes).toHaveLength(1 + 5 + 1);
    expect((await readStored(store)).record.outcome).toEqual({ status: 'completed', result: 5 });
  });

  it('A checkpoint store is asked for the record and for a stop of its job per resume, however many steps were done; by a start again for the stop', async () => {
    const { store, run } = counting();
    const { deliveryCount } = await run({ remainingMs: 1_250 });
    expect(deliveryCount).toBeGreaterThan(1);
    expect(store.loadCount).toBe(2 * deliveryCount + 1);
  });

  it('A checkpoint store is told when the state is the same as before', async () => {
    const { store, run } = counting();
    await run();
    expect(store.writes.map(({ hint }) => hint?.isStateUnchanged)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("A checkpoint store gets a claim, the hand-off and the outcome only with durability 'handoff'", async () => {
    const { store, run } = counting('handoff');
    await run();
    expect(store.writes).toHaveLength(2);
  });

  it('A checkpoint store gets at most one write per everyMs beside the steps, and the newest state at the end', async () => {
    const { store, run } = counting({ everyMs: 250 });
    expect((await run()).answer).toMatchObject({ result: 5 });
    expect(store.writes.length).toBeLessThan(1 + 5 + 1);
    expect((await readStored(store)).state).toContain('"n":5');
  });

  it('A checkpoint store does not set the pace with everyMs: the next step runs while a write is under way', async () => {
    const { store, world, seen, call } = counting({ everyMs: 50 });
    const seenAtWrite: number[] = [];
    store.beforeWrite = (write) => {
      if (write === 1 || seen.length === 5) return Promise.resolve();
      return new Promise((resolve) => {
        world.timer.once(250, () => {
          seenAtWrite.push(seen.length);
          resolve();
        });
      });
    };
    await call({}, 'execution-1');
    expect(seenAtWrite[0]).toBeGreaterThanOrEqual(3);
  });

  it('A checkpoint store lets one of two copies of a delivery run that come at the same moment', async () => {
    const { handler, world, sender, store, seen } = counting();
    const context = fakeLambdaContext({
      clock: world.clock,
      remainingMs: 60_000,
      awsRequestId: 'execution-1',
    });
    const start = nameStart({}, 'execution-1');
    const answers = await world.timer.drive(Promise.all([handler(start, context), handler(start, context)]));
    expect((answers as { status: string }[]).map(({ status }) => status).sort()).toEqual([
      'completed',
      'duplicate',
    ]);
    expect(seen).toHaveLength(5);
    expect(sender.sent).toEqual([]);
    expect((await readStored(store)).record.epoch).toBe(1);
  });

  it('A checkpoint store lets a duplicate of another delivery run nothing while the owner lives', async () => {
    const { handler, world, seen } = counting();
    const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };
    const context = (awsRequestId: string) =>
      fakeLambdaContext({ clock: world.clock, remainingMs: 60_000, awsRequestId });
    const answers = await world.timer.drive(
      Promise.all([handler(start, context('one')), handler(start, context('two'))]),
    );
    expect((answers as { status: string }[]).map(({ status }) => status).sort()).toEqual([
      'completed',
      'duplicate',
    ]);
    expect(seen).toHaveLength(5);
  });

  it('A checkpoint store answers a late continuation as a duplicate, and a finished execution with its outcome', async () => {
    const { call, sender, seen } = counting();
    await call({}, 'execution-1', 1_150);
    const second = JSON.parse(sender.sent[0]?.body ?? '');
    await call(second, 'r2', 1_150);
    const third = JSON.parse(sender.sent[1]?.body ?? '');
    expect(await call(second, 'late', 60_000)).toMatchObject({ status: 'duplicate' });
    expect(await call(third, 'r3')).toMatchObject({ status: 'completed', result: 5 });
    const ran = seen.length;
    expect(await call(third, 'again')).toMatchObject({ status: 'completed', result: 5 });
    expect(await call({}, 'execution-1')).toMatchObject({ status: 'completed', result: 5 });
    expect(seen).toHaveLength(ran);
  });

  it('A checkpoint store resumes after a crash from the last step that was stored, with the same key', async () => {
    const { run, seen } = counting();
    const { answer } = await run({
      killAfterMs: ({ receiveCount }) => (receiveCount === 1 ? 250 : undefined),
    });
    expect(answer).toMatchObject({ status: 'completed', result: 5 });
    expect(seen).toEqual([
      '1:execution-1#0',
      '2:execution-1#1',
      '3:execution-1#2',
      '3:execution-1#2',
      '4:execution-1#3',
      '5:execution-1#4',
    ]);
  });

  it('A checkpoint store ends an execution whose step is killed every time, on the third attempt and before the step starts', async () => {
    const { run, seen, store } = counting();
    const { error } = await run({ killAfterMs: ({ receiveCount }) => (receiveCount <= 2 ? 50 : undefined) });
    expect(error).toMatchObject({ code: 'EXECUTION_FAILED' });
    expect((error as Error).cause).toMatchObject({
      code: 'STEP_INTERRUPTED',
      details: { step: 'count', actual: 2 },
    });
    expect(seen).toEqual(['1:execution-1#0', '1:execution-1#0', 'failed']);
    expect((await readStored(store)).record.outcome).toMatchObject({
      status: 'failed',
      error: { code: 'STEP_INTERRUPTED' },
    });
  });

  it('A checkpoint store refuses another input under the same id, and takes the same one in another order of keys', async () => {
    const { call } = counting();
    const start = (input: unknown) => ({ lambdaBaton: { v: 1, start: { executionId: 'e', input } } });
    await call(start({ a: 1, b: [2] }), 'one');
    expect(await call(start({ b: [2], a: 1 }), 'two')).toMatchObject({ status: 'completed' });
    await expect(call(start({ a: 1, b: [3] }), 'three')).rejects.toMatchObject({
      code: 'EXECUTION_CONFLICT',
    });
  });

  it.each(['step', 'handoff'] as const)(
    'A checkpoint store lets no @OnFailure run that another has overtaken (durability %s)',
    async (durability) => {
      const { call, behaviour, seen, store } = counting(durability);
      behaviour.onStep = async (n) => {
        if (n !== 2) return;
        const stored = await store.load('execution-1');
        if (stored === undefined) throw new Error('nothing stored');
        const head = writeRecord({ ...parseRecord(stored.head, checksum), epoch: 9 }, checksum);
        await store.save({ ...stored, head }, stored.revision);
        throw new TerminalError('no such account');
      };
      expect(await call({}, 'execution-1')).toMatchObject({ status: 'superseded' });
      expect(seen).not.toContain('failed');
    },
  );

  it('A checkpoint store throws a recorded failure again without running anything', async () => {
    const { call, behaviour, seen } = counting();
    behaviour.onStep = async () => {
      throw new TerminalError('no such account');
    };
    await expect(call({}, 'execution-1')).rejects.toMatchObject({ code: 'EXECUTION_FAILED' });
    const ran = seen.length;
    await expect(call({}, 'execution-1')).rejects.toThrow('no such account');
    expect(seen).toHaveLength(ran);
  });

  it('A checkpoint store is written again when a write fails, and user code cannot notice', async () => {
    const { call, store, seen } = counting();
    store.fault = (write) => (write >= 3 && write <= 7 ? 'fail' : 'none');
    expect(await call({}, 'execution-1')).toMatchObject({ status: 'completed', result: 5 });
    expect(seen).toHaveLength(5);
  });

  it('A checkpoint store takes a write whose reply was lost for done', async () => {
    const { call, store } = counting();
    store.fault = (write) => (write === 3 ? 'lost' : 'none');
    expect(await call({}, 'execution-1')).toMatchObject({ status: 'completed', result: 5 });
  });

  it('A checkpoint store ends the invocation, for Lambda to retry, when it cannot be written for ever', async () => {
    const { call, store, sender, world } = counting();
    store.fault = (write) => (write >= 3 ? 'fail' : 'none');
    await expect(call({}, 'execution-1')).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED' });
    expect(sender.sent).toEqual([]);
    store.fault = () => 'none';
    await world.timer.advance(60_000);
    expect(await call({}, 'execution-1')).toMatchObject({ status: 'handed-off', invocation: 1 });
    expect(await call(JSON.parse(sender.sent[0]?.body ?? ''), 'r2')).toMatchObject({
      status: 'completed',
      result: 5,
    });
  });

  it('A checkpoint store has the checkpoint before the continuation is sent', async () => {
    const { call, store, behaviour } = counting();
    behaviour.onSend = async () => {
      expect((await readStored(store)).record).toMatchObject({ handedOffTo: 2, invocation: 1 });
    };
    expect(await call({}, 'execution-1', 1_250)).toMatchObject({ status: 'handed-off' });
    expect.assertions(2);
  });

  it('A checkpoint store ends an execution that somebody has asked to end, at the next safe point', async () => {
    const { call, store, behaviour, seen } = counting();
    behaviour.onStep = async (n) => {
      if (n !== 2) return;
      const stored = await store.load('execution-1');
      if (stored === undefined) throw new Error('nothing stored');
      const head = writeRecord({ ...parseRecord(stored.head, checksum), isCancelRequested: true }, checksum);
      await store.save({ ...stored, head }, stored.revision);
    };
    expect(await call({}, 'execution-1')).toMatchObject({ status: 'cancelled' });
    expect(seen).toEqual(['1:execution-1#0', '2:execution-1#1', 'cancelled']);
    expect(await call({}, 'execution-1')).toMatchObject({ status: 'cancelled' });
  });

  it('A checkpoint store refuses a continuation whose record is gone', async () => {
    const one = counting();
    await one.call({}, 'execution-1', 1_250);
    const two = counting();
    await expect(two.call(JSON.parse(one.sender.sent[0]?.body ?? ''), 'r2')).rejects.toMatchObject({
      code: 'INCOMPATIBLE_STATE',
    });
  });

  it('A checkpoint store refuses a damaged record, and leaves it as it is', async () => {
    const { call, store } = counting();
    await call({}, 'execution-1', 1_250);
    const stored = await store.load('execution-1');
    if (stored === undefined) throw new Error('nothing stored');
    const head = stored.head.replace('"invocation":1', '"invocation":7');
    const revision = await store.save({ ...stored, head }, stored.revision);
    await expect(call({}, 'execution-1')).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
    expect((await store.load('execution-1'))?.revision).toBe(revision);
  });

  it('A checkpoint store refuses a damaged state, and leaves it as it is', async () => {
    const { call, store, sender } = counting();
    await call({}, 'execution-1', 1_250);
    const stored = await store.load('execution-1');
    if (stored === undefined) throw new Error('nothing stored');
    const revision = await store.save({ ...stored, state: stored.state.replace('3', '4') }, stored.revision);
    await expect(call(JSON.parse(sender.sent[0]?.body ?? ''), 'r2')).rejects.toMatchObject({
      code: 'CORRUPT_CONTINUATION',
    });
    expect((await store.load('execution-1'))?.revision).toBe(revision);
  });
});
