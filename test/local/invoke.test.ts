import { join } from 'node:path';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  type InvokeCommandOutput,
} from '@aws-sdk/client-lambda';
import { collect, lambdaClient, next, startLambda, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

const kibibyte = 1024;

function payloadOf({ Payload }: InvokeCommandOutput): unknown {
  const text = Payload?.transformToString() ?? '';
  return text === '' ? undefined : JSON.parse(text);
}

describe('Invoke RequestResponse', () => {
  it('Invoke RequestResponse answers with the handler’s result', async () => {
    const lambda = await startPuppet();
    const answer = await lambdaClient(lambda).send(
      new InvokeCommand({ FunctionName: 'puppet', Payload: JSON.stringify({ hello: 'wörld' }) }),
    );
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(payloadOf(answer)).toEqual({ hello: 'wörld' });
  });

  it('Invoke RequestResponse turns an empty payload into an empty object', async () => {
    const lambda = await startPuppet();
    expect(payloadOf(await lambdaClient(lambda).send(new InvokeCommand({ FunctionName: 'puppet' })))).toEqual(
      {},
    );
  });

  it('Invoke RequestResponse answers 200 with a function error when the handler throws, and keeps the environment', async () => {
    const lambda = await startPuppet();
    const client = lambdaClient(lambda);
    const failed = await client.send(
      new InvokeCommand({
        FunctionName: 'puppet',
        Payload: '{"do":"fail","name":"TypeError","message":"no cursor"}',
      }),
    );
    expect(failed).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(payloadOf(failed)).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'no cursor',
      trace: expect.any(Array),
    });
    expect(
      payloadOf(await client.send(new InvokeCommand({ FunctionName: 'puppet', Payload: '{"do":"count"}' }))),
    ).toBe(2);
  });

  it('Invoke RequestResponse answers the end of the log when asked, and only then', async () => {
    const lambda = await startPuppet();
    const client = lambdaClient(lambda);
    const input: InvokeCommandInput = {
      FunctionName: 'puppet',
      Payload: JSON.stringify({ do: 'log', lines: ['one', 'two'] }),
    };
    const tail = Buffer.from(
      (await client.send(new InvokeCommand({ ...input, LogType: 'Tail' }))).LogResult ?? '',
      'base64',
    ).toString();
    expect(tail).toMatch(
      /^START RequestId: \S+ Version: \$LATEST\n[\s\S]*\tINFO\tone\n[\s\S]*\tINFO\ttwo\n[\s\S]*to stderr\nEND RequestId: \S+\nREPORT RequestId: .*Init Duration: /,
    );
    expect((await client.send(new InvokeCommand(input))).LogResult).toBeUndefined();
  });

  it('Invoke RequestResponse answers at most 4 KB of log', async () => {
    const lambda = await startPuppet();
    const lines = Array.from({ length: 100 }, (_, line) => `${line} ${'é'.repeat(100)}`);
    const { logTail = '' } = await lambda.invoke({ functionName: 'puppet', payload: { do: 'log', lines } });
    expect(Buffer.byteLength(logTail)).toBeLessThanOrEqual(4 * kibibyte + 3);
    expect(logTail).toContain('REPORT');
  });

  it('Invoke RequestResponse hands a client context to the handler', async () => {
    const lambda = await startPuppet();
    const ClientContext = Buffer.from('{"custom":{"who":"test"}}').toString('base64');
    const answer = await lambdaClient(lambda).send(
      new InvokeCommand({ FunctionName: 'puppet', Payload: '{"do":"describe"}', ClientContext }),
    );
    expect(payloadOf(answer)).toMatchObject({ clientContext: { custom: { who: 'test' } } });
  });

  it('Invoke RequestResponse fails the invocation when its answer is larger than 6 MB', async () => {
    const lambda = await startPuppet();
    const answer = await lambda.invoke({
      functionName: 'puppet',
      payload: { do: 'large', bytes: 6_291_557 },
    });
    expect(answer).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });
});

describe('a streaming handler', () => {
  it('A streaming handler answers the whole stream, or that it broke off', async () => {
    const lambda = await startLambda();
    await lambda.createFunction({ name: 'stream', code: join(__dirname, 'fixtures', 'stream.cjs') });
    expect((await lambda.invoke({ functionName: 'stream' })).payload).toBe('half and half');
    expect(await lambda.invoke({ functionName: 'stream', payload: { fail: true } })).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorMessage: 'broke off' },
    });
  });
});

describe('Invoke Event', () => {
  it('Invoke Event answers 202 and runs the event', async () => {
    const lambda = await startPuppet();
    const ended = next(lambda, 'invocation-end');
    const answer = await lambdaClient(lambda).send(
      new InvokeCommand({ FunctionName: 'puppet', InvocationType: 'Event', Payload: '{"a":1}' }),
    );
    expect(answer.StatusCode).toBe(202);
    expect(payloadOf(answer)).toBeUndefined();
    expect(await ended).toMatchObject({
      reason: 'ok',
      payload: '{"a":1}',
      attempt: 1,
      channel: 'invoke',
      invocationType: 'Event',
      bytes: 7,
    });
  });

  it('Invoke Event does not hand the client context on, as AWS does not', async () => {
    const lambda = await startPuppet();
    const ended = next(lambda, 'invocation-end');
    const ClientContext = Buffer.from('{"custom":{}}').toString('base64');
    await lambdaClient(lambda).send(
      new InvokeCommand({
        FunctionName: 'puppet',
        InvocationType: 'Event',
        Payload: '{"do":"describe"}',
        ClientContext,
      }),
    );
    expect(JSON.parse((await ended).response)).not.toHaveProperty('clientContext');
  });
});

