import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { EventSourceMappingOptions, FunctionOptions, LocalLambda, QueueOptions } from '../../src/local';
import { collect, next, reasons, sqsClient, startLambda, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

/** Long enough for a cold start on a busy machine. */
const hiddenMs = 1000;

interface Mapped {
  readonly lambda: LocalLambda;
  readonly arn: string;
  readonly url: string;
  readonly dead: string;
}

/** The puppet behind a queue whose messages come back after a second, twice at most. */
async function startMapped(
  mapping: Partial<EventSourceMappingOptions> = {},
  fn: Partial<FunctionOptions> = {},
  queue: Partial<QueueOptions> = {},
): Promise<Mapped> {
  const lambda = await startPuppet({ timeoutMs: 900, ...fn });
  const isFifo = queue.name?.endsWith('.fifo') ?? false;
  const { arn: dead } = await lambda.createQueue({ name: isFifo ? 'dead.fifo' : 'dead' });
  const { arn, url } = await lambda.createQueue({
    name: 'work',
    visibilityTimeoutMs: hiddenMs,
    deadLetterQueue: { arn: dead, maxReceiveCount: 2 },
    ...queue,
  });
  lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: arn, ...mapping });
  return { lambda, arn, url, dead };
}

/** The bodies of each batch that a handler got. */
function collectBatches(lambda: LocalLambda): { body: unknown; attributes: Record<string, string> }[][] {
  const batches: { body: unknown; attributes: Record<string, string> }[][] = [];
  lambda.on('invocation-start', ({ payload, channel }) => {
    if (channel !== 'sqs') return;
    const { Records } = JSON.parse(payload) as {
      Records: { body: string; attributes: Record<string, string> }[];
    };
    batches.push(Records.map(({ body, attributes }) => ({ body: JSON.parse(body), attributes })));
  });
  return batches;
}

describe('an event source mapping', () => {
  it('An event source mapping hands a message to the function as Lambda does, and deletes it', async () => {
    const { lambda, url, arn, dead } = await startMapped({ batchSize: 1 });
    const ended = next(lambda, 'invocation-end');
    const { MessageId } = await sqsClient(lambda).send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: '{"n":1}',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'test' } },
      }),
    );
    const { payload, channel, attempt, requestId } = await ended;
    expect({ channel, attempt }).toEqual({ channel: 'sqs', attempt: 1 });
    expect(requestId).not.toBe(MessageId);
    expect(JSON.parse(payload)).toEqual({
      Records: [
        {
          messageId: MessageId,
          receiptHandle: expect.any(String),
          body: '{"n":1}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {
            kind: { stringValue: 'test', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
          md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: 'aws:sqs',
          eventSourceARN: arn,
          awsRegion: 'us-east-1',
        },
      ],
    });
    await lambda.idle();
    expect(await lambda.drainQueue(arn)).toEqual([]);
    expect(await lambda.drainQueue(dead)).toEqual([]);
  });

  it('An event source mapping batches up to its batch size', async () => {
    const lambda = await startPuppet();
    const { arn } = await lambda.createQueue({ name: 'work' });
    for (let n = 0; n < 7; n++) lambda.sendMessage(arn, JSON.stringify({ n }));
    const batches = collectBatches(lambda);
    lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: arn, batchSize: 5 });
    await lambda.idle();
    expect(batches.map(({ length }) => length).sort()).toEqual([2, 5]);
    expect(batches.flat().map(({ body }) => body)).toHaveLength(7);
  });

  it('An event source mapping is refused when the visibility timeout is shorter than the function’s time-out, as on AWS', async () => {
    const lambda = await startPuppet({ timeoutMs: 1000 });
    const { arn } = await lambda.createQueue({ name: 'work', visibilityTimeoutMs: 999 });
    expect(() =>
      lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: arn }),
    ).toThrowErrorMatchingInlineSnapshot(`
"Queue work: its visibility timeout (999 ms) is less than the time-out of function puppet (1000 ms). AWS refuses that.
→ Create the queue with visibilityTimeoutMs: 1000 or more; AWS recommends six times as much."
`);
  });

  it('An event source mapping ends when it is told to', async () => {
    const lambda = await startPuppet();
    const { arn } = await lambda.createQueue({ name: 'work' });
    const remove = lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: arn });
    remove();
    lambda.sendMessage(arn, '{}');
    await lambda.idle();
    expect(await lambda.drainQueue(arn)).toHaveLength(1);
  });

  it('An event source mapping waits while the function has no room, and processes then', async () => {
    const lambda = await startPuppet({ reservedConcurrency: 1 });
    const { arn } = await lambda.createQueue({ name: 'work' });
    lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: arn, batchSize: 1 });
    const throttled = next(lambda, 'throttled');
    const first = lambda.invoke({ functionName: 'puppet', payload: { do: 'sleep', ms: 60_000 } });
    const { requestId } = await next(lambda, 'invocation-start');
    const messageId = lambda.sendMessage(arn, '{}');
    expect(await throttled).toMatchObject({ functionName: 'puppet', requestId: messageId });
    lambda.kill(requestId);
    await first;
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(2);
  });
});

