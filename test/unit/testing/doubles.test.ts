import { createHandler, LOGGER, LongRunning, Step, Terminate } from '../../../src';
import {
  EffectLedger,
  FaultySender,
  FaultyStore,
  fakeLambdaContext,
  ManualTimer,
  MemoryLogger,
  RecordingSender,
  type SentRequest,
  sqsEvent,
  VirtualClock,
} from '../../../src/testing';

const request = (body: string, delaySeconds?: number): SentRequest => ({
  body,
  ...(delaySeconds === undefined ? {} : { delaySeconds }),
  executionId: 'execution-1',
  invocation: 2,
  context: fakeLambdaContext(),
  timeoutMs: 1_000,
});

const execution = {
  executionId: 'execution-1',
  job: 'Job',
  status: 'running' as const,
  startedAtMs: 0,
  expiresAtMs: 1,
  head: '',
  state: '',
};

describe('RecordingSender', () => {
  it.each([
    ['a body beyond its limit in UTF-8 bytes', 'lambda', 'ä'.repeat(524_289), undefined, 'too-large'],
    ['a delay on a channel that has none', 'lambda', '{}', 1, 'refused'],
    ['a delay of more than 900 seconds', 'sqs', '{}', 901, 'refused'],
    ['a delay that is no whole number', 'sqs', '{}', 1.5, 'refused'],
    ['a character that XML 1.0 does not have', 'sqs', '"\u0001"', undefined, 'refused'],
  ])('RecordingSender refuses %s', async (_what, channel, body, delaySeconds, failure) => {
    const sender = new RecordingSender({ channel });
    await expect(sender.send(request(body, delaySeconds))).rejects.toMatchObject({
      code: 'HAND_OFF_FAILED',
      details: { failure },
    });
    expect(sender.sent).toEqual([]);
    expect(sender.tried).toHaveLength(1);
  });

  it('RecordingSender keeps what fits', async () => {
    const sender = new RecordingSender({ channel: 'sqs' });
    await sender.send(request('{}', 900));
    expect(sender.sent).toMatchObject([{ body: '{}', delaySeconds: 900 }]);
  });
});

describe('FaultySender', () => {
  it('FaultySender fails as told, and takes what it says it lost', async () => {
    const sender = new FaultySender({
      fault: (call) => (['retry', 'lost', 'none'] as const)[call - 1] ?? 'refused',
    });
    await expect(sender.send(request('1'))).rejects.toMatchObject({ details: { failure: 'retry' } });
    await expect(sender.send(request('2'))).rejects.toMatchObject({ details: { failure: 'retry' } });
    await sender.send(request('3'));
    await expect(sender.send(request('4'))).rejects.toMatchObject({ details: { failure: 'refused' } });
    expect(sender.sent.map(({ body }) => body)).toEqual(['2', '3']);
  });
});

describe('FaultyStore', () => {
  it('FaultyStore fails as told, and keeps what it says it lost', async () => {
    const store = new FaultyStore();
    store.fault = (write) => (['fail', 'lost'] as const)[write - 1] ?? 'none';
    await expect(store.save(execution, undefined)).rejects.toThrow('ThrottlingException');
    expect(await store.load('execution-1')).toBeUndefined();
    await expect(store.save(execution, undefined)).rejects.toThrow('socket hang up');
    expect(await store.load('execution-1')).toMatchObject(execution);
    expect(store.writes).toHaveLength(2);
  });
});

describe('ManualTimer', () => {
  it('ManualTimer fires alarms in the order of their time, and what one wakes up runs before the next', async () => {
    const timer = new ManualTimer(new VirtualClock(0));
    const seen: string[] = [];
    void timer.sleep(20).then(() => seen.push(`second at ${timer.clock.now()}`));
    void timer.sleep(10).then(() => seen.push(`first at ${timer.clock.now()}`));
    const cancel = timer.every(15, () => seen.push(`tick at ${timer.clock.now()}`));
    await timer.advance(30);
    cancel();
    expect(seen).toEqual(['first at 10', 'tick at 15', 'second at 20', 'tick at 30']);
    expect(timer.armedCount).toBe(0);
  });

  it('ManualTimer is not held up by something that asks for another turn in every turn', async () => {
    let isOver = false;
    const spin = () => {
      if (!isOver) setImmediate(spin);
    };
    spin();
    const timer = new ManualTimer();
    await timer.drive(timer.sleep(1_000));
    isOver = true;
    expect(timer.armedCount).toBe(0);
  });

  it('ManualTimer says so when a promise waits for something that is not on virtual time', async () => {
    await expect(new ManualTimer().drive(new Promise(() => {}))).rejects.toMatchObject({ code: 'TEST_KIT' });
  });
});

describe('sqsEvent and fakeLambdaContext', () => {
  it('sqsEvent and fakeLambdaContext are what a handler takes', async () => {
    @LongRunning({ safeMs: 1_000, intervalMs: 100 })
    class Nothing {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    const context = fakeLambdaContext({ remainingMs: 5_000 });
    expect(context.getRemainingTimeInMillis()).toBe(5_000);
    const event = sqsEvent([{ body: { n: 1 } }, { body: '{"n":2}', messageId: 'mine' }]);
    expect(event.Records.map(({ messageId, body }) => [messageId, body])).toEqual([
      ['message-1', '{"n":1}'],
      ['mine', '{"n":2}'],
    ]);
    const providers = [{ token: LOGGER, useValue: new MemoryLogger() }];
    expect(await createHandler(Nothing, { providers })(event, context)).toEqual({ batchItemFailures: [] });
  });
});

describe('EffectLedger', () => {
  it('EffectLedger says what happened more than once, and whether the keys would have merged it', async () => {
    const ledger = new EffectLedger();
    await ledger.record('key-1', 'charge ada');
    await ledger.record('key-1', 'charge ada');
    await ledger.record('key-2', 'charge bob');
    await ledger.record('key-3', 'charge bob');
    await ledger.record('key-4', 'charge cyd');
    expect(ledger.listRepeated()).toMatchObject([
      { what: 'charge ada', times: 2, isMergedByKey: true },
      { what: 'charge bob', times: 2, keys: ['key-2', 'key-3'], isMergedByKey: false },
    ]);
  });
});
