import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { callHandler } from '../../helpers/call-handler';
import { clientWorld, RecordingLambda } from '../../helpers/client-world';
import { virtualWorld } from '../../helpers/virtual-world';

const executionId = 'payments-2026-11-23';
const input = { since: '2026-11-01' };
const completed = { status: 'completed', result: { n: 5, input } };
const look = { lambdaBaton: { v: 1, look: { executionId } } };

function refuse(): never {
  throw Object.assign(new Error('no such function'), { name: 'ResourceNotFoundException' });
}

/** A started execution whose event got lost. */
async function lostStart(request: { job?: string } = {}) {
  const world = clientWorld();
  world.lambda.fault = refuse;
  await expect(world.client.start({ executionId, input, ...request })).rejects.toMatchObject({
    code: 'INVOKE_FAILED',
  });
  world.lambda.fault = () => 'none';
  world.lambda.sent.length = 0;
  return world;
}

describe('a start by a client that has the store', () => {
  it('A start by a client that has the store is a record before it is an event: handed off to the first invocation', async () => {
    const { client } = await lostStart({ job: 'counting' });
    expect(await client.status(executionId)).toMatchObject({
      job: 'counting',
      status: 'running',
      invocation: 0,
      handedOffTo: 1,
      stepCount: 0,
      history: [],
    });
  });

  it.each([
    ['another input', { input: { since: '2026-11-02' } }, 'with another input'],
    ['another job', { input, job: 'summing' }, 'by job counting'],
  ])(
    'A start by a client that has the store keeps its id from %s while nobody has begun it',
    async (_what, request, problem) => {
      const { client, lambda } = await lostStart({ job: 'counting' });
      await expect(client.start({ executionId, ...request })).rejects.toMatchObject({
        code: 'EXECUTION_CONFLICT',
        message: expect.stringContaining(problem),
      });
      expect(lambda.sent).toEqual([]);
    },
  );

  it('A start by a client that has the store keeps its id from an event with another input, too', async () => {
    const { deliver } = await lostStart();
    const other = { lambdaBaton: { v: 1, start: { executionId, input: { since: 'ever' } } } };
    await expect(deliver(other)).rejects.toMatchObject({ code: 'EXECUTION_CONFLICT' });
    expect(await deliver(look)).toMatchObject(completed);
  });

  it('A start by a client that has the store is sent again by the same start, with the job that it was written down with, until somebody has begun it', async () => {
    const { client, lambda, deliverSent } = await lostStart({ job: 'counting' });
    expect(await client.start({ executionId, input })).toEqual({
      executionId,
      isNew: true,
      execution: undefined,
    });
    expect(lambda.sent).toMatchObject([
      { event: { lambdaBaton: { start: { executionId, input, job: 'counting' } } } },
    ]);
    expect(await deliverSent()).toMatchObject(completed);
    expect(await client.start({ executionId, input })).toMatchObject({ isNew: false });
  });

  it.each([
    ['with its job', { job: 'counting' }],
    ['without it', {}],
  ])(
    'A start by a client that has the store whose event got lost is found by a sweep of its job: %s',
    async (_what, request) => {
      const { client, clock, lambda, deliverSent, seen } = await lostStart(request);
      expect(await client.sweep({ job: 'counting', graceMs: 60_000 })).toMatchObject({ swept: [] });
      clock.block(60_001);
      const swept = [{ executionId, invocation: 1 }];
      expect(await client.sweep({ job: 'counting', graceMs: 60_000 })).toMatchObject({ swept });
      expect(lambda.sent).toEqual([{ functionName: 'count', event: look }]);
      expect(await client.sweep({ job: 'counting', graceMs: 60_000 })).toMatchObject({ swept: [] });
      expect(await deliverSent()).toMatchObject({ ...completed, invocation: 1 });
      expect(seen).toHaveLength(5);
    },
  );

  it.each(['other', 'arn:aws:lambda:eu-central-1:123456789012:function:other:live'])(
    'A start by a client that has the store for %s is not sent to this function by a sweep that does not know its job',
    async (functionName) => {
      const { makeClient, client, clock, lambda } = clientWorld();
      await makeClient({ functionName }).start({ executionId, input });
      clock.block(10_000_000);
      expect(await client.sweep()).toMatchObject({ swept: [] });
      expect(await client.sweep({ job: 'counting' })).toMatchObject({ swept: [] });
      expect(lambda.sent).toHaveLength(1);
      const itsOwn = makeClient({ functionName: functionName.split(':').at(6) ?? functionName });
      expect(await itsOwn.sweep({ job: 'sums' })).toMatchObject({ swept: [{ executionId }] });
    },
  );

  it('A start by a client that has the store may be redriven when its event got lost', async () => {
    const { client, deliverSent } = await lostStart();
    expect(await client.redrive(executionId)).toEqual({ executionId, invocation: 1 });
    expect(await deliverSent()).toMatchObject(completed);
  });

  it('A start by a client that has the store may be cancelled before it begins: no step is run', async () => {
    const { client, deliver, seen } = await lostStart();
    expect(await client.cancel(executionId)).toMatchObject({ kind: 'requested' });
    const event = { lambdaBaton: { v: 1, start: { executionId, input } } };
    expect(await deliver(event)).toMatchObject({ status: 'cancelled' });
    expect(seen).toEqual(['cancelled']);
  });

  it('A start by a client that has the store takes signals before it begins', async () => {
    const { client, deliver } = await lostStart();
    expect(await client.signal({ executionId, name: 'go', signalId: 'one' })).toEqual({
      kind: 'accepted',
      signalId: 'one',
    });
    expect(await deliver(look)).toMatchObject(completed);
  });

  it('A start by a client that has the store is refused while its job is stopped, and begins when that is over', async () => {
    const { client, deliver, seen } = await lostStart();
    const event = { lambdaBaton: { v: 1, start: { executionId, input } } };
    await client.stop('counting');
    await expect(deliver(event)).rejects.toMatchObject({ code: 'JOB_STOPPED' });
    expect(await deliver(look)).toMatchObject({ status: 'duplicate' });
    expect(seen).toEqual([]);
    await client.resume('counting');
    expect(await deliver(look)).toMatchObject(completed);
  });

  it('A start by a client that has the store ends with its job, when that is stopped and known to be its own', async () => {
    const { client, deliver, seen } = await lostStart({ job: 'counting' });
    await client.stop('counting');
    expect(await deliver(look)).toMatchObject({ status: 'cancelled' });
    expect(seen).toEqual(['cancelled']);
  });
});

