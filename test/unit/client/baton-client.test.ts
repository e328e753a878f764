import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  Step,
  TerminalError,
  Terminate,
} from '../../../src';
import { callHandler } from '../../helpers/call-handler';
import { clientWorld, RecordingLambda } from '../../helpers/client-world';
import { virtualWorld } from '../../helpers/virtual-world';

const executionId = 'payments-2026-11-23';
const input = { since: '2026-11-01' };

/** The start event of the tests. */
const start = { lambdaBaton: { v: 1, start: { executionId, input } } };

describe('BatonClient.start', () => {
  it('BatonClient.start sends the start envelope to the function', async () => {
    const { client, lambda } = clientWorld();
    expect(await client.start({ executionId, input })).toEqual({
      executionId,
      isNew: true,
      execution: undefined,
    });
    expect(lambda.sent).toEqual([{ functionName: 'count', event: start }]);
  });

  it('BatonClient.start makes up an id when there is none, another one each time, and an empty input', async () => {
    const { client, lambda } = clientWorld();
    const [one, other] = [await client.start(), await client.start()];
    expect(one.executionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(other.executionId).not.toBe(one.executionId);
    expect(lambda.sent[0]?.event).toEqual({
      lambdaBaton: { v: 1, start: { executionId: one.executionId, input: {} } },
    });
  });

  it('BatonClient.start answers with the execution that the same input has started, and sends nothing', async () => {
    const { client, lambda, deliverSent } = clientWorld();
    await client.start({ executionId, input: { a: 1, b: [2] } });
    await deliverSent();
    const again = await client.start({ executionId, input: { b: [2], a: 1 }, job: 'counting' });
    expect(again).toMatchObject({
      executionId,
      isNew: false,
      execution: { status: 'completed', result: { n: 5 } },
    });
    expect(lambda.sent).toHaveLength(1);
  });

  it.each([
    ['another input', { input: { since: '2026-11-02' } }, 'with another input'],
    ['another job', { input, job: 'summing' }, 'by job counting'],
  ])('BatonClient.start refuses an id that was used for %s', async (_what, request, problem) => {
    const { client, lambda, deliver } = clientWorld();
    await deliver(start);
    await expect(client.start({ executionId, ...request })).rejects.toMatchObject({
      code: 'EXECUTION_CONFLICT',
      message: expect.stringContaining(problem),
    });
    expect(lambda.sent).toEqual([]);
  });

  it('BatonClient.start takes an input that the job made something else of for the same, as it was sent and as the job sees it', async () => {
    class Page {
      size = 1_000;
      first = 1;
    }
    const schema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (raw: unknown) => ({ value: { ...new Page(), ...(raw as object) } }),
      },
    };
    @LongRunning({ name: 'paging', safeMs: 1_000, intervalMs: 100, input: schema as never })
    class Paging {
      @Step() read() {}
      @Terminate() isDone() {
        return true;
      }
    }
    const [world, store, lambda] = [virtualWorld(), new MemoryCheckpointStore(), new RecordingLambda()];
    const handler = createHandler(Paging, {
      providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
    });
    const call = (sent: unknown, awsRequestId: string) =>
      callHandler(
        handler,
        world,
        { lambdaBaton: { v: 1, start: { executionId, input: sent } } },
        { awsRequestId },
      );
    const client = new BatonClient({ functionName: 'page', store, client: lambda, clock: world.clock });
    expect(await call({ first: 3 }, 'one')).toMatchObject({ status: 'completed' });
    expect(await client.start({ executionId, input: { first: 3 } })).toMatchObject({ isNew: false });
    expect(await client.start({ executionId, input: { first: 3, size: 1_000 } })).toMatchObject({
      isNew: false,
    });
    await expect(client.start({ executionId, input: { first: 4 } })).rejects.toMatchObject({
      code: 'EXECUTION_CONFLICT',
    });
    expect(await call({ first: 3, size: 1_000 }, 'two')).toMatchObject({ status: 'completed' });
    await expect(call({ first: 4 }, 'three')).rejects.toMatchObject({ code: 'EXECUTION_CONFLICT' });
    expect(lambda.sent).toEqual([]);
  });

  it('BatonClient.start may be sent again when its answer was lost: the execution runs once', async () => {
    const { client, lambda, deliver, seen } = clientWorld();
    lambda.fault = (call) => (call === 1 ? 'lost' : 'none');
    await expect(client.start({ executionId, input })).rejects.toMatchObject({
      code: 'INVOKE_FAILED',
      retryable: true,
      details: { functionName: 'count', executionId, failure: 'retry', reason: 'TimeoutError' },
    });
    await client.start({ executionId, input });
    const answers = [];
    for (const { event } of lambda.sent) answers.push(await deliver(event));
    expect(answers.map((answer) => answer && 'status' in answer && answer.status)).toEqual([
      'completed',
      'completed',
    ]);
    expect(seen).toHaveLength(5);
  });

  it('BatonClient.start runs once when two clients start the same work in the same moment', async () => {
    const { client, makeClient, lambda, deliverAll, seen } = clientWorld();
    await Promise.all([client.start({ executionId, input }), makeClient().start({ executionId, input })]);
    await deliverAll(lambda.sent.map(({ event }) => event));
    expect(lambda.sent).toHaveLength(2);
    expect(seen).toHaveLength(5);
  });

  it('BatonClient.start says what to do when the function refuses', async () => {
    const { client, lambda } = clientWorld();
    lambda.fault = () => {
      throw Object.assign(new Error('no such function'), { name: 'ResourceNotFoundException' });
    };
    await expect(client.start({ executionId })).rejects.toThrowErrorMatchingInlineSnapshot(`
"Function count could not be invoked for execution payments-2026-11-23: ResourceNotFoundException: no such function
→ Grant the caller lambda:InvokeFunction on the function, and check its name and Region.
Cause: no such function"
`);
  });

  it.each(['', 'x'.repeat(257), '\ud800', 7])(
    'BatonClient.start refuses the id %p before anything is sent',
    async (id) => {
      const { client, lambda } = clientWorld();
      await expect(client.start({ executionId: id as string })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
      expect(lambda.sent).toEqual([]);
    },
  );

  it('BatonClient.start refuses an input that is no JSON', async () => {
    const { client, lambda } = clientWorld();
    await expect(client.start({ input: { n: 1n } })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(lambda.sent).toEqual([]);
  });

  it('BatonClient.start needs a function', async () => {
    const client = new BatonClient({ store: new MemoryCheckpointStore() });
    await expect(client.start({ executionId })).rejects.toMatchObject({
      code: 'INVOKE_FAILED',
      message: expect.stringContaining('functionName'),
    });
  });
});

describe('BatonClient.status', () => {
  it('BatonClient.status is undefined for an id that the store does not have, or that is none', async () => {
    const { client } = clientWorld();
    expect([await client.status('nobody'), await client.status('')]).toEqual([undefined, undefined]);
  });

  it('BatonClient.status says where a running execution stands, and nothing of its input and state', async () => {
    const { client, clock, deliver, behaviour } = clientWorld();
    const startedAtMs = clock.now();
    let status: Awaited<ReturnType<typeof client.status>>;
    behaviour.onStep = async (n, ctx) => {
      if (n === 2 && ctx.attempt === 1) throw new Error('locked');
      if (n === 4) status = await client.status(executionId);
    };
    await deliver(start);
    expect(status).toEqual({
      executionId,
      job: 'counting',
      status: 'running',
      invocation: 1,
      handedOffTo: null,
      phase: 'check',
      step: 'count',
      cycle: 4,
      attempt: 1,
      stepCount: 3,
      failedAttemptCount: 1,
      startedAtMs,
      leaseUntilMs: startedAtMs + 60_000,
      resumeAtMs: null,
      isCancelRequested: false,
      isStuck: false,
      isParked: false,
      unitCount: 3,
      costUsd: expect.any(Number),
      history: [],
      compensation: 'none',
    });
    expect(Object.isFrozen(status)).toBe(true);
  });

  it('BatonClient.status tells the result of a completed one, frozen in depth', async () => {
    const { client, deliver } = clientWorld();
    await deliver(start);
    const status = await client.status(executionId);
    expect(status).toMatchObject({ status: 'completed', result: { n: 5, input }, isStuck: false });
    expect(Object.isFrozen((status?.result as { input: object } | undefined)?.input)).toBe(true);
  });

  it('BatonClient.status tells the error of a failed one', async () => {
    const { client, deliver, behaviour } = clientWorld();
    behaviour.onStep = async () => {
      throw new TerminalError('no such account');
    };
    await expect(deliver(start)).rejects.toThrow();
    expect(await client.status(executionId)).toMatchObject({
      status: 'failed',
      step: 'count',
      error: { name: 'TerminalError', message: 'no such account', code: 'TERMINAL' },
      isStuck: false,
    });
  });

  it('BatonClient.status tells that it was handed over', async () => {
    const { client, deliver } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    expect(await client.status(executionId)).toMatchObject({
      status: 'running',
      invocation: 1,
      handedOffTo: 2,
      stepCount: 3,
      isStuck: false,
    });
  });

  it('BatonClient.status looks stuck when its invocation must be dead and has recorded nothing', async () => {
    const { client, clock, deliverAndKill } = clientWorld();
    await deliverAndKill(start, 250);
    expect(await client.status(executionId)).toMatchObject({ isStuck: false, stepCount: 2 });
    clock.block(60_000);
    expect(await client.status(executionId)).toMatchObject({ status: 'running', isStuck: true });
  });

  it('BatonClient.status refuses a damaged record', async () => {
    const { client, store, deliver } = clientWorld();
    await deliver(start);
    const stored = await store.load(executionId);
    if (stored === undefined) throw new Error('nothing stored');
    await store.save(
      { ...stored, head: stored.head.replace('"invocation":1', '"invocation":7') },
      stored.revision,
    );
    await expect(client.status(executionId)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
  });
});

describe('BatonClient.result', () => {
  it('BatonClient.result is that of a completed execution', async () => {
    const { client, deliver } = clientWorld();
    await deliver(start);
    expect(await client.result(executionId)).toEqual({
      executionId,
      status: 'completed',
      invocation: 1,
      result: { n: 5, input },
    });
  });

  it('BatonClient.result is missing while the execution is under way, and after it was cancelled', async () => {
    const { client, deliver, sender } = clientWorld();
    await deliver(start, { remainingMs: 1_250 });
    expect(await client.result(executionId)).toEqual({ executionId, status: 'running', invocation: 1 });
    await client.cancel(executionId);
    await deliver(JSON.parse(sender.sent[0]?.body ?? ''));
    expect(await client.result(executionId)).toEqual({ executionId, status: 'cancelled', invocation: 2 });
  });

  it('BatonClient.result of a failed execution is thrown, with what failed it', async () => {
    const { client, deliver, behaviour } = clientWorld();
    behaviour.onStep = async () => {
      throw new TerminalError('no such account');
    };
    await expect(deliver(start)).rejects.toThrow();
    await expect(client.result(executionId)).rejects.toMatchObject({
      code: 'EXECUTION_FAILED',
      details: { executionId, job: 'counting', invocation: 1, step: 'count' },
      cause: { name: 'TerminalError', message: 'no such account' },
    });
    await expect(client.result(executionId)).rejects.toThrowErrorMatchingInlineSnapshot(`
"Execution payments-2026-11-23 of job counting has failed: TerminalError: no such account
→ Redrive it when its cause is fixed, or start it again under another id."
`);
  });

  it('BatonClient.result of an unknown execution is an error', async () => {
    const { client } = clientWorld();
    await expect(client.result('nobody')).rejects.toThrowErrorMatchingInlineSnapshot(`
"The store has no execution "nobody".
→ Check the id and the store; a start takes a moment to become a record."
`);
  });
});

describe('BatonClient.list', () => {
  it('BatonClient.list lists the newest start first, by job, by status, and no more than was asked for', async () => {
    const { client, clock, deliver } = clientWorld();
    for (const name of ['one', 'two', 'three']) {
      await deliver(
        { lambdaBaton: { v: 1, start: { executionId: name, input } } },
        { remainingMs: name === 'two' ? 1_250 : 60_000 },
      );
      clock.block(1_000);
    }
    const ids = async (query: Parameters<typeof client.list>[0]) =>
      (await client.list(query)).map((each) => each.executionId);
    expect(await ids({})).toEqual(['three', 'two', 'one']);
    expect(await ids({ status: 'completed' })).toEqual(['three', 'one']);
    expect(await ids({ job: 'summing' })).toEqual([]);
    expect(await ids({ limit: 1 })).toEqual(['three']);
    expect((await client.list())[1]).toMatchObject({
      job: 'counting',
      status: 'running',
      invocation: 1,
      isStuck: true,
    });
  });

  it('BatonClient.list marks what looks stuck, and shows what cannot be read', async () => {
    const { client, clock, store, deliverAndKill } = clientWorld();
    await deliverAndKill(start, 250);
    clock.block(60_000);
    const stored = await store.load(executionId);
    if (stored === undefined) throw new Error('nothing stored');
    await store.save({ ...stored, executionId: 'damaged', head: 'x', startedAtMs: 0 }, undefined);
    expect(await client.list()).toMatchObject([
      { executionId, status: 'running', isStuck: true, isParked: false, invocation: 1 },
      { executionId: 'damaged', isStuck: false, isParked: false, invocation: null },
    ]);
  });
});
