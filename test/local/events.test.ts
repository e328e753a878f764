import { InvokeCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import type { LocalLambda } from '../../src/local';
import {
  collect,
  lambdaClient,
  next,
  puppet,
  reasons,
  startLambda,
  startPuppet,
  stopAll,
} from './start-lambda';

afterEach(stopAll);

const retryDelaysMs = [10, 20] as const;

function sendEvent(lambda: LocalLambda, payload: object) {
  return lambda.invoke({ functionName: 'puppet', invocationType: 'Event', payload });
}

describe('an Event whose invocation fails', () => {
  it('An Event whose invocation fails is tried twice more with the same request id, after the delays', async () => {
    const lambda = await startPuppet({ retryDelaysMs });
    const ends = collect(lambda, 'invocation-end');
    const retries = collect(lambda, 'retry');
    const { requestId } = await sendEvent(lambda, { do: 'fail' });
    await lambda.idle();
    expect(ends.map((end) => [end.requestId, end.attempt, end.reason])).toEqual(
      [1, 2, 3].map((attempt) => [requestId, attempt, 'error']),
    );
    expect(retries.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [2, 10],
      [3, 20],
    ]);
    expect((ends[1]?.startedAt ?? 0) - (ends[0]?.startedAt ?? 0)).toBeGreaterThanOrEqual(9);
    expect(lambda.metric('puppet', 'Invocations')).toBe(3);
    expect(lambda.metric('puppet', 'Errors')).toBe(3);
  });

  it.each([
    ['a time-out', { do: 'spin' }, 'time-out'],
    ['a crash', { do: 'exit', code: 1 }, 'exit'],
  ])('An Event whose invocation fails by %s is tried again, too', async (_, payload, reason) => {
    const lambda = await startPuppet({ retryDelaysMs, maximumRetryAttempts: 1, timeoutMs: 200 });
    const ends = collect(lambda, 'invocation-end');
    await sendEvent(lambda, payload);
    await lambda.idle();
    expect(reasons(ends)).toEqual([reason, reason]);
  });

  it('An Event whose invocation fails is not tried again once it has succeeded', async () => {
    const lambda = await startPuppet({ retryDelaysMs });
    const ends = collect(lambda, 'invocation-end');
    await sendEvent(lambda, { do: 'failUntil', attempt: 2 });
    await lambda.idle();
    expect(reasons(ends)).toEqual(['error', 'ok']);
  });

  it.each([0, 1, 2] as const)(
    'An Event whose invocation fails is tried %i times more when that is the maximum',
    async (maximumRetryAttempts) => {
      const lambda = await startPuppet({ retryDelaysMs, maximumRetryAttempts });
      await sendEvent(lambda, { do: 'fail' });
      await lambda.idle();
      expect(lambda.metric('puppet', 'Invocations')).toBe(1 + maximumRetryAttempts);
    },
  );

  it('An Event whose invocation fails is given up when it is too old for another try', async () => {
    const lambda = await startPuppet({ retryDelaysMs: [5000, 5000], maximumEventAgeMs: 1000 });
    const dropped = collect(lambda, 'dropped');
    const { requestId } = await sendEvent(lambda, { do: 'fail' });
    await lambda.idle();
    expect(dropped).toEqual([
      { functionName: 'puppet', requestId, reason: 'EventAgeExceeded', channel: 'invoke', sentTo: [] },
    ]);
  });
});

