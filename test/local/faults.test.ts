import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { ApiRequest, FaultProbabilities, LocalLambda, RequestFault } from '../../src/local';
import { collect, lambdaClient, next, reasons, sqsClient, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

/** Strikes the n-th call of an operation. */
function strike(operation: string, count: number, fault: RequestFault) {
  return (request: ApiRequest) =>
    request.operation === operation && request.count === count ? fault : undefined;
}

function invokeEvent(lambda: LocalLambda, maxAttempts = 1) {
  return lambdaClient(lambda, maxAttempts).send(
    new InvokeCommand({ FunctionName: 'puppet', InvocationType: 'Event', Payload: '{}' }),
  );
}

describe('onRequest', () => {
  it('onRequest sees what is asked, by whom, and how often', async () => {
    const seen: Omit<ApiRequest, 'body'>[] = [];
    const lambda = await startPuppet(
      {},
      {
        onRequest: ({ body, ...request }) => void seen.push({ ...request, ...(body.length === 0 ? {} : {}) }),
      },
    );
    const { requestId } = await lambda.invoke({
      functionName: 'puppet',
      payload: { do: 'invoke', payload: {} },
    });
    await invokeEvent(lambda);
    await lambda.idle();
    expect(seen).toEqual([
      {
        operation: 'Invoke',
        count: 1,
        target: 'arn:aws:lambda:us-east-1:123456789012:function:puppet',
        invocationType: 'Event',
        callerRequestId: requestId,
      },
      { operation: 'Invoke', count: 2, target: 'puppet', invocationType: 'Event' },
    ]);
  });

  it.each([
    [{ kind: 'throttle' }, 'TooManyRequestsException', 429, 0],
    [{ kind: 'server-error' }, 'ServiceException', 500, 0],
    [{ kind: 'server-error', when: 'after' }, 'ServiceException', 500, 1],
    [{ kind: 'error', status: 502, errorType: 'ENINotReadyException' }, 'ENINotReadyException', 502, 0],
  ] as [RequestFault, string, number, number][])(
    'onRequest %j answers %s %i; invocations: %i',
    async (fault, name, httpStatusCode, invocations) => {
      const lambda = await startPuppet({}, { onRequest: strike('Invoke', 1, fault) });
      const faults = collect(lambda, 'fault');
      await expect(invokeEvent(lambda)).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
      await lambda.idle();
      expect(lambda.metric('puppet', 'Invocations')).toBe(invocations);
      expect(faults).toEqual([{ kind: fault.kind, target: 'puppet', operation: 'Invoke' }]);
    },
  );

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    'onRequest loses the reply %s the effect: the caller sees a dead connection, invocations: %i',
    async (when, invocations) => {
      const lambda = await startPuppet({}, { onRequest: strike('Invoke', 1, { kind: 'lost-reply', when }) });
      await expect(invokeEvent(lambda)).rejects.toThrow(/ECONNRESET/);
      await lambda.idle();
      expect(lambda.metric('puppet', 'Invocations')).toBe(invocations);
    },
  );

  it('onRequest shows what the SDK’s own retry does to a lost reply: the event runs twice under two request ids', async () => {
    const lambda = await startPuppet(
      {},
      { onRequest: strike('Invoke', 1, { kind: 'lost-reply', when: 'after' }) },
    );
    const ends = collect(lambda, 'invocation-end');
    await invokeEvent(lambda, 3);
    await lambda.idle();
    expect(new Set(ends.map(({ requestId }) => requestId)).size).toBe(2);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    'onRequest hangs %s the effect until the caller gives up; invocations: %i',
    async (when, invocations) => {
      const lambda = await startPuppet({}, { onRequest: strike('Invoke', 1, { kind: 'hang', when }) });
      const command = new InvokeCommand({ FunctionName: 'puppet', InvocationType: 'Event', Payload: '{}' });
      await expect(
        lambdaClient(lambda).send(command, { abortSignal: AbortSignal.timeout(100) }),
      ).rejects.toThrow(/abort/i);
      await lambda.idle();
      expect(lambda.metric('puppet', 'Invocations')).toBe(invocations);
    },
  );

  it('onRequest delays a call', async () => {
    const lambda = await startPuppet({}, { onRequest: strike('Invoke', 1, { kind: 'delay', ms: 80 }) });
    const before = Date.now();
    await invokeEvent(lambda);
    expect(Date.now() - before).toBeGreaterThanOrEqual(79);
  });

  it('onRequest delivers an event twice, under one request id', async () => {
    const lambda = await startPuppet({}, { onRequest: strike('Invoke', 1, { kind: 'duplicate' }) });
    const ends = collect(lambda, 'invocation-end');
    await invokeEvent(lambda);
    await lambda.idle();
    expect(ends).toHaveLength(2);
    expect(ends[0]?.requestId).toBe(ends[1]?.requestId);
  });

  it('onRequest delivers a message twice, under one message id', async () => {
    const lambda = await startPuppet(
      {},
      {
        onRequest: ({ operation }) =>
          operation.startsWith('SendMessage') ? { kind: 'duplicate' } : undefined,
      },
    );
    const { arn, url: QueueUrl } = await lambda.createQueue({ name: 'work' });
    await sqsClient(lambda).send(new SendMessageCommand({ QueueUrl, MessageBody: '{"n":1}' }));
    await sqsClient(lambda).send(
      new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'x', MessageBody: '{"n":2}' }] }),
    );
    const messages = await lambda.drainQueue(arn);
    expect(messages.map(({ body }) => body).sort()).toEqual(['{"n":1}', '{"n":1}', '{"n":2}', '{"n":2}']);
    expect(new Set(messages.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it.each([
    ['before', 1],
    ['after', 2],
  ] as const)('onRequest crashes the caller %s its call takes effect', async (when, accepted) => {
    const lambda = await startPuppet(
      { maximumRetryAttempts: 0 },
      { onRequest: strike('Invoke', 1, { kind: 'crash-caller', when }) },
    );
    const ends = collect(lambda, 'invocation-end');
    await lambda.invoke({
      functionName: 'puppet',
      invocationType: 'Event',
      payload: { do: 'invoke', payload: {} },
    });
    await lambda.idle();
    expect(reasons(ends).sort()).toEqual(['crash-fault', 'ok'].slice(0, accepted));
  });

  it.each([
    [{ kind: 'throttle' }, 'RequestThrottled', 400],
    [{ kind: 'server-error' }, 'InternalFailure', 500],
  ] as [RequestFault, string, number][])(
    'onRequest %j answers a message with %s %i',
    async (fault, name, httpStatusCode) => {
      const lambda = await startPuppet({}, { onRequest: strike('SendMessage', 1, fault) });
      const { url: QueueUrl, arn } = await lambda.createQueue({ name: 'work' });
      await expect(
        sqsClient(lambda).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })),
      ).rejects.toMatchObject({
        name,
        $metadata: { httpStatusCode },
      });
      expect(await lambda.drainQueue(arn)).toEqual([]);
    },
  );
});