describe('a start that is disturbed', () => {
  /** Runs whatever was sent, then sweeps until nothing is left to send on. */
  async function runToTheEnd({ client, clock, lambda, deliver }: ReturnType<typeof clientWorld>) {
    for (let round = 0; round < 3; round += 1) {
      for (const { event } of lambda.sent.splice(0)) await deliver(event);
      clock.block(10_000_000);
      await client.sweep({ job: 'counting' });
    }
  }

  it.each([
    ['the first call of the store fails', 'load', [1]],
    ['the record cannot be written at first', 'save', [1, 2]],
    ['the record can never be written', 'save', [1, 2, 3]],
  ] as const)(
    'A start that is disturbed where %s runs once when it is repeated, or not at all',
    async (_what, method, calls) => {
      const world = clientWorld();
      let count = 0;
      const original = world.store[method].bind(world.store) as (...args: never[]) => Promise<never>;
      world.store[method] = (async (...args: never[]) => {
        count += 1;
        if ((calls as readonly number[]).includes(count)) throw new Error('throttled');
        return original(...args);
      }) as never;
      const isStarted = await world.client.start({ executionId, input }).then(
        () => true,
        () => false,
      );
      if (!isStarted) {
        expect(world.lambda.sent).toEqual([]);
        expect(await world.client.status(executionId)).toBeUndefined();
        await world.client.start({ executionId, input });
      }
      await runToTheEnd(world);
      expect(await world.client.result(executionId)).toMatchObject(completed);
      expect(world.seen).toHaveLength(5);
    },
  );

  it.each([1, 2])(
    'A start that is disturbed where the answer to its record is lost %i times is one start',
    async (lostCount) => {
      const world = clientWorld();
      let count = 0;
      const save = world.store.save.bind(world.store);
      world.store.save = async (...args) => {
        const revision = await save(...args);
        count += 1;
        if (count <= lostCount) throw new Error('socket hang up');
        return revision;
      };
      expect(await world.client.start({ executionId, input })).toMatchObject({ isNew: true });
      expect(world.lambda.sent).toHaveLength(1);
      await runToTheEnd(world);
      expect(world.seen).toHaveLength(5);
    },
  );

  it.each(['dies before its event is sent', 'dies after it'])(
    'A start that is disturbed whose starter %s runs once',
    async (what) => {
      const world = clientWorld();
      const send = world.lambda.send.bind(world.lambda);
      world.lambda.send = async (command) => {
        if (what === 'dies after it') await send(command);
        return new Promise(() => {});
      };
      void world.client.start({ executionId, input });
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      world.lambda.send = send;
      await runToTheEnd(world);
      expect(await world.client.result(executionId)).toMatchObject(completed);
      expect(world.seen).toHaveLength(5);
    },
  );

  it('A start that is disturbed that is delivered three times, as event and as look, runs once', async () => {
    const world = clientWorld();
    await world.client.start({ executionId, input });
    const event = world.lambda.sent[0]?.event;
    await world.deliverAll([event, look, event]);
    expect(world.seen).toHaveLength(5);
  });
});

