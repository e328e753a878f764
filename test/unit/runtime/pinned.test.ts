import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  HandOffFailedError,
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  Terminate,
  wait,
} from '../../../src';
import { RecordingSender, sqsEvent } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';

const start = { lambdaBaton: { v: 1, start: { executionId: 'e', input: {} } } };
const functionArn = 'arn:aws:lambda:eu-west-1:1:function:f';

class GoneSender extends RecordingSender {
  failure: 'denied' | 'gone' | undefined;
  override async send(request: Parameters<RecordingSender['send']>[0]): Promise<void> {
    if (this.failure === undefined) return super.send(request);
    const reason = this.failure === 'gone' ? 'ResourceNotFoundException' : 'AccessDeniedException';
    throw new HandOffFailedError({
      problem: 'The function cannot be invoked.',
      fix: 'Look at the reason.',
      details: { channel: 'lambda', failure: 'refused', reason },
    });
  }
}

/** A job that waits ten minutes between two steps, behind an alias that moves from version 7 to version 8 meanwhile. */
function world({
  hasStore = true,
  continueOn,
}: {
  readonly hasStore?: boolean;
  readonly continueOn?: 'latest';
} = {}) {
  const [lambda, queue] = [new GoneSender({ channel: 'lambda' }), new RecordingSender({ channel: 'sqs' })];
  const around = virtualWorld({ senders: [lambda, queue] });
  const { timer, clock } = around;
  const store = new MemoryCheckpointStore();
  const ran: string[] = [];

  const deploy = (version: string) => {
    @LongRunning({ name: 'patient', safeMs: 10_000, intervalMs: 1_000, ...(continueOn && { continueOn }) })
    class Patient {
      @State() n = 0;
      @Step() work() {
        this.n += 1;
        ran.push(`${this.n} on ${version}`);
        return wait({ seconds: 600 });
      }
      @Terminate() isDone() {
        return this.n === 2;
      }
    }
    const providers = [
      ...around.providers,
      ...(hasStore ? [{ token: CHECKPOINT_STORE, useValue: store }] : []),
    ];
    const handler = createHandler(Patient, { providers });
    return (event: unknown, awsRequestId: string, arn = `${functionArn}:live`) =>
      callHandler(handler, { clock, timer }, event, { functionVersion: version, awsRequestId, arn });
  };

  const client = new BatonClient({ store, clock, functionName: 'f', client: { send: async () => ({}) } });
  return {
    ...around,
    old: deploy('7'),
    young: deploy('8'),
    lambda,
    queue,
    ran,
    store,
    client,
    status: () => client.status('e'),
  };
}

/** The only message of a queue, as the function gets it. */
const receive = (queue: RecordingSender, messageId = 'm1') =>
  sqsEvent({ messageId, body: queue.sent.at(-1)?.body ?? '' });

