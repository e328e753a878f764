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
  Terminate,
  UnknownExecutionError,
  waitForSignal,
} from '../../../../src';
import { RecordingSender } from '../../../../src/testing';
import { callHandler } from '../../../helpers/call-handler';
import { virtualWorld } from '../../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };

/** A function with its store, a client, and what it sends itself. */
function makeWorld(jobClass: Parameters<typeof createHandler>[0], channels = { maxDelaySeconds: 900 }) {
  const sender = new RecordingSender(channels);
  const world = virtualWorld({ senders: [sender] });
  const store = new MemoryCheckpointStore();
  const handler = createHandler(jobClass, {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const sent: { FunctionName: string; Payload: string }[] = [];
  const lambda = {
    async send({ input }: { input: { FunctionName: string; Payload: string } }) {
      sent.push(input);
      return {};
    },
  };
  const client = new BatonClient({ store, client: lambda, clock: world.clock });
  let count = 0;
  const deliver = (event: unknown) => {
    count += 1;
    return callHandler(handler, world, event, { awsRequestId: `request-${count}` });
  };
  const start = (executionId = 'order-1') =>
    deliver({ lambdaBaton: { v: 1, start: { executionId, input: {} } } });
  const deliverLook = () => deliver(JSON.parse(sent.at(-1)?.Payload ?? 'null'));
  return { ...world, sender, store, handler, sent, client, deliver, start, deliverLook };
}

const seen: unknown[] = [];
beforeEach(() => {
  seen.length = 0;
});

@LongRunning({ ...times, name: 'approval' })
class Approval {
  @State() isAsked = false;
  @State() isDecided = false;
  @State() notes: unknown[] = [];
  @Step() ask(): unknown {
    this.isAsked = true;
    return waitForSignal('approved', { timeoutSeconds: 3_600 });
  }
  @Step() decide(ctx: StepContext) {
    seen.push(ctx.woken);
    this.isDecided = true;
  }
  @OnSignal('note') onNote(payload: unknown, ctx: StepContext) {
    this.notes.push(payload);
    seen.push([payload, ctx.idempotencyKey, ctx.step]);
  }
  @Terminate() isDone() {
    return this.isDecided;
  }
}

describe('a step that waits for a signal', () => {
  it('A step that waits for a signal sleeps until it comes, and the step after it is told the payload', async () => {
    const world = makeWorld(Approval);
    expect(await world.start()).toMatchObject({ status: 'waiting' });
    const answer = await world.client.signal({
      executionId: 'order-1',
      name: 'approved',
      payload: { by: 'Ann' },
    });
    expect(answer).toEqual({ kind: 'accepted', signalId: expect.any(String) });
    expect(world.sent.map(({ FunctionName }) => FunctionName)).toEqual([
      'arn:aws:lambda:eu-central-1:123456789012:function:job:3',
    ]);
    expect(await world.deliverLook()).toMatchObject({ status: 'completed' });
    expect(seen).toEqual([{ by: 'signal', name: 'approved', payload: { by: 'Ann' } }]);
  });

  it('A step that waits for a signal goes on at once when the signal came early', async () => {
    @LongRunning({ ...times, name: 'approval' })
    class Early extends Approval {
      @Step() override async ask() {
        await client.signal({ executionId: 'order-1', name: 'approved', payload: 1, signalId: 'a' });
        return super.ask();
      }
    }
    const world = makeWorld(Early);
    const { client } = world;
    expect(await world.start()).toMatchObject({ status: 'completed' });
    expect(seen).toEqual([{ by: 'signal', name: 'approved', payload: 1 }]);
  });

  it('A step that waits for a signal goes on with the time-out when none has come', async () => {
    const world = makeWorld(Approval);
    await world.start();
    for (let look = 0; look < 4; look += 1) {
      const { body, delaySeconds = 0 } = world.sender.sent.at(-1) ?? { body: 'null' };
      expect(delaySeconds).toBe(900);
      await world.timer.advance(900_000);
      await world.deliver(JSON.parse(body));
    }
    expect(seen).toEqual([{ by: 'timeout' }]);
    expect(await world.client.status('order-1')).toMatchObject({ status: 'completed', invocation: 2 });
  });

  it('A step that waits for a signal answers that a signal of the same id was there before', async () => {
    const world = makeWorld(Approval);
    await world.start();
    const signal = { executionId: 'order-1', name: 'note', signalId: 'n-1', payload: 'x' };
    expect(await world.client.signal(signal)).toEqual({ kind: 'accepted', signalId: 'n-1' });
    expect(await world.client.signal(signal)).toEqual({ kind: 'repeated', signalId: 'n-1' });
    await world.deliverLook();
    expect(await world.client.signal(signal)).toEqual({ kind: 'repeated', signalId: 'n-1' });
    await world.deliverLook();
    expect(seen).toEqual([['x', 'order-1#signal.0.0', 'onNote']]);
  });

  it('A step that waits for a signal refuses a signal for an execution that is not there, retryably', async () => {
    const { client } = makeWorld(Approval);
    const sending = client.signal({ executionId: 'none', name: 'note' });
    await expect(sending).rejects.toThrow(UnknownExecutionError);
    await expect(sending).rejects.toMatchObject({ retryable: true });
  });
});

describe('@OnSignal', () => {
  it('@OnSignal is called for each signal in order of arrival, and the wait goes on', async () => {
    const world = makeWorld(Approval);
    await world.start();
    for (const payload of [1, 2, 3])
      await world.client.signal({ executionId: 'order-1', name: 'note', payload });
    expect(await world.deliverLook()).toMatchObject({ status: 'waiting' });
    await world.client.signal({ executionId: 'order-1', name: 'approved' });
    expect(await world.deliverLook()).toMatchObject({ status: 'completed' });
    expect(seen).toEqual([
      [1, 'order-1#signal.0.0', 'onNote'],
      [2, 'order-1#signal.1.0', 'onNote'],
      [3, 'order-1#signal.2.0', 'onNote'],
      { by: 'signal', name: 'approved', payload: undefined },
    ]);
  });
});

describe('the envelope of a signal', () => {
  const envelope = (signal: object) => ({ lambdaBaton: { v: 1, signal } });

  it('The envelope of a signal is answered by the function, as an event', async () => {
    const world = makeWorld(Approval);
    await world.start();
    const signal = { executionId: 'order-1', name: 'approved', payload: 7, signalId: 's-1' };
    const kinds = [];
    for (let i = 0; i < 2; i += 1) kinds.push(await world.deliver(envelope(signal)));
    expect(kinds).toEqual([
      { status: 'signalled', executionId: 'order-1', signalId: 's-1', kind: 'accepted' },
      { status: 'signalled', executionId: 'order-1', signalId: 's-1', kind: 'repeated' },
    ]);
    expect(await world.deliver(JSON.parse(world.sender.sent.at(-1)?.body ?? ''))).toMatchObject({
      status: 'completed',
    });
    expect(await world.deliver(envelope({ ...signal, signalId: 's-2' }))).toMatchObject({ kind: 'ended' });
    expect(seen).toEqual([{ by: 'signal', name: 'approved', payload: 7 }]);
  });
});
