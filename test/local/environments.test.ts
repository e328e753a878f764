import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { collect, lambdaClient, next, reasons, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

describe('an environment', () => {
  it('An environment is kept warm: module state lives on, the cold start is paid once', async () => {
    const lambda = await startPuppet();
    const ends = collect(lambda, 'invocation-end');
    for (let call = 1; call <= 3; call++)
      expect((await lambda.invoke({ functionName: 'puppet', payload: { do: 'count' } })).payload).toBe(call);
    expect(ends.map(({ cold }) => cold)).toEqual([true, false, false]);
    expect(ends.map(({ initMs }) => initMs !== undefined)).toEqual([true, false, false]);
  });

  it('An environment runs one invocation at a time: parallel ones get environments of their own', async () => {
    const lambda = await startPuppet();
    const pids = await Promise.all(
      [1, 2, 3].map(() => lambda.invoke({ functionName: 'puppet', payload: { do: 'pid' } })),
    );
    expect(new Set(pids.map(({ payload }) => payload)).size).toBe(3);
  });

  it('An environment lets a timer that was left over fire inside a later invocation', async () => {
    const lambda = await startPuppet();
    await lambda.invoke({ functionName: 'puppet', payload: { do: 'leaveTimer', ms: 20 } });
    const later = await lambda.invoke({ functionName: 'puppet', payload: { do: 'leftovers', ms: 60 } });
    expect(later.payload).toEqual(['fired']);
  });

  it('An environment is stopped by the operating system while it stands still', async () => {
    const lambda = await startPuppet();
    const { payload: pid } = await lambda.invoke({ functionName: 'puppet', payload: { do: 'pid' } });
    while (!/^\d+ \(.*\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
      await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('An environment keeps running between invocations when it is not to be frozen', async () => {
    const lambda = await startPuppet({}, { freeze: false });
    const { payload: pid } = await lambda.invoke({ functionName: 'puppet', payload: { do: 'pid' } });
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/^\d+ \(.*\) [SR] /);
  });
});

describe('an invocation that does not end by itself', () => {
  it.each(['sleep', 'spin'])(
    'An invocation that does not end by itself is killed at its deadline when it does %s, also while it holds the CPU',
    async (action) => {
      const lambda = await startPuppet({ timeoutMs: 300 });
      const ended = next(lambda, 'invocation-end');
      const answer = await lambda.invoke({ functionName: 'puppet', payload: { do: action, ms: 60_000 } });
      expect(answer).toMatchObject({
        functionError: 'Unhandled',
        payload: {
          errorType: 'Sandbox.Timedout',
          errorMessage: `RequestId: ${answer.requestId} Error: Task timed out after 0.30 seconds`,
        },
        logTail: expect.stringMatching(/REPORT .*Status: timeout/),
      });
      const { reason, durationMs, environmentId } = await ended;
      expect(reason).toBe('time-out');
      expect(durationMs).toBeGreaterThanOrEqual(295);
      expect(durationMs).toBeLessThan(3000);
      const again = next(lambda, 'invocation-end');
      await lambda.invoke({ functionName: 'puppet', payload: { do: 'count' } });
      expect(await again).toMatchObject({ cold: true, response: '1' });
      expect((await again).environmentId).not.toBe(environmentId);
    },
  );
});

describe('a process that ends', () => {
  it.each([
    ['process.exit(3)', { do: 'exit', code: 3 }, 'exit status 3', 'exit'],
    ['an uncaught exception', { do: 'uncaught' }, 'exit status 1', 'exit'],
    ['an empty event loop', { do: 'forget' }, 'without providing a reason', 'exit'],
  ])('A process that ends by %s is a Runtime.ExitError', async (_, payload, message, reason) => {
    const lambda = await startPuppet();
    const ended = next(lambda, 'invocation-end');
    const answer = await lambda.invoke({ functionName: 'puppet', payload });
    expect(answer).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining(message) },
    });
    expect((await ended).reason).toBe(reason);
  });

  it('A process that ends by a kill from outside is reported as killed', async () => {
    const lambda = await startPuppet();
    lambda.once('invocation-start', ({ requestId }) => expect(lambda.kill(requestId)).toBe(true));
    const answer = await lambda.invoke({ functionName: 'puppet', payload: { do: 'sleep', ms: 60_000 } });
    expect(answer.payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('signal: killed'),
    });
  });

  it('A process that ends by too much memory is reported as out of memory', async () => {
    const lambda = await startPuppet({ memoryMb: 160, timeoutMs: 20_000 });
    const ended = next(lambda, 'invocation-end');
    const answer = await lambda.invoke({ functionName: 'puppet', payload: { do: 'allocate' } });
    expect(answer.payload).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: expect.stringContaining('signal: killed'),
    });
    expect(await ended).toMatchObject({ reason: 'out-of-memory', memoryMb: 160 });
    expect((await ended).maxMemoryMb).toBeGreaterThan(160);
  });

  it('A process that ends by a full heap is reported as out of memory', async () => {
    const lambda = await startPuppet({ memoryMb: 128, timeoutMs: 20_000 });
    const ended = next(lambda, 'invocation-end');
    await lambda.invoke({ functionName: 'puppet', payload: { do: 'fillHeap' } });
    expect((await ended).reason).toBe('out-of-memory');
  });
});