describe('an Event that was given up', () => {
  async function startWithQueues(
    options: object = {},
  ): Promise<{ lambda: LocalLambda; failures: string; dead: string }> {
    const lambda = await startLambda();
    const { arn: failures } = await lambda.createQueue({ name: 'failures' });
    const { arn: dead } = await lambda.createQueue({ name: 'dead' });
    await lambda.createFunction({
      name: 'puppet',
      code: puppet,
      retryDelaysMs,
      onFailure: failures,
      deadLetterQueue: dead,
      ...options,
    });
    return { lambda, failures, dead };
  }

  it('An Event that was given up goes to the on-failure destination as a record, and to the dead-letter queue as it was', async () => {
    const { lambda, failures, dead } = await startWithQueues();
    const { requestId } = await sendEvent(lambda, { do: 'fail', message: 'no luck' });
    await lambda.idle();
    const [record] = await lambda.drainQueue(failures);
    expect(JSON.parse(record?.body ?? '')).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      requestContext: {
        requestId,
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:puppet:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { do: 'fail', message: 'no luck' },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'no luck', trace: expect.any(Array) },
    });
    const [letter] = await lambda.drainQueue(dead);
    expect(JSON.parse(letter?.body ?? '')).toEqual({ do: 'fail', message: 'no luck' });
    expect(letter?.messageAttributes).toEqual({
      RequestID: requestId,
      ErrorCode: '200',
      ErrorMessage: 'no luck',
    });
  });

  it('An Event that was given up is lost, and only a metric says so, when with what is added it is too large for the queue that it should go to', async () => {
    const { lambda, failures, dead } = await startWithQueues({ reservedConcurrency: 0 });
    const dropped = collect(lambda, 'dropped');
    await sendEvent(lambda, { cargo: 'x'.repeat(1_048_500) });
    await lambda.idle();
    expect(dropped).toMatchObject([{ reason: 'ZeroReservedConcurrency', sentTo: [] }]);
    expect([await lambda.drainQueue(failures), await lambda.drainQueue(dead)]).toEqual([[], []]);
    expect(lambda.metric('puppet', 'DestinationDeliveryFailures')).toBe(1);
    expect(lambda.metric('puppet', 'DeadLetterErrors')).toBe(1);
  });

  it('An Event that was given up was given up at once when reserved concurrency is 0', async () => {
    const { lambda, failures } = await startWithQueues();
    await lambdaClient(lambda).send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'puppet', ReservedConcurrentExecutions: 0 }),
    );
    const dropped = collect(lambda, 'dropped');
    await sendEvent(lambda, { a: 1 });
    await lambda.idle();
    expect(dropped).toMatchObject([
      { reason: 'ZeroReservedConcurrency', sentTo: [failures, expect.stringContaining(':dead')] },
    ]);
    const [record] = await lambda.drainQueue(failures);
    expect(JSON.parse(record?.body ?? '')).toMatchObject({
      requestContext: { condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 },
      requestPayload: { a: 1 },
    });
    expect(lambda.metric('puppet', 'Invocations')).toBe(0);
  });

  it('An Event that was given up is not sent anywhere when there is nowhere', async () => {
    const lambda = await startPuppet({ maximumRetryAttempts: 0 });
    const dropped = next(lambda, 'dropped');
    await sendEvent(lambda, { do: 'fail' });
    expect(await dropped).toMatchObject({ reason: 'RetriesExhausted', sentTo: [] });
  });

  it('An Event that was given up must have a queue that exists', async () => {
    const lambda = await startLambda();
    await expect(
      lambda.createFunction({
        name: 'puppet',
        code: puppet,
        onFailure: 'arn:aws:sqs:us-east-1:123456789012:nowhere',
      }),
    ).rejects.toThrow(
      'There is no queue arn:aws:sqs:us-east-1:123456789012:nowhere in the local SQS.\n→ Create it with createQueue, or use one of: none.',
    );
  });
});

describe('an Event that is throttled', () => {
  it('An Event that is throttled waits for room and says so once', async () => {
    const lambda = await startPuppet({}, { concurrencyLimit: 1 });
    const throttled = collect(lambda, 'throttled');
    const first = lambda.invoke({ functionName: 'puppet', payload: { do: 'sleep', ms: 50 } });
    await next(lambda, 'invocation-start');
    const { requestId } = await sendEvent(lambda, { do: 'echo' });
    await first;
    await lambda.idle();
    expect(throttled).toEqual([{ functionName: 'puppet', requestId, invocationType: 'Event' }]);
    expect(lambda.metric('puppet', 'Invocations')).toBe(2);
  });

  it('An Event that is throttled is given up when it grows too old while it waits', async () => {
    const lambda = await startPuppet({ maximumEventAgeMs: 100 }, { concurrencyLimit: 1 });
    const dropped = next(lambda, 'dropped');
    const first = lambda.invoke({ functionName: 'puppet', payload: { do: 'sleep', ms: 60_000 } });
    const { requestId } = await next(lambda, 'invocation-start');
    await lambdaClient(lambda).send(new InvokeCommand({ FunctionName: 'puppet', InvocationType: 'Event' }));
    expect(await dropped).toMatchObject({ reason: 'EventAgeExceeded' });
    lambda.kill(requestId);
    await first;
  });
});