describe('Invoke DryRun', () => {
  it('Invoke DryRun answers 204 and runs nothing', async () => {
    const lambda = await startPuppet();
    const starts = collect(lambda, 'invocation-start');
    expect(
      (
        await lambdaClient(lambda).send(
          new InvokeCommand({ FunctionName: 'puppet', InvocationType: 'DryRun' }),
        )
      ).StatusCode,
    ).toBe(204);
    await lambda.idle();
    expect(starts).toEqual([]);
  });
});

describe('Invoke refuses', () => {
  const limit = 1_048_576;

  it.each([
    ['Event', limit, undefined],
    ['Event', limit + 1, 'RequestTooLargeException'],
    ['RequestResponse', 6_291_456, undefined],
    ['RequestResponse', 6_291_457, 'RequestTooLargeException'],
  ] as const)('Invoke refuses a %s of %i bytes: %s', async (InvocationType, bytes, refusal) => {
    const lambda = await startPuppet({ handler: 'puppet.handler', memoryMb: 1024 });
    const Payload = `{"do":"count","x":"${'é'.repeat((bytes - 21) / 2)}${bytes % 2 ? '' : 'x'}"}`;
    expect(Buffer.byteLength(Payload)).toBe(bytes);
    const answer = lambdaClient(lambda).send(
      new InvokeCommand({ FunctionName: 'puppet', InvocationType, Payload }),
    );
    if (refusal === undefined) expect((await answer).FunctionError).toBeUndefined();
    else await expect(answer).rejects.toMatchObject({ name: refusal, $metadata: { httpStatusCode: 413 } });
  });

  it.each([
    ['an unknown function', { FunctionName: 'nobody' }, 'ResourceNotFoundException', 404],
    ['an unknown version', { FunctionName: 'puppet:7' }, 'ResourceNotFoundException', 404],
    ['an unknown alias', { FunctionName: 'puppet', Qualifier: 'live' }, 'ResourceNotFoundException', 404],
    [
      'two different qualifiers',
      { FunctionName: 'puppet:1', Qualifier: '2' },
      'InvalidParameterValueException',
      400,
    ],
    ['what is not JSON', { FunctionName: 'puppet', Payload: '{' }, 'InvalidRequestContentException', 400],
  ])('Invoke refuses %s', async (_, input, name, status) => {
    const lambda = await startPuppet();
    await expect(lambdaClient(lambda).send(new InvokeCommand(input))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
  });
});

describe('the handler', () => {
  it('The handler gets the context that AWS gives', async () => {
    const lambda = await startPuppet({ timeoutMs: 5000, memoryMb: 256 });
    const { payload, requestId } = await lambda.invoke({
      functionName: 'puppet',
      payload: { do: 'describe' },
    });
    expect(payload).toEqual({
      functionName: 'puppet',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:puppet',
      memoryLimitInMB: '256',
      awsRequestId: requestId,
      logGroupName: '/aws/lambda/puppet',
      remainingMs: expect.any(Number),
      traceId: expect.stringMatching(
        /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:1$/,
      ),
    });
    const { remainingMs } = payload as { remainingMs: number };
    expect(remainingMs).toBeLessThanOrEqual(5000);
    expect(remainingMs).toBeGreaterThan(2000);
  });

  it('The handler gets the environment that AWS gives, the endpoints, and its own variables, but none of this process', async () => {
    process.env.BATON_TEST_LEAK = 'leaked';
    const lambda = await startPuppet(
      { environment: { MINE: 'yes', AWS_REGION: 'mars-1' } },
      { region: 'eu-west-1' },
    );
    const names = [
      'MINE',
      'AWS_REGION',
      'AWS_ENDPOINT_URL_LAMBDA',
      'AWS_ENDPOINT_URL_SQS',
      '_HANDLER',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'TZ',
      'BATON_TEST_LEAK',
      'NODE_ENV',
    ];
    const { payload } = await lambda.invoke({ functionName: 'puppet', payload: { do: 'env', names } });
    delete process.env.BATON_TEST_LEAK;
    expect(payload).toEqual({
      MINE: 'yes',
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
      AWS_ENDPOINT_URL_SQS: lambda.endpoint,
      _HANDLER: 'puppet.handler',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      TZ: ':UTC',
    });
  });

  it('The handler reaches the endpoint with the SDK as it comes: no client option, no credentials', async () => {
    const lambda = await startPuppet();
    const ends = collect(lambda, 'invocation-end');
    await lambda.invoke({ functionName: 'puppet', payload: { do: 'invoke', payload: { second: true } } });
    await lambda.idle();
    expect(ends.map(({ payload, reason }) => [JSON.parse(payload).second ?? false, reason])).toEqual([
      [false, 'ok'],
      [true, 'ok'],
    ]);
  });
});

describe('GetFunctionConfiguration', () => {
  it('GetFunctionConfiguration describes the function', async () => {
    const lambda = await startPuppet({ timeoutMs: 4000, memoryMb: 256, environment: { A: 'b' } });
    expect(
      await lambdaClient(lambda).send(new GetFunctionConfigurationCommand({ FunctionName: 'puppet' })),
    ).toMatchObject({
      FunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:puppet',
      Version: '$LATEST',
      Timeout: 4,
      MemorySize: 256,
      Handler: 'puppet.handler',
      Environment: { Variables: { A: 'b' } },
    });
  });
});
