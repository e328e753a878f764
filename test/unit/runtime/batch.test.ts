import {
  createHandler,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { RecordingSender } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';
import { readContinuation } from './sent-continuation';

const times = { safeMs: 10_000, intervalMs: 9_000, reserveMs: 2_000 };

interface Order {
  readonly takesMs?: number;
  readonly failsWith?: string;
}

/** Runs one SQS batch of orders. */
async function deliver(records: readonly object[], remainingMs = 60_000) {
  const world = virtualWorld();
  const seen: { executionId: string; input: unknown }[] = [];

  @LongRunning(times)
  class Orders {
    @State() isDone = false;
    @Step({ retry: { maxAttempts: 1 } }) async work({
      executionId,
      input,
    }: StepContext<Order | string | null>) {
      seen.push({ executionId, input });
      const { takesMs = 0, failsWith = undefined } = typeof input === 'object' && input !== null ? input : {};
      if (failsWith !== undefined) throw new Error(failsWith);
      this.isDone = true;
      if (takesMs > 0) await world.timer.sleep(takesMs);
    }
    @Terminate() check() {
      return this.isDone;
    }
    @OnComplete() end() {
      return 'a result that SQS has no use for';
    }
  }

  const handler = createHandler(Orders, { providers: world.providers });
  const call = (batch: readonly object[], leftMs: number) =>
    callHandler(handler, world, { Records: batch }, { remainingMs: leftMs });
  const answer = await call(records, remainingMs);
  const { sent } = world.senders[0] as RecordingSender;
  const outcomes = world.logger.lines
    .filter(({ message }) => message.startsWith('record '))
    .map(({ message, fields }) => [message, fields.messageId, fields.status ?? fields.code ?? fields.reason]);
  return { answer, seen, sent, outcomes, world, call };
}

function record(messageId: string, body: unknown, groupId?: string): object {
  return {
    messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    },
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-central-1:123456789012:jobs${groupId === undefined ? '' : '.fifo'}`,
  };
}

const failed = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('an SQS batch', () => {
  it('An SQS batch starts one execution for each record, whose id is made of the messageId and the job, and answers nothing but failures', async () => {
    const { answer, seen, outcomes } = await deliver([
      record('m-1', { takesMs: 10 }),
      record('m-2', { takesMs: 20 }),
    ]);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual([
      { executionId: 'm-1@Orders', input: { takesMs: 10 } },
      { executionId: 'm-2@Orders', input: { takesMs: 20 } },
    ]);
    expect(outcomes).toEqual([
      ['record done', 'm-1', 'completed'],
      ['record done', 'm-2', 'completed'],
    ]);
  });

  it.each<[string, string, unknown]>([
    ['JSON', '{"a":[1]}', { a: [1] }],
    ['a text that is no JSON', 'order 17', 'order 17'],
    ['an empty text', '', ''],
    ['a JSON text', '"order 17"', 'order 17'],
    ['null', 'null', null],
  ])('An SQS batch takes a body that is %s', async (_title, body, input) => {
    const { seen } = await deliver([record('m-1', body)]);
    expect(seen).toEqual([{ executionId: 'm-1@Orders', input }]);
  });

  it('An SQS batch takes the id of a start envelope', async () => {
    const { seen } = await deliver([
      record('m-1', { lambdaBaton: { v: 1, start: { executionId: 'order-17', input: { a: 1 } } } }),
    ]);
    expect(seen).toEqual([{ executionId: 'order-17', input: { a: 1 } }]);
  });

  it('An SQS batch carries executions on, and acknowledges a message whose execution was handed over', async () => {
    const first = await deliver([record('m-1', { takesMs: 51_000 })]);
    expect(first.answer).toEqual(failed());
    expect(first.outcomes).toEqual([['record done', 'm-1', 'handed-off']]);
    expect(readContinuation(first.sent[0])).toMatchObject({ executionId: 'm-1@Orders', invocation: 2 });
    const answer = await first.call([record('m-2', first.sent[0]?.body)], 60_000);
    expect(answer).toEqual(failed());
    expect(first.world.logger.find('execution completed')).toMatchObject([
      { fields: { executionId: 'm-1@Orders', invocation: 2 } },
    ]);
  });

  it('An SQS batch hands back only what failed', async () => {
    const batch = [record('m-1', {}), record('m-2', { failsWith: 'no stock' }), record('m-3', {})];
    const { answer, seen, outcomes, world } = await deliver(batch);
    expect(answer).toEqual(failed('m-2'));
    expect(seen).toHaveLength(3);
    expect(outcomes).toEqual([
      ['record done', 'm-1', 'completed'],
      ['record failed', 'm-2', 'EXECUTION_FAILED'],
      ['record done', 'm-3', 'completed'],
    ]);
    expect(world.logger.find('record failed')).toMatchObject([
      { level: 'error', fields: { messageId: 'm-2' } },
    ]);
  });

  it.each<[string, string, string]>([
    [
      'a damaged checksum',
      '{"lambdaBaton":{"v":1,"checksum":"0","continuation":{},"state":{"text":""}}}',
      'CORRUPT_CONTINUATION',
    ],
    ['an envelope with nothing in it', '{"lambdaBaton":{"v":1}}', 'CORRUPT_CONTINUATION'],
    [
      'an envelope of another format',
      '{"lambdaBaton":{"v":2,"start":{"executionId":"a"}}}',
      'CORRUPT_CONTINUATION',
    ],
    ['no envelope at all under our key', '{"lambdaBaton":null}', 'CORRUPT_CONTINUATION'],
  ])('An SQS batch hands back a record with %s, and goes on with the next', async (_title, body, code) => {
    const { answer, seen, outcomes } = await deliver([record('m-1', body), record('m-2', {})]);
    expect(answer).toEqual(failed('m-1'));
    expect(seen).toMatchObject([{ executionId: 'm-2@Orders' }]);
    expect(outcomes).toEqual([
      ['record failed', 'm-1', code],
      ['record done', 'm-2', 'completed'],
    ]);
  });

  it('An SQS batch hands records back unstarted when there is no time left to begin them', async () => {
    const batch = [
      record('m-1', { takesMs: 20_000 }),
      record('m-2', { takesMs: 35_000 }),
      record('m-3', {}),
      record('m-4', {}),
    ];
    const { answer, seen, outcomes } = await deliver(batch);
    expect(seen.map(({ executionId }) => executionId)).toEqual(['m-1@Orders', 'm-2@Orders']);
    expect(answer).toEqual(failed('m-3', 'm-4'));
    expect(outcomes.slice(2)).toEqual([
      ['record handed back unstarted', 'm-3', 'no-time'],
      ['record handed back unstarted', 'm-4', 'no-time'],
    ]);
  });

  it('An SQS batch begins the first record however little time there is, so that the idle fuse can see it', async () => {
    const { answer, sent } = await deliver([record('m-1', {}), record('m-2', {})], 10_000);
    expect(answer).toEqual(failed('m-2'));
    expect(readContinuation(sent[0])).toMatchObject({ executionId: 'm-1@Orders', idleInvocationCount: 1 });
  });

  it('An SQS batch hands back, unstarted, what stands behind a failure in its FIFO group, and nothing of other groups', async () => {
    const { answer, seen, outcomes } = await deliver([
      record('a-1', {}, 'a'),
      record('a-2', { failsWith: 'no stock' }, 'a'),
      record('b-1', {}, 'b'),
      record('a-3', {}, 'a'),
      record('b-2', {}, 'b'),
      record('a-4', {}, 'a'),
    ]);
    expect(answer).toEqual(failed('a-2', 'a-3', 'a-4'));
    expect(seen.map(({ executionId }) => executionId)).toEqual([
      'a-1@Orders',
      'a-2@Orders',
      'b-1@Orders',
      'b-2@Orders',
    ]);
    expect(outcomes).toContainEqual(['record handed back unstarted', 'a-3', 'fifo-group']);
  });

  it('An SQS batch keeps no order among the groups of a standard queue, which has them for fairness only', async () => {
    const fair = (messageId: string, body: unknown) => ({
      ...record(messageId, body, 'tenant'),
      eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:jobs',
    });
    const { answer } = await deliver([fair('m-1', '{"lambdaBaton":{}}'), fair('m-2', { takesMs: 10 })]);
    expect(answer).toEqual(failed('m-1'));
  });

  it('An SQS batch hands back what stands behind a damaged record in its FIFO group', async () => {
    const { answer } = await deliver([record('a-1', '{"lambdaBaton":1}', 'a'), record('a-2', {}, 'a')]);
    expect(answer).toEqual(failed('a-1', 'a-2'));
  });

  it('An SQS batch hands back what could not be handed over', async () => {
    const world = virtualWorld({
      senders: [new RecordingSender({ before: () => Promise.reject(new Error('down')) })],
    });

    @LongRunning(times)
    class Slow {
      @State() n = 0;
      @Step() work() {
        return world.timer.sleep(51_000);
      }
      @Terminate() check() {
        return this.n === 1;
      }
    }

    const handler = createHandler(Slow, { providers: world.providers });
    const answer = await callHandler(handler, world, { Records: [record('m-1', {})] });
    expect(answer).toEqual(failed('m-1'));
    expect(world.logger.find('record failed')).toMatchObject([{ fields: { code: 'HAND_OFF_FAILED' } }]);
  });
});