describe('onInvocation', () => {
  it('onInvocation crashes exactly the invocation it wants, which AWS then tries again', async () => {
    const lambda = await startPuppet(
      { retryDelaysMs: [5, 5] },
      { onInvocation: ({ attempt }) => (attempt === 1 ? { kind: 'crash', afterMs: 30 } : undefined) },
    );
    const ends = collect(lambda, 'invocation-end');
    const faults = collect(lambda, 'fault');
    const { requestId } = await lambda.invoke({
      functionName: 'puppet',
      invocationType: 'Event',
      payload: { do: 'sleep', ms: 200 },
    });
    await lambda.idle();
    expect(ends.map(({ reason, requestId: id }) => [reason, id])).toEqual([
      ['crash-fault', requestId],
      ['ok', requestId],
    ]);
    expect(ends[0]?.error).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
    });
    expect(faults).toEqual([{ kind: 'crash', target: 'puppet', requestId }]);
  });
});

describe('faults by probability', () => {
  const calls = Array.from({ length: 30 }, (_, call) => call);

  /** What thirty calls in a row get to see. */
  async function outcomes(seed: number, faults: FaultProbabilities): Promise<string[]> {
    const lambda = await startPuppet({}, { seed, faults });
    const seen: string[] = [];
    for (const _ of calls) {
      seen.push(
        await invokeEvent(lambda).then(
          () => 'ok',
          (error: Error) => error.name,
        ),
      );
    }
    await lambda.stop();
    return seen;
  }

  it('Faults by probability are the same for the same seed, and others for another', async () => {
    const faults = { throttle: 0.3, 'server-error': 0.2, 'lost-reply': 0.4 };
    const [first, second, other] = [
      await outcomes(7, faults),
      await outcomes(7, faults),
      await outcomes(8, faults),
    ];
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set(['ok', 'TooManyRequestsException', 'ServiceException', 'Error']));
  });

  it('Faults by probability crash invocations in the middle', async () => {
    const lambda = await startPuppet(
      { maximumRetryAttempts: 0, timeoutMs: 200 },
      { seed: 1, faults: { crash: 1 } },
    );
    const ended = next(lambda, 'invocation-end');
    await lambda.invoke({
      functionName: 'puppet',
      invocationType: 'Event',
      payload: { do: 'sleep', ms: 60_000 },
    });
    const { reason, durationMs } = await ended;
    expect(reason).toBe('crash-fault');
    expect(durationMs).toBeLessThan(1000);
  });

  it('Faults by probability never strike the calls made with lambda.invoke', async () => {
    const lambda = await startPuppet({}, { faults: { throttle: 1 } });
    expect((await lambda.invoke({ functionName: 'puppet', payload: 1 })).payload).toBe(1);
  });

  it('Faults by probability come from a seed that can be read when none was given', async () => {
    const lambda = await startPuppet();
    expect(Number.isInteger(lambda.seed)).toBe(true);
  });
});