describe('what the starter did not know', () => {
  const limited = { safeMs: 1_000, intervalMs: 100, version: 3, limits: { maxDurationMs: 90 * 86_400_000 } };
  @LongRunning({ name: 'orders', ...limited })
  class Orders {
    @State() n = 0;
    @Step() async count() {
      this.n += 1;
    }
    @Terminate() isDone() {
      return this.n === 1;
    }
    @OnComplete() end(ctx: StepContext) {
      return { input: ctx.input };
    }
  }
  @LongRunning({ name: 'bills', ...limited })
  class Bills extends Orders {}

  const schema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) =>
        (value as { n?: number }).n === 1 ? { value } : { issues: [{ message: 'n is not 1' }] },
    },
  };
  @LongRunning({ name: 'strict', safeMs: 1_000, intervalMs: 100, input: schema as never })
  class Strict extends Orders {}

  function host(jobs: Parameters<typeof createHandler>[0]) {
    const [world, store, lambda] = [virtualWorld(), new MemoryCheckpointStore(), new RecordingLambda()];
    const handler = createHandler(jobs, {
      providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
    });
    const client = new BatonClient({ functionName: 'orders', store, client: lambda, clock: world.clock });
    let count = 0;
    const deliver = (event: unknown) => {
      count += 1;
      return callHandler(handler, world, event, { awsRequestId: `request-${count}` });
    };
    return { client, store, lambda, clock: world.clock, deliver };
  }

  it.each(['its event', 'a look'])(
    'The first claim fills in what the starter did not know, by %s: job, version and limits',
    async (by) => {
      const { client, store, lambda, clock, deliver } = host(Orders as never);
      await client.start({ executionId, input });
      expect(await client.status(executionId)).toMatchObject({ job: '?' });
      await deliver(by === 'a look' ? look : lambda.sent[0]?.event);
      expect(await client.status(executionId)).toMatchObject({ job: 'orders', status: 'completed' });
      const { head = '', expiresAtMs = 0, job } = (await store.load(executionId)) ?? {};
      expect(head).toMatch(/"version":3\b/);
      expect(job).toBe('orders');
      expect(expiresAtMs).toBeGreaterThan(clock.now() + 100 * 86_400_000);
      expect(await client.list({ job: 'orders' })).toHaveLength(1);
      expect(await client.list({ job: '?' })).toEqual([]);
    },
  );

  it.each(['its event', 'a look'])(
    'What the starter did not know is a recorded failure when its input is refused, by %s',
    async (by) => {
      const { client, lambda, deliver } = host(Strict as never);
      await client.start({ executionId, input: { n: 2 } });
      await expect(deliver(by === 'a look' ? look : lambda.sent[0]?.event)).rejects.toMatchObject({
        code: 'EXECUTION_FAILED',
        cause: { code: 'INVALID_INPUT' },
      });
      expect(await client.status(executionId)).toMatchObject({
        job: 'strict',
        status: 'failed',
        error: { code: 'INVALID_INPUT' },
      });
    },
  );

  it.each([
    ['one job', 'its event', () => Orders],
    ['one job', 'a look', () => Orders],
    ['several jobs', 'its event', () => [Orders, Bills]],
    ['several jobs', 'a look', () => [Orders, Bills]],
  ] as const)(
    'What the starter did not know is a recorded failure when a function of %s does not host its job, by %s',
    async (_what, by, jobs) => {
      const { client, lambda, deliver } = host(jobs() as never);
      await client.start({ executionId, input, job: 'parcels' });
      await expect(deliver(by === 'a look' ? look : lambda.sent[0]?.event)).rejects.toMatchObject({
        code: 'EXECUTION_FAILED',
      });
      expect(await client.status(executionId)).toMatchObject({
        status: 'failed',
        error: { code: 'INVALID_INPUT', message: expect.stringContaining('parcels') },
      });
    },
  );

  it('What the starter did not know is begun by the job that it was started for, of several', async () => {
    const { client, lambda, deliver } = host([Orders, Bills] as never);
    await client.start({ executionId, input, job: 'bills' });
    expect(await deliver(lambda.sent[0]?.event)).toMatchObject({ status: 'completed' });
    expect(await client.status(executionId)).toMatchObject({ job: 'bills' });
  });
});
