import { request } from 'node:http';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { lambdaClient, next, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

/** Calls the endpoint as somebody else would. */
async function call(
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  path = '/2015-03-31/functions/puppet/invocations',
) {
  const { hostname, port } = new URL(endpoint);
  return new Promise<number>((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST', headers }, ({ statusCode = 0 }) =>
      resolve(statusCode),
    );
    sent.on('error', reject);
    sent.end('{"do":"echo"}');
  });
}

describe('the endpoint of the local Lambda', () => {
  it.each([
    ['a name that somebody lets resolve to this machine', { host: 'rebound.example.com' }],
    ['a name that only begins like loopback', { host: '127.0.0.1.example.com' }],
    ['a page in a browser', { host: 'localhost', origin: 'https://example.com' }],
    ['a sandboxed page', { host: '127.0.0.1', origin: 'null' }],
    ['an image in a page', { host: '127.0.0.1', 'sec-fetch-site': 'cross-site' }],
  ])('The endpoint of the local Lambda answers nothing to %s, and runs nothing', async (_who, headers) => {
    const lambda = await startPuppet();
    expect(await call(lambda.endpoint, headers)).toBe(403);
    const queues = {
      ...headers,
      'x-amz-target': 'AmazonSQS.ListQueues',
      'content-type': 'application/x-amz-json-1.0',
    };
    expect(await call(lambda.endpoint, queues, '/')).toBe(403);
    expect(lambda.metric('puppet', 'Invocations')).toBe(0);
  });

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST:1234', '[::1]:80', '127.1.2.3:1'])(
    'The endpoint of the local Lambda answers programs of this machine that call it %s',
    async (host) => {
      const lambda = await startPuppet();
      expect(await call(lambda.endpoint, { host })).toBe(200);
    },
  );

  it('The endpoint of the local Lambda answers the SDK', async () => {
    const lambda = await startPuppet();
    const answer = await lambdaClient(lambda).send(
      new GetFunctionConfigurationCommand({ FunctionName: 'puppet' }),
    );
    expect(answer.FunctionName).toBe('puppet');
  });

  it('The endpoint of the local Lambda hands no event to a page that asks the Runtime API of an environment', async () => {
    const lambda = await startPuppet();
    const { payload } = await lambda.invoke({
      functionName: 'puppet',
      payload: { do: 'env', names: ['AWS_LAMBDA_RUNTIME_API'] },
    });
    const { AWS_LAMBDA_RUNTIME_API } = payload as Record<string, string>;
    const status = await call(
      `http://${AWS_LAMBDA_RUNTIME_API}`,
      { origin: 'https://example.com' },
      '/2018-06-01/runtime/init/error',
    ).catch(() => 0);
    expect([0, 403]).toContain(status);
    expect(
      (await lambda.invoke({ functionName: 'puppet', payload: { do: 'echo' } })).functionError,
    ).toBeUndefined();
  });
});

describe('BATON_RETRY_AFTER_MS of a function', () => {
  const ask = { do: 'env', names: ['BATON_RETRY_AFTER_MS'] };

  it.each([
    [{}, 180],
    [{ retryDelaysMs: [10, 20] as const }, 9],
    [{ retryDelaysMs: [120_000, 240_000] as const }, 50_000],
    [{ environment: { BATON_RETRY_AFTER_MS: '7' } }, 7],
  ])(
    'BATON_RETRY_AFTER_MS of a function is less than the delay of its first retry, and what AWS allows at most: %j',
    async (options, expected) => {
      const lambda = await startPuppet(options);
      const { payload } = await lambda.invoke({ functionName: 'puppet', payload: ask });
      expect(payload).toEqual({ BATON_RETRY_AFTER_MS: String(expected) });
    },
  );
});

describe('idle', () => {
  it('idle() does not wait for a retry or a delayed message when it is told not to', async () => {
    const lambda = await startPuppet({ retryDelaysMs: [600_000, 600_000] });
    const queue = await lambda.createQueue({ name: 'later' });
    lambda.addEventSourceMapping({ functionName: 'puppet', queueArn: queue.arn });
    lambda.sendMessage(queue.arn, '{"do":"echo"}', { delayMs: 600_000 } as object);
    const retry = next(lambda, 'retry');
    await lambda.invoke({ functionName: 'puppet', invocationType: 'Event', payload: { do: 'fail' } });
    await retry;
    let isIdle = false;
    void lambda.idle().then(() => {
      isIdle = true;
    });
    await lambda.idle({ withDelayed: false });
    expect(isIdle).toBe(false);
  });
});
