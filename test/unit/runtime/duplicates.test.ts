import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  State,
  Step,
  Terminate,
} from '../../../src';
import { FaultyStore, fakeLambdaContext, RecordingSender, sqsEvent } from '../../../src/testing';
import { virtualWorld } from '../../helpers/virtual-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };
const invocationMs = 300_000;

/** A job of three steps of 40 seconds each, as a duplicate and a death may meet it. Every call of the handler is a process of its own. */
function world({ channels = ['lambda', 'sqs'] as readonly string[], stepMs = 40_000 } = {}) {
  const senders = channels.map((channel) => new RecordingSender({ channel }));
  const around = virtualWorld({ senders });
  const { timer, clock, logger } = around;
  const store = new FaultyStore();
  const ran: string[] = [];

  @LongRunning({ name: 'slow', safeMs: 10_000, intervalMs: 1_000 })
  class Slow {
    @State() n = 0;
    @Step() async work({ invocation, attempt }: { invocation: number; attempt: number }) {
      ran.push(`${this.n + 1} in ${invocation}${attempt > 1 ? `, attempt ${attempt}` : ''}`);
      await timer.sleep(stepMs);
      this.n += 1;
    }
    @Terminate() isDone() {
      return this.n === 3;
    }
  }

  const handler = createHandler(Slow, {
    providers: [...around.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const call = (event: unknown, awsRequestId: string) =>
    handler(event, fakeLambdaContext({ clock, remainingMs: invocationMs, awsRequestId })) as Promise<{
      status: string;
    }>;
  const client = new BatonClient({ store, clock, functionName: 'slow', client: { send: async () => ({}) } });
  const status = async () => (await client.status('e'))?.status;
  return {
    ...around,
    store,
    ran,
    call,
    logger,
    status,
    client,
    lambda: senders[0] as RecordingSender,
    queue: senders[1] as RecordingSender,
  };
}

/** What a message of the queue says. */
const readLook = ({ body, delaySeconds }: { body: string; delaySeconds?: number }) => ({
  ...JSON.parse(body).lambdaBaton.look,
  delaySeconds,
});

describe('a second delivery of an event whose owner is alive', () => {
  it.each([0, 1_000, 39_000, 41_000, 60_000, 100_000])(
    'A second delivery of an event whose owner is alive runs nothing, %i ms after the first one',
    async (afterMs) => {
      const { call, timer, ran, status } = world();
      const first = call(start, 'r1');
      await timer.advance(afterMs);
      expect(await timer.drive(call(start, 'r1'))).toMatchObject({
        status: 'duplicate',
        executionId: 'e',
        invocation: 1,
      });
      expect(await timer.drive(first)).toMatchObject({ status: 'completed' });
      expect(ran).toEqual(['1 in 1', '2 in 1', '3 in 1']);
      expect(await status()).toBe('completed');
    },
  );

  it('A second delivery of an event whose owner is alive never counts as a death, however often it comes', async () => {
    const { call, timer, ran, client } = world();
    const first = call(start, 'r1');
    for (let copy = 1; copy <= 5; copy += 1) {
      await timer.advance(10_000);
      await timer.drive(call(start, 'r1'));
    }
    expect(await timer.drive(first)).toMatchObject({ status: 'completed' });
    expect(ran).toHaveLength(3);
    expect(await client.status('e')).toMatchObject({ status: 'completed', failedAttemptCount: 0 });
  });

  it('A second delivery of an event whose owner is alive sends a look that comes when the owner must be dead, and the look goes on when the owner has died', async () => {
    const { call, timer, ran, queue, lambda, clock } = world();
    const startedAtMs = clock.now();
    const first = call(start, 'r1');
    await timer.advance(20_000);
    await timer.drive(call(start, 'r1'));
    const [sent] = queue.sent;
    expect(queue.sent).toHaveLength(1);
    expect(sent && readLook(sent)).toEqual({
      executionId: 'e',
      chain: 1,
      delivery: 'r1',
      notBeforeMs: startedAtMs + invocationMs,
      delaySeconds: 280,
    });
    await timer.drive(first, clock.now() + 30_000);
    timer.kill();
    await timer.advance(250_000);
    const look = JSON.parse(sent?.body ?? '');
    expect(
      await timer.drive(call(sqsEvent({ messageId: 'm1', body: JSON.stringify(look) }), 'batch-1')),
    ).toEqual({
      batchItemFailures: [],
    });
    expect(ran).toEqual(['1 in 1', '2 in 1', '2 in 1']);
    expect(lambda.sent).toHaveLength(1);
    expect(await timer.drive(call(JSON.parse(lambda.sent[0]?.body ?? ''), 'r2'))).toMatchObject({
      status: 'completed',
    });
  });

  it('A second delivery of an event whose owner is alive says in the log that only a sweep is left where no channel can wait', async () => {
    const { call, timer, logger, lambda } = world({ channels: ['lambda'] });
    const first = call(start, 'r1');
    await timer.advance(20_000);
    expect(await timer.drive(call(start, 'r1'))).toMatchObject({ status: 'duplicate' });
    expect(lambda.sent).toEqual([]);
    expect(logger.lines.filter(({ message }) => /only a sweep/.test(message))).toMatchObject([
      { level: 'warn', fields: { executionId: 'e' } },
    ]);
    await timer.drive(first);
  });

  it('A second delivery of an event whose owner is alive is handed back to its queue, and never acknowledged', async () => {
    const { call, timer, queue, status } = world();
    const message = sqsEvent({ messageId: 'm1', body: JSON.stringify(start) });
    const first = call(message, 'batch-1');
    await timer.advance(20_000);
    expect(await timer.drive(call(message, 'batch-2'))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
    expect(queue.sent).toEqual([]);
    expect(await timer.drive(first)).toEqual({ batchItemFailures: [] });
    expect(await status()).toBe('completed');
    expect(await timer.drive(call(message, 'batch-3'))).toEqual({ batchItemFailures: [] });
  });

  it('A second delivery of an event whose owner is alive leaves a record alone whose owner works for long without a write: its heartbeats are heard', async () => {
    const { call, timer, ran } = world({ stepMs: 200_000 });
    const first = call(start, 'r1');
    await timer.advance(150_000);
    expect(await timer.drive(call(start, 'r1'))).toMatchObject({ status: 'duplicate' });
    await timer.drive(first);
    expect(ran.slice(0, 2)).toEqual(['1 in 1', '2 in 1']);
  });
});

describe('a delivery whose owner has died', () => {
  it('A delivery whose owner has died takes over when it comes again after a minute, and hands over at the first safe point', async () => {
    const { call, timer, ran, lambda, clock } = world();
    await timer.drive(call(start, 'r1'), clock.now() + 50_000);
    timer.kill();
    await timer.advance(60_000);
    expect(await timer.drive(call(start, 'r1'))).toMatchObject({ status: 'handed-off', invocation: 1 });
    expect(await timer.drive(call(JSON.parse(lambda.sent[0]?.body ?? ''), 'r2'))).toMatchObject({
      status: 'completed',
      invocation: 2,
    });
    expect(ran).toEqual(['1 in 1', '2 in 1', '2 in 1', '3 in 2']);
  });

  it('A delivery whose owner has died is a duplicate when it comes again after a second, as after a system error, and a look brings it back', async () => {
    const { call, timer, ran, queue, clock } = world();
    await timer.drive(call(start, 'r1'), clock.now() + 50_000);
    timer.kill();
    await timer.advance(1_000);
    expect(await timer.drive(call(start, 'r1'))).toMatchObject({ status: 'duplicate' });
    const [sent] = queue.sent;
    await timer.advance((sent?.delaySeconds ?? 0) * 1_000);
    expect(await timer.drive(call(JSON.parse(sent?.body ?? ''), 'look-1'))).toMatchObject({
      status: 'handed-off',
      executionId: 'e',
    });
    expect(ran).toEqual(['1 in 1', '2 in 1', '2 in 1']);
  });
});

describe('a look', () => {
  const look = (parts: object = {}) => ({ lambdaBaton: { v: 1, look: { executionId: 'e', ...parts } } });

  it('A look does nothing while the owner may be alive', async () => {
    const { call, timer, ran, queue } = world();
    const first = call(start, 'r1');
    await timer.advance(20_000);
    expect(await timer.drive(call(look(), 'look-1'))).toMatchObject({ status: 'duplicate' });
    await timer.drive(first);
    expect([ran.length, queue.sent.length]).toEqual([3, 0]);
  });

  it('A look does nothing for an execution that has ended, and for one that nobody knows', async () => {
    const { call, timer, ran } = world();
    expect(await timer.drive(call(look(), 'look-1'))).toMatchObject({
      status: 'duplicate',
      executionId: 'e',
    });
    await timer.drive(call(start, 'r1'));
    expect(await timer.drive(call(look(), 'look-2'))).toMatchObject({ status: 'completed' });
    expect(ran).toHaveLength(3);
  });

  it('A look that comes too early sends itself again', async () => {
    const { call, timer, queue, clock } = world();
    const notBeforeMs = clock.now() + 1_000_000;
    expect(await timer.drive(call(look({ notBeforeMs, chain: 2 }), 'look-1'))).toMatchObject({
      status: 'duplicate',
    });
    expect(queue.sent.map(readLook)).toEqual([
      { executionId: 'e', chain: 3, notBeforeMs, delaySeconds: 900 },
    ]);
  });

  it('A look is refused without a store', async () => {
    const around = virtualWorld();
    @LongRunning({ name: 'slow', safeMs: 10_000, intervalMs: 1_000 })
    class Slow {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    const handler = createHandler(Slow, { providers: [...around.providers] });
    await expect(handler(look(), fakeLambdaContext({ clock: around.clock }))).rejects.toMatchObject({
      code: 'INCOMPATIBLE_STATE',
    });
  });
});

describe('a look that owns an execution', () => {
  const look = (parts: object = {}) => ({ lambdaBaton: { v: 1, look: { executionId: 'e', ...parts } } });

  /** An execution whose first owner died, and that a look goes on with: it is in a step of 200 seconds. */
  async function lookedAfter() {
    const around = world({ stepMs: 200_000 });
    const { call, timer, clock } = around;
    await timer.drive(call(start, 'r1'), clock.now() + 50_000);
    timer.kill();
    await timer.advance(invocationMs);
    const running = call(look(), 'look-1');
    await timer.advance(20_000);
    return { ...around, running };
  }

  it('A look that owns an execution is not answered as late when it comes twice: another look follows, for the end of its own lease', async () => {
    const { call, timer, queue, running } = await lookedAfter();
    expect(await timer.drive(call(look(), 'look-1'))).toMatchObject({ status: 'duplicate' });
    expect(queue.sent.map(readLook)).toMatchObject([
      { executionId: 'e', delivery: 'look-1', delaySeconds: 280 },
    ]);
    await timer.drive(running);
  });

  it('A look that owns an execution is taken over by its own retry when it was silent for a minute: the second death of the step is recorded as its end', async () => {
    const { call, timer, ran, status } = await lookedAfter();
    timer.kill();
    await timer.advance(60_000);
    await expect(timer.drive(call(look(), 'look-1'))).rejects.toMatchObject({ code: 'EXECUTION_FAILED' });
    expect([ran, await status()]).toEqual([['1 in 1', '1 in 1'], 'failed']);
  });

  it('A look that owns an execution looks again when the owner that it was sent for has a new lease', async () => {
    const { call, timer, queue, clock } = world({ stepMs: 250_000 });
    await timer.drive(call(start, 'r1'), clock.now() + 10_000);
    timer.kill();
    await timer.drive(call(start, 'r1'));
    const [first] = queue.sent;
    await timer.advance(60_000);
    const retry = call(start, 'r1');
    await timer.advance((first?.delaySeconds ?? 0) * 1_000 - 60_000);
    expect(await timer.drive(call(JSON.parse(first?.body ?? ''), 'look-1'))).toMatchObject({
      status: 'duplicate',
    });
    expect(queue.sent.map(readLook)).toMatchObject([{ delivery: 'r1' }, { delivery: 'r1' }]);
    await timer.drive(retry).catch(() => {});
  });
});

describe('a hand-off that nobody has come for', () => {
  it('A hand-off that nobody has come for is sent again by the delivery that made it, and nothing is taken back', async () => {
    const { call, timer, lambda, ran, clock } = world({ stepMs: 100_000 });
    expect(await timer.drive(call(start, 'r1'))).toMatchObject({ status: 'handed-off', invocation: 1 });
    await timer.advance(60_000);
    const before = ran.length;
    expect(await timer.drive(call(start, 'r1'))).toMatchObject({ status: 'handed-off', invocation: 1 });
    expect(ran).toHaveLength(before);
    expect(lambda.sent.map(({ invocation }) => invocation)).toEqual([2, 2]);
    const [one, two] = lambda.sent.map(({ body }) => JSON.parse(body));
    expect(await timer.drive(call(two, 'r2'))).toMatchObject({ status: 'completed', invocation: 2 });
    expect(await timer.drive(call(one, 'r3'))).toMatchObject({ status: 'completed' });
    expect(clock.now()).toBeGreaterThan(0);
  });
});