describe('a batch that fails', () => {
  it.each([
    ['the handler throws', { throws: true }, 'error'],
    ['the handler times out', { sleep: 5000 }, 'time-out'],
  ])(
    'A batch that fails because %s comes back with its messageId and a higher receive count, then goes to the dead letters',
    async (_, body, reason) => {
      const { lambda, arn, dead } = await startMapped();
      const batches = collectBatches(lambda);
      const ends = collect(lambda, 'invocation-end');
      const messageId = lambda.sendMessage(arn, JSON.stringify(body));
      await lambda.idle();
      expect(reasons(ends)).toEqual([reason, reason]);
      expect(ends.map(({ attempt }) => attempt)).toEqual([1, 2]);
      expect(batches.map(([record]) => record?.attributes.ApproximateReceiveCount)).toEqual(['1', '2']);
      expect(await lambda.drainQueue(dead)).toMatchObject([
        { messageId, attributes: { DeadLetterQueueSourceArn: arn } },
      ]);
      const firstReceivedAt = Number(batches[1]?.[0]?.attributes.ApproximateFirstReceiveTimestamp);
      expect((ends[1]?.startedAt ?? 0) - firstReceivedAt).toBeGreaterThanOrEqual(hiddenMs - 5);
    },
  );

  it('A batch that fails in part brings back only the messages that were reported', async () => {
    const { lambda, arn, dead } = await startMapped({ reportBatchItemFailures: true });
    const batches = collectBatches(lambda);
    for (const body of [{ n: 1 }, { n: 2, fails: true }, { n: 3 }])
      lambda.sendMessage(arn, JSON.stringify(body));
    await lambda.idle();
    expect(batches.map((batch) => batch.map(({ body }) => (body as { n: number }).n))).toEqual([
      [1, 2, 3],
      [2],
    ]);
    expect((await lambda.drainQueue(dead)).map(({ body }) => JSON.parse(body).n)).toEqual([2]);
  });

  it('A batch that fails in part, without ReportBatchItemFailures, is a success', async () => {
    const { lambda, arn, dead } = await startMapped({ reportBatchItemFailures: false });
    lambda.sendMessage(arn, JSON.stringify({ fails: true }));
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(1);
    expect(await lambda.drainQueue(dead)).toEqual([]);
  });

  it('A batch that fails by an answer that AWS cannot read comes back as a whole', async () => {
    const { lambda, arn, dead } = await startMapped({ reportBatchItemFailures: true });
    for (const n of [1, 2])
      lambda.sendMessage(
        arn,
        JSON.stringify({ n, answer: { batchItemFailures: [{ itemIdentifier: 'unknown' }] } }),
      );
    await lambda.idle();
    expect(await lambda.drainQueue(dead)).toHaveLength(2);
  });
});