describe('a handler that cannot be loaded', () => {
  it.each([
    [
      'a missing export',
      'puppet.nothing',
      'Runtime.HandlerNotFound',
      'puppet.nothing is undefined or not exported',
    ],
    ['an export that is no function', 'puppet.notAFunction', 'Runtime.HandlerNotFound', 'is not a function'],
    ['three arguments', 'puppet.threeArguments', 'Runtime.CallbackHandlerDeprecated', 'callback'],
    ['a missing file', 'nobody.handler', 'Runtime.ImportModuleError', "Cannot find module 'nobody'"],
  ])('A handler that cannot be loaded for %s is an init error', async (_, handler, errorType, message) => {
    const lambda = await startPuppet({ handler });
    const ends = collect(lambda, 'invocation-end');
    const answer = await lambda.invoke({ functionName: 'puppet' });
    expect(answer).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType, errorMessage: expect.stringContaining(message) },
    });
    expect(reasons(ends)).toEqual(['init-error']);
  });

  it('A handler that cannot be loaded because its process ends is an init error', async () => {
    const lambda = await startPuppet({ code: join(__dirname, 'fixtures', 'exit-at-init.cjs') });
    const ends = collect(lambda, 'invocation-end');
    const answer = await lambda.invoke({ functionName: 'puppet' });
    expect(answer.payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('exit status 5'),
    });
    expect(reasons(ends)).toEqual(['init-error']);
  });

  it('A handler that cannot be loaded because there is no such Node is an init error', async () => {
    const lambda = await startPuppet({ nodePath: '/nowhere/node' });
    const logged = collect(lambda, 'log');
    const answer = await lambda.invoke({ functionName: 'puppet' });
    expect(answer.payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('exit status 127'),
    });
    expect(logged).toMatchObject([{ stream: 'stderr', line: expect.stringContaining('ENOENT') }]);
  });

  it('A handler that cannot be loaded in time is an init error', async () => {
    const lambda = await startPuppet(
      { code: join(__dirname, 'fixtures', 'slow-init.mjs') },
      { initTimeoutMs: 150 },
    );
    const answer = await lambda.invoke({ functionName: 'puppet' });
    expect(answer.payload).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringContaining('timed out after 0.15 seconds'),
    });
  });
});

describe('concurrency', () => {
  it('Concurrency throttles synchronous calls over the account’s limit', async () => {
    const lambda = await startPuppet({}, { concurrencyLimit: 1 });
    const throttled = next(lambda, 'throttled');
    const started = next(lambda, 'invocation-start');
    const first = lambda.invoke({ functionName: 'puppet', payload: { do: 'sleep', ms: 60_000 } });
    const { requestId } = await started;
    await expect(
      lambdaClient(lambda).send(new InvokeCommand({ FunctionName: 'puppet' })),
    ).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ConcurrentInvocationLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
    expect(await throttled).toMatchObject({ functionName: 'puppet', invocationType: 'RequestResponse' });
    expect(lambda.metric('puppet', 'Throttles')).toBe(1);
    lambda.kill(requestId);
    await first;
  });

  it('Concurrency throttles synchronous calls over the function’s reservation', async () => {
    const lambda = await startPuppet({ reservedConcurrency: 0 });
    await expect(
      lambdaClient(lambda).send(new InvokeCommand({ FunctionName: 'puppet' })),
    ).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  });

  it('Concurrency lets asynchronous events wait their turn', async () => {
    const lambda = await startPuppet({}, { concurrencyLimit: 2 });
    const ends = collect(lambda, 'invocation-end');
    await Promise.all(
      Array.from({ length: 6 }, () =>
        lambda.invoke({ functionName: 'puppet', invocationType: 'Event', payload: { do: 'sleep', ms: 20 } }),
      ),
    );
    await lambda.idle();
    expect(reasons(ends)).toEqual(Array(6).fill('ok'));
    expect(new Set(ends.map(({ environmentId }) => environmentId)).size).toBe(2);
  });
});
