import { GetFunctionRecursionConfigCommand, PutFunctionRecursionConfigCommand } from '@aws-sdk/client-lambda';
import { collect, lambdaClient, puppet, reasons, startLambda, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

const limit = 16;

describe('recursion detection', () => {
  it('Recursion detection lets 16 invocations in a chain of events pass, drops the next and counts it', async () => {
    const lambda = await startLambda();
    const { arn: onFailure } = await lambda.createQueue({ name: 'failures' });
    await lambda.createFunction({ name: 'puppet', code: puppet, onFailure });
    const starts = collect(lambda, 'invocation-start');
    const ends = collect(lambda, 'invocation-end');
    const dropped = collect(lambda, 'dropped');
    await lambda.invoke({
      functionName: 'puppet',
      invocationType: 'Event',
      payload: { do: 'loop', hops: 30 },
    });
    await lambda.idle();
    expect(starts.map(({ chainLength }) => chainLength)).toEqual(
      Array.from({ length: limit }, (_, hop) => hop + 1),
    );
    expect(reasons(ends)).toEqual(Array(limit).fill('ok'));
    expect(dropped).toMatchObject([
      { functionName: 'puppet', reason: 'RecursiveInvocation', channel: 'invoke', sentTo: [onFailure] },
    ]);
    expect(lambda.metric('puppet', 'RecursiveInvocationsDropped')).toBe(1);
    const [record] = await lambda.drainQueue(onFailure);
    expect(JSON.parse(record?.body ?? '')).toMatchObject({
      requestPayload: { do: 'loop', hop: limit + 1 },
      requestContext: { condition: 'RecursiveInvocation' },
    });
  });

  it('Recursion detection can be made to refuse the event instead, because AWS does not say which it does', async () => {
    const lambda = await startPuppet({ maximumRetryAttempts: 0 }, { asyncRecursion: 'reject' });
    const ends = collect(lambda, 'invocation-end');
    await lambda.invoke({
      functionName: 'puppet',
      invocationType: 'Event',
      payload: { do: 'loop', hops: 30 },
    });
    await lambda.idle();
    expect(ends).toHaveLength(limit);
    expect(ends.find(({ chainLength }) => chainLength === limit)).toMatchObject({
      reason: 'error',
      error: { errorType: 'RecursiveInvocationException' },
    });
  });

  it('Recursion detection refuses the synchronous call with RecursiveInvocationException', async () => {
    const lambda = await startPuppet({ maximumRetryAttempts: 0 });
    const ends = collect(lambda, 'invocation-end');
    await lambda.invoke({
      functionName: 'puppet',
      invocationType: 'Event',
      payload: { do: 'loop', hops: 30, syncFrom: limit + 1 },
    });
    await lambda.idle();
    expect(ends.find(({ reason }) => reason === 'error')).toMatchObject({
      chainLength: limit,
      error: { errorType: 'RecursiveInvocationException' },
    });
    expect(lambda.metric('puppet', 'Invocations')).toBe(limit);
  });

  it('Recursion detection lets everything pass when the function’s setting is Allow, which only the function’s owner can set', async () => {
    const lambda = await startPuppet();
    const client = lambdaClient(lambda);
    expect(
      (await client.send(new GetFunctionRecursionConfigCommand({ FunctionName: 'puppet' }))).RecursiveLoop,
    ).toBe('Terminate');
    await client.send(
      new PutFunctionRecursionConfigCommand({ FunctionName: 'puppet', RecursiveLoop: 'Allow' }),
    );
    expect(
      (await client.send(new GetFunctionRecursionConfigCommand({ FunctionName: 'puppet' }))).RecursiveLoop,
    ).toBe('Allow');
    await lambda.invoke({
      functionName: 'puppet',
      invocationType: 'Event',
      payload: { do: 'loop', hops: 20 },
    });
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(20);
    expect(lambda.metric('puppet', 'RecursiveInvocationsDropped')).toBe(0);
  });

  it('Recursion detection counts a chain through a queue, too: the message is refused until the queue’s dead-letter queue takes it', async () => {
    const lambda = await startPuppet({ timeoutMs: 1000 });
    const dead = await lambda.createQueue({ name: 'dead' });
    const queue = await lambda.createQueue({
      name: 'loop',
      visibilityTimeoutMs: 1000,
      deadLetterQueue: { arn: dead.arn, maxReceiveCount: 2 },
    });
    lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: queue.arn, batchSize: 1 });
    const dropped = collect(lambda, 'dropped');
    const starts = collect(lambda, 'invocation-start');
    lambda.sendMessage(queue.arn, JSON.stringify({ loop: queue.url }));
    await lambda.idle();
    expect(starts.map(({ chainLength }) => chainLength)).toEqual(
      Array.from({ length: limit }, (_, hop) => hop + 1),
    );
    expect(dropped).toMatchObject([
      { reason: 'RecursiveInvocation', channel: 'sqs' },
      { reason: 'RecursiveInvocation', channel: 'sqs' },
    ]);
    expect(lambda.metric('puppet', 'RecursiveInvocationsDropped')).toBe(2);
    expect(await lambda.drainQueue(dead.arn)).toHaveLength(1);
  });

  it('Recursion detection does not mistake many events from outside for a chain', async () => {
    const lambda = await startPuppet();
    await Promise.all(
      Array.from({ length: 20 }, () => lambda.invoke({ functionName: 'puppet', invocationType: 'Event' })),
    );
    await lambda.idle();
    expect(lambda.metric('puppet', 'Invocations')).toBe(20);
  });
});