describe.each([true, false])('an execution that is pinned to version 7 (with a store: %s)', (hasStore) => {
  it('An execution that is pinned to version 7 is sent on to version 7 when its message reaches version 8, which runs nothing of it', async () => {
    const { old, young, lambda, queue, ran, timer } = world({ hasStore });
    expect(await old(start, 'r1')).toMatchObject({ status: 'waiting' });
    await timer.advance(600_000);
    expect(await young(receive(queue), 'batch-1')).toEqual({ batchItemFailures: [] });
    expect(ran).toEqual(['1 on 7']);
    expect(lambda.sent).toHaveLength(1);
    expect(lambda.sent[0]?.context).toMatchObject({
      invokedFunctionArn: `${functionArn}:7`,
      functionVersion: '7',
    });
    expect(await old(JSON.parse(lambda.sent[0]?.body ?? ''), 'r2', `${functionArn}:7`)).toMatchObject({
      status: 'waiting',
      executionId: 'e',
    });
    expect(ran).toEqual(['1 on 7', '2 on 7']);
  });

  it('An execution that is pinned to version 7 is given back to its queue when it cannot be sent on', async () => {
    const { old, young, lambda, queue, ran, timer } = world({ hasStore });
    await old(start, 'r1');
    await timer.advance(600_000);
    lambda.failure = 'denied';
    expect(await young(receive(queue), 'batch-1')).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    await expect(young(JSON.parse(queue.sent[0]?.body ?? ''), 'r2')).rejects.toMatchObject({
      code: 'HAND_OFF_FAILED',
    });
    expect(ran).toEqual(['1 on 7']);
  });

  it('An execution that is pinned to version 7 goes on with version 8, and says so, when version 7 does not exist any more', async () => {
    const { old, young, lambda, queue, ran, timer, logger } = world({ hasStore });
    await old(start, 'r1');
    await timer.advance(600_000);
    lambda.failure = 'gone';
    expect(await young(receive(queue), 'batch-1')).toEqual({ batchItemFailures: [] });
    expect(ran).toEqual(['1 on 7', '2 on 8']);
    expect(logger.lines.filter(({ message }) => /pinned version does not exist/.test(message))).toHaveLength(
      1,
    );
  });

  it('An execution that is pinned to version 7 counts the forward as a step of the chain that AWS counts', async () => {
    const { old, young, lambda, queue, timer } = world({ hasStore });
    await old(start, 'r1');
    await timer.advance(600_000);
    await young(receive(queue), 'batch-1');
    const { look, continuation } = JSON.parse(lambda.sent[0]?.body ?? '').lambdaBaton;
    expect(hasStore ? look.chain : continuation.chain.length).toBe(2);
  });
});

describe('an execution that is pinned', () => {
  it('An execution that is pinned goes on with the newest code when that says continueOn latest', async () => {
    const { old, young, lambda, queue, ran, timer } = world({ continueOn: 'latest' });
    await old(start, 'r1');
    await timer.advance(600_000);
    await young(receive(queue), 'batch-1');
    expect([ran, lambda.sent]).toEqual([['1 on 7', '2 on 8'], []]);
  });

  it('An execution that is pinned is not sent to another function, whatever its continuation says', async () => {
    const { old, young, lambda, queue, ran, timer } = world();
    await old(start, 'r1', 'arn:aws:lambda:eu-west-1:1:function:other:live');
    await timer.advance(600_000);
    await young(receive(queue), 'batch-1');
    expect([ran, lambda.sent]).toEqual([['1 on 7', '2 on 8'], []]);
  });

  it('An execution that is pinned is redriven on its own version, or on the newest one when that is asked for', async () => {
    const { old, young, status, client, store, timer } = world();
    await old(start, 'r1');
    await timer.advance(3_000_000);
    const pinOf = async () =>
      JSON.parse((await store.load('e'))?.head.replace(/^\S+ /, '') ?? '').continuation.line.pin;
    await client.redrive('e');
    expect(await pinOf()).toBe(`${functionArn}:7`);
    await client.redrive('e', { continueOn: 'latest' });
    expect(await pinOf()).toBeNull();
    expect(await young({ lambdaBaton: { v: 1, look: { executionId: 'e' } } }, 'r2')).toMatchObject({
      status: 'waiting',
    });
    expect(await status()).toMatchObject({ status: 'waiting' });
    expect(await pinOf()).toBe(`${functionArn}:8`);
  });

  it('An execution that is pinned is sent on by the retry of its start, too, with the right to take over from its dead owner', async () => {
    const { old, young, lambda, ran, timer } = world();
    await old(start, 'r1');
    expect(await young(start, 'r1')).toMatchObject({ status: 'handed-off' });
    await timer.advance(600_000);
    expect(await old(JSON.parse(lambda.sent[0]?.body ?? ''), 'r2', `${functionArn}:7`)).toMatchObject({
      status: 'waiting',
    });
    expect(ran).toEqual(['1 on 7', '2 on 7']);
  });
});