describe('the queues', () => {
  it('The queues keep a message back for its delay', async () => {
    const { lambda, arn } = await startMapped({ batchSize: 1 });
    const ended = next(lambda, 'invocation-end');
    const sentAt = Date.now();
    lambda.sendMessage(arn, '{}', { delayMs: 200 });
    expect((await ended).startedAt - sentAt).toBeGreaterThanOrEqual(195);
  });

  it('The queues put the caller’s trace header into AWSTraceHeader', async () => {
    const { lambda, arn, url } = await startMapped({ batchSize: 1 });
    const queue = await lambda.createQueue({ name: 'other' });
    lambda.sendMessage(arn, JSON.stringify({ loop: queue.url }));
    await lambda.idle();
    const [message] = await lambda.drainQueue(queue.arn);
    expect(message?.attributes.AWSTraceHeader).toMatch(/Lineage=1:[0-9a-f]{8}:1$/);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/123456789012\/work$/);
  });

  it('The queues answer system attributes by their new name, too', async () => {
    const lambda = await startLambda();
    const { url, arn } = await lambda.createQueue({ name: 'work' });
    lambda.sendMessage(arn, 'x');
    const { Messages } = await sqsClient(lambda).send(
      new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
    );
    expect(Messages?.[0]?.Attributes).toEqual({ ApproximateReceiveCount: '1' });
  });

  it('The queues can be created with the SDK', async () => {
    const lambda = await startLambda();
    const client = sqsClient(lambda);
    const { QueueUrl } = await client.send(
      new CreateQueueCommand({ QueueName: 'made', Attributes: { VisibilityTimeout: '7' } }),
    );
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      VisibilityTimeout: '7',
      QueueArn: 'arn:aws:sqs:us-east-1:123456789012:made',
    });
    const messages = collect(lambda, 'message');
    lambda.sendMessage('made', 'body');
    expect(messages).toMatchObject([{ queueName: 'made', bytes: 4, delayMs: 0, deadLetter: false }]);
  });

  const limit = 1_048_576;

  it.each([
    ['1 MiB of UTF-8', 'é'.repeat(limit / 2), undefined],
    ['a byte more, though fewer characters', `${'é'.repeat(limit / 2)}x`, 'InvalidParameterValue'],
    ['a control character', 'a\u0001b', 'InvalidMessageContents'],
    ['a tab and an emoji', 'a\tb😀', undefined],
  ])('The queues check the body: %s', async (_, MessageBody, refusal) => {
    const lambda = await startLambda();
    const { url } = await lambda.createQueue({ name: 'work' });
    const sent = sqsClient(lambda).send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    if (refusal === undefined) await expect(sent).resolves.toMatchObject({ MessageId: expect.any(String) });
    else await expect(sent).rejects.toMatchObject({ name: refusal, $metadata: { httpStatusCode: 400 } });
  });

  it.each([
    [
      'made here',
      (lambda: LocalLambda) => lambda.createQueue({ name: 'small', maximumMessageBytes: 262_144 }),
    ],
    [
      'made with the SDK',
      async (lambda: LocalLambda) => {
        const made = new CreateQueueCommand({
          QueueName: 'small',
          Attributes: { MaximumMessageSize: '262144' },
        });
        return { url: (await sqsClient(lambda).send(made)).QueueUrl };
      },
    ],
  ])(
    'The queues refuse what is larger than the queue’s own maximum, in bytes and with its number (%s)',
    async (_title, make) => {
      const lambda = await startLambda();
      const { url: QueueUrl } = await make(lambda);
      const client = sqsClient(lambda);
      const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      await expect(send('é'.repeat(131_072))).resolves.toMatchObject({ MessageId: expect.any(String) });
      const refusal = {
        name: 'InvalidParameterValue',
        message: expect.stringContaining('Message must be shorter than 262144 bytes.'),
      };
      await expect(send(`${'é'.repeat(131_072)}x`)).rejects.toMatchObject(refusal);
      const Entries = [{ Id: 'a', MessageBody: `${'é'.repeat(131_072)}x` }];
      await expect(client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject(
        refusal,
      );
      expect(() => lambda.sendMessage('small', `${'é'.repeat(131_072)}x`)).toThrow(
        'Message must be shorter than 262144 bytes.',
      );
    },
  );

  it('The queues check the size of a whole batch', async () => {
    const lambda = await startLambda();
    const { url: QueueUrl } = await lambda.createQueue({ name: 'work' });
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }));
    await expect(
      sqsClient(lambda).send(new SendMessageBatchCommand({ QueueUrl, Entries })),
    ).rejects.toMatchObject({
      name: 'BatchRequestTooLong',
    });
  });

  it('The queues refuse a delay over 15 minutes', async () => {
    const lambda = await startLambda();
    const { url: QueueUrl } = await lambda.createQueue({ name: 'work' });
    await expect(
      sqsClient(lambda).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds: 901 })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
});

