import {
  BatonClient,
  CHECKPOINT_STORE,
  type ContinuationSender,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  Terminate,
} from '../../../src';
import { RecordingSender } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };

/** A job that can be broken from outside in each of the places that come before its steps. */
function world({ limits = {} }: { readonly limits?: object } = {}) {
  const sender = new RecordingSender({ channel: 'sqs' });
  const broken = { constructor: false, codec: false, sender: false };
  const sends: ContinuationSender = {
    channel: 'sqs',
    maxBytes: 1_000_000,
    send: (request) => (broken.sender ? Promise.reject(new Error('nobody answers')) : sender.send(request)),
  };
  const around = virtualWorld({ senders: [sends] });
  const { timer, clock } = around;
  const store = new MemoryCheckpointStore();
  const ran: string[] = [];
  const codec = {
    encode: (value: number) => value,
    decode: (value: number) => {
      if (broken.codec) throw new Error('no such currency');
      return value;
    },
  };

  @LongRunning({ name: 'touchy', safeMs: 10_000, intervalMs: 1_000, limits })
  class Touchy {
    @State({ codec }) n = 0;
    constructor() {
      if (broken.constructor) throw new Error('no connection');
    }
    @Step() async work({ invocation }: { invocation: number }) {
      ran.push(`${this.n + 1} in ${invocation}`);
      await timer.sleep(20_000);
      this.n += 1;
    }
    @Terminate() isDone() {
      return this.n === 4;
    }
  }

  const handler = createHandler(Touchy, {
    providers: [...around.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const call = (event: unknown, awsRequestId: string) =>
    callHandler(handler, { clock, timer }, event, { remainingMs: 69_000, awsRequestId });
  const client = new BatonClient({ store, clock, functionName: 'f', client: { send: async () => ({}) } });
  const next = () => JSON.parse(sender.sent.at(-1)?.body ?? '');
  return { ...around, broken, call, ran, sender, next, status: () => client.status('e') };
}

describe('what fails before any step', () => {
  it.each(['constructor', 'codec'] as const)(
    'What fails before any step (%s) costs the execution nothing, however often it fails, and the next delivery goes on at once',
    async (part) => {
      const { broken, call, next, ran, status } = world({ limits: { maxInterruptions: 1 } });
      expect(await call(start, 'r1')).toMatchObject({ status: 'handed-off' });
      const before = [...ran];
      broken[part] = true;
      for (let attempt = 1; attempt <= 6; attempt += 1) await expect(call(next(), 'r2')).rejects.toThrow();
      expect(ran).toEqual(before);
      expect(await status()).toMatchObject({ status: 'running', stepCount: before.length });
      broken[part] = false;
      expect(await call(next(), 'r2')).toMatchObject({ status: 'completed', invocation: 2 });
    },
  );

  it('What fails before any step at the start leaves the execution to the next delivery of the start', async () => {
    const { broken, call, ran, status } = world();
    broken.constructor = true;
    await expect(call(start, 'r1')).rejects.toMatchObject({ code: 'INVALID_JOB' });
    expect(await status()).toMatchObject({ invocation: 1, isStuck: true });
    broken.constructor = false;
    expect(await call(start, 'r1')).toMatchObject({ status: 'handed-off' });
    expect(ran[0]).toBe('1 in 1');
  });

  it.each(['constructor', 'codec'] as const)(
    'What fails before any step (%s) for ever is a recorded end once a fuse has blown',
    async (part) => {
      const { broken, call, next, status, timer } = world({ limits: { maxDurationMs: 3_600_000 } });
      await call(start, 'r1');
      broken[part] = true;
      await expect(call(next(), 'r2')).rejects.not.toMatchObject({ code: 'EXECUTION_FAILED' });
      await timer.advance(3_600_000);
      await expect(call(next(), 'r2')).rejects.toMatchObject({ code: 'EXECUTION_FAILED' });
      expect(await status()).toMatchObject({ status: 'failed', error: { code: 'FUSE_BLOWN' } });
      await expect(call(next(), 'r3')).rejects.toMatchObject({ code: 'EXECUTION_FAILED' });
    },
  );
});

describe('a hand-off that could not be sent', () => {
  it('A hand-off that could not be sent stays handed over: the same delivery goes on at once as the next invocation', async () => {
    const { broken, call, ran, status } = world();
    broken.sender = true;
    await expect(call(start, 'r1')).rejects.toMatchObject({ code: 'HAND_OFF_FAILED' });
    expect(await status()).toMatchObject({ invocation: 1, handedOffTo: 2 });
    broken.sender = false;
    expect(await call(start, 'r1')).toMatchObject({ status: 'completed', invocation: 2 });
    expect(new Set(ran).size).toBe(ran.length);
  });

  it('A hand-off that could not be sent and was sent after all is one hand-off: of the two that may claim it the first one goes on', async () => {
    const { broken, call, next, ran, sender } = world();
    broken.sender = true;
    await expect(call(start, 'r1')).rejects.toMatchObject({ code: 'HAND_OFF_FAILED' });
    broken.sender = false;
    expect(await call(start, 'r1')).toMatchObject({ invocation: 2 });
    const sent = sender.sent.length;
    const late = { lambdaBaton: { v: 1, look: { executionId: 'e' } } };
    await call(late, 'r2');
    expect(sender.sent).toHaveLength(sent);
    expect(new Set(ran).size).toBe(ran.length);
    expect(next).toBeDefined();
  });
});
