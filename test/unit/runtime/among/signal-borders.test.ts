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
  waitForSignal,
} from '../../../../src';
import { RecordingSender } from '../../../../src/testing';
import { callHandler } from '../../../helpers/call-handler';
import { virtualWorld } from '../../../helpers/virtual-world';

const signingKey = 'a key of more than sixteen bytes';
const tokens: string[] = [];
const heard: unknown[] = [];
beforeEach(() => {
  tokens.length = 0;
  heard.length = 0;
});

const amount = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) =>
      typeof value === 'number' ? { value: value * 2 } : { issues: [{ message: 'is no number' }] },
  },
};

@LongRunning({ name: 'callback', safeMs: 1_000, intervalMs: 100 })
class Callback {
  @State() isDone = false;
  @Step() ask(ctx: StepContext): unknown {
    tokens.push(ctx.signalToken('done'));
    return waitForSignal('done');
  }
  @Step() finish(ctx: StepContext) {
    heard.push(ctx.woken);
    this.isDone = true;
  }
  @OnSignal('amount', { payload: amount }) onAmount(payload: unknown) {
    heard.push(payload);
  }
  @Terminate() hasEnded() {
    return this.isDone;
  }
}

function makeWorld(environment: Record<string, string> = {}) {
  const sender = new RecordingSender({ maxDelaySeconds: 900 });
  const world = virtualWorld({ senders: [sender] });
  const store = new MemoryCheckpointStore();
  const before = process.env.BATON_SIGNING_KEY;
  Object.assign(process.env, environment);
  const handler = createHandler(Callback, {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  if (before === undefined) delete process.env.BATON_SIGNING_KEY;
  const looks: string[] = [];
  const lambda = {
    async send({ input }: { input: { Payload: string } }) {
      looks.push(input.Payload);
      return {};
    },
  };
  const connect = (key?: string) =>
    new BatonClient({
      store,
      client: lambda,
      clock: world.clock,
      ...(key === undefined ? {} : { signingKey: key }),
    });
  let count = 0;
  const deliver = (event: unknown) => {
    count += 1;
    return callHandler(handler, world, event, { awsRequestId: `request-${count}` });
  };
  const start = () => deliver({ lambdaBaton: { v: 1, start: { executionId: 'c', input: {} } } });
  const deliverLook = () => deliver(JSON.parse(looks.at(-1) ?? sender.sent.at(-1)?.body ?? 'null'));
  return { ...world, sender, connect, deliver, start, deliverLook };
}

const envelope = (signal: object) => ({ lambdaBaton: { v: 1, signal } });

describe('a signal token', () => {
  it('A signal token sends its signal once, whoever sends it how often', async () => {
    const { connect, start, deliverLook } = makeWorld();
    await start();
    const [token = ''] = tokens;
    const client = connect();
    expect(await client.signal({ token, payload: { ok: true } })).toMatchObject({ kind: 'accepted' });
    expect(await client.signal({ token, payload: { ok: false } })).toMatchObject({ kind: 'repeated' });
    expect(await deliverLook()).toMatchObject({ status: 'completed' });
    expect(heard).toEqual([{ by: 'signal', name: 'done', payload: { ok: true } }]);
    expect(await client.signal({ token, payload: 1 })).toMatchObject({ kind: 'repeated' });
  });

  it('A signal token is taken by the envelope as well', async () => {
    const { start, deliver } = makeWorld();
    await start();
    expect(await deliver(envelope({ token: tokens[0], payload: 1 }))).toMatchObject({
      status: 'signalled',
      executionId: 'c',
      kind: 'accepted',
    });
  });

  it('A signal token is signed where there is a key: a changed one, and a client without the key, are refused', async () => {
    const { connect, start } = makeWorld({ BATON_SIGNING_KEY: signingKey });
    await start();
    const [token = ''] = tokens;
    const changed = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    const refused = { code: 'INVALID_INPUT' };
    await expect(connect(signingKey).signal({ token: changed })).rejects.toMatchObject(refused);
    await expect(connect('another key of sixteen bytes').signal({ token })).rejects.toMatchObject(refused);
    await expect(connect(signingKey).signal({ token })).resolves.toMatchObject({ kind: 'accepted' });
  });

  it('A signal token says everything: a name beside it is refused', async () => {
    const { connect, start } = makeWorld();
    await start();
    const both = { token: tokens[0] ?? '', name: 'done' } as never;
    await expect(connect().signal(both)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('the envelope of a signal', () => {
  it('The envelope of a signal comes as a record of a queue, whose message id is the id of the signal', async () => {
    const { start, deliver, connect } = makeWorld();
    await start();
    const record = {
      messageId: 'message-1',
      receiptHandle: 'r',
      body: JSON.stringify(envelope({ executionId: 'c', name: 'done', payload: 5 })),
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:jobs',
      awsRegion: 'eu-central-1',
    };
    for (let i = 0; i < 2; i += 1)
      expect(await deliver({ Records: [record] })).toEqual({ batchItemFailures: [] });
    const again = { executionId: 'c', name: 'done', signalId: 'message-1' };
    expect(await connect().signal(again)).toMatchObject({ kind: 'repeated' });
  });
});

describe('the payload of a signal', () => {
  it('The payload of a signal is what the schema of @OnSignal makes of it; one that it refuses is refused to who comes through the function', async () => {
    const { start, deliver, deliverLook } = makeWorld();
    await start();
    const signal = { executionId: 'c', name: 'amount' };
    await expect(deliver(envelope({ ...signal, payload: 'much' }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await deliver(envelope({ ...signal, payload: 21 }))).toMatchObject({ kind: 'accepted' });
    await deliverLook();
    expect(heard).toEqual([42]);
  });

  it('The payload of a signal is dropped when it is read, where its sender did not come through the function', async () => {
    const { start, connect, deliverLook } = makeWorld();
    await start();
    await connect().signal({ executionId: 'c', name: 'amount', payload: 'much' });
    expect(await deliverLook()).toMatchObject({ status: 'waiting' });
    expect(heard).toEqual([]);
  });

  it('The payload of a signal is up to 256 KB', async () => {
    const { start, connect } = makeWorld();
    await start();
    const signal = { executionId: 'c', name: 'amount' };
    const text = 'x'.repeat(256 * 1_024 - 2);
    await expect(connect().signal({ ...signal, payload: text })).resolves.toMatchObject({ kind: 'accepted' });
    await expect(connect().signal({ ...signal, payload: `${text}x` })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it.each([
    ['a function', () => () => 1],
    ['a Map', () => new Map()],
    ['NaN', () => Number.NaN],
  ])('The payload of a signal that is %s is refused', async (_what, make) => {
    const { start, connect } = makeWorld();
    await start();
    const sending = connect().signal({ executionId: 'c', name: 'amount', payload: { at: make() } });
    await expect(sending).rejects.toThrow(/at/);
  });
});

describe('signals that nobody handles', () => {
  it('Signals that nobody handles are a thousand at most; one more is refused to its sender', async () => {
    const { start, connect } = makeWorld();
    await start();
    const client = connect();
    const send = (index: number) =>
      client.signal({ executionId: 'c', name: 'other', payload: index, signalId: `s-${index}` });
    for (let index = 0; index < 1_000; index += 1) await send(index);
    await expect(send(1_000)).rejects.toMatchObject({ code: 'SIGNAL_REFUSED' });
    await expect(send(3)).resolves.toMatchObject({ kind: 'repeated' });
  });
});