describe('a FIFO queue', () => {
  const fifo = { name: 'work.fifo' };

  it('A FIFO queue keeps the order of a group, one invocation at a time, while other groups go on', async () => {
    const { lambda, arn } = await startMapped({ batchSize: 1 }, {}, fifo);
    const batches = collectBatches(lambda);
    let running = 0;
    lambda.on('invocation-start', ({ payload }) => {
      if (!payload.includes('"a\\"')) return;
      running++;
      expect(running).toBe(1);
    });
    lambda.on('invocation-end', ({ payload }) => {
      if (payload.includes('"a\\"')) running--;
    });
    for (const n of [1, 2, 3])
      lambda.sendMessage(arn, JSON.stringify({ group: 'a', n, sleep: 20 }), { groupId: 'a' });
    for (const n of [1, 2]) lambda.sendMessage(arn, JSON.stringify({ group: 'b', n }), { groupId: 'b' });
    await lambda.idle();
    const numbers = (group: string) =>
      batches
        .flat()
        .flatMap(({ body }) =>
          (body as { group: string }).group === group ? [(body as { n: number }).n] : [],
        );
    expect(numbers('a')).toEqual([1, 2, 3]);
    expect(numbers('b')).toEqual([1, 2]);
  });

  it('A FIFO queue hands several messages of a group over in one batch', async () => {
    const lambda = await startPuppet();
    const { arn } = await lambda.createQueue(fifo);
    for (const n of [1, 2, 3]) lambda.sendMessage(arn, JSON.stringify({ n }), { groupId: 'a' });
    const batches = collectBatches(lambda);
    lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: arn });
    await lambda.idle();
    expect(batches.map((batch) => batch.map(({ body }) => (body as { n: number }).n))).toEqual([[1, 2, 3]]);
  });

  it('A FIFO queue holds a group back while its first message is on its way to another try', async () => {
    const { lambda, arn, dead } = await startMapped(
      { batchSize: 1, reportBatchItemFailures: true },
      {},
      fifo,
    );
    const batches = collectBatches(lambda);
    for (const body of [{ n: 1, fails: true }, { n: 2 }])
      lambda.sendMessage(arn, JSON.stringify(body), { groupId: 'a' });
    await lambda.idle();
    expect(batches.flat().map(({ body }) => (body as { n: number }).n)).toEqual([1, 1, 2]);
    expect(await lambda.drainQueue(dead)).toMatchObject([
      { attributes: { DeadLetterQueueSourceArn: arn, MessageGroupId: 'a' } },
    ]);
  });

  it('A FIFO queue drops a duplicate, also when the first one is gone already', async () => {
    const { lambda, url } = await startMapped({ batchSize: 1 }, {}, fifo);
    const client = sqsClient(lambda);
    const send = () =>
      client.send(
        new SendMessageCommand({
          QueueUrl: url,
          MessageBody: '{}',
          MessageGroupId: 'e',
          MessageDeduplicationId: 'e#2',
        }),
      );
    const first = await send();
    await lambda.idle();
    const second = await send();
    await lambda.idle();
    expect(second.MessageId).toBe(first.MessageId);
    expect(lambda.metric('puppet', 'Invocations')).toBe(1);
  });
});
