import {
  BatonClient,
  CHECKPOINT_STORE,
  complete,
  createHandler,
  LongRunning,
  MemoryCheckpointStore,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 1_000 };
const startOf = (executionId: string, input: unknown, more: object = {}) => ({
  lambdaBaton: { v: 1, start: { executionId, input, ...more } },
});

/** A Standard Schema that makes something of an input. */
function making<Output>(make: (value: { value: unknown }) => Output) {
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) => ({ value: make(value as { value: unknown }) }),
    },
  };
}

/** A job of three steps that shows its input to a test. */
function define(look: (ctx: StepContext<{ value: unknown }>) => void, name = 'looking', input?: object) {
  @LongRunning({ ...times, name, ...(input && { input: input as never }) })
  class Looking {
    @State() n = 0;
    @State() kept: unknown = null;
    @Step() look(ctx: StepContext<{ value: unknown }>) {
      look(ctx);
      this.kept = ctx.input.value;
      this.n += 1;
    }
    @Terminate() isDone() {
      return this.n === 3;
    }
  }
  return Looking;
}

function hosting(jobClass: Parameters<typeof createHandler>[0], store?: MemoryCheckpointStore) {
  const world = virtualWorld();
  const providers = [...world.providers, ...(store ? [{ token: CHECKPOINT_STORE, useValue: store }] : [])];
  const handler = createHandler(jobClass, { providers });
  return (event: unknown, awsRequestId = 'request-1') => callHandler(handler, world, event, { awsRequestId });
}

describe('what a schema makes of the input', () => {
  const buffer = new Uint8Array([1, 2, 3]);
  it.each<[string, () => unknown]>([
    ['a Date', () => new Date(86_400_000)],
    ['a Set', () => new Set(['a', 'b'])],
    [
      'a Map',
      () =>
        new Map<unknown, unknown>([
          ['eur', { cents: 1 }],
          [2, new Date(0)],
        ]),
    ],
    ['bytes', () => new Uint8Array(buffer)],
    ['a URL', () => new URL('https://example.org/a')],
    ['Infinity', () => Number.POSITIVE_INFINITY],
    ['-0', () => -0],
    ['a BigInt', () => 653_247_040_368_672_768n],
    ['undefined in a list', () => [undefined, 1]],
    ['data that looks like ours', () => ({ 'lambda-baton:input': '{"devalue":[]}' })],
  ])(
    'What a schema makes of the input reaches every invocation as it is, and can be kept in the state: %s',
    async (_what, make) => {
      const seen: unknown[] = [];
      const job = define(
        ({ input }) => seen.push(input.value),
        'looking',
        making(() => ({ value: make() })),
      );
      const run = await JobTestEnvironment.create(job, { input: {} as never }).run({
        handOffAfterEveryStep: true,
      });
      expect(run.error).toBeUndefined();
      expect(seen).toStrictEqual([make(), make(), make()]);
      expect(run.state.kept).toStrictEqual(make());
    },
  );

  it('What a schema makes of the input is refused with its path when it cannot be kept', async () => {
    class Money {}
    const seen: unknown[] = [];
    const job = define(
      (ctx) => seen.push(ctx),
      'looking',
      making(() => ({ rows: [{ price: new Money() }] })),
    );
    await expect(hosting(job)({})).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('input.rows[0].price is a Money'),
    });
    expect(seen).toEqual([]);
  });

  it('What a schema makes of the input cannot be changed by a step: the methods that would throw, and each attempt has bytes of its own', async () => {
    const thrown: unknown[] = [];
    const seen: unknown[] = [];
    const job = define(
      ({ input }) => {
        const { day, tags, prices, bytes } = input.value as {
          day: Date;
          tags: Set<unknown>;
          prices: Map<unknown, number[]>;
          bytes: Uint8Array;
        };
        seen.push([day.getTime(), tags.size, prices.get('eur'), bytes[0]]);
        bytes[0] = 99;
        for (const change of [
          () => day.setTime(1),
          () => tags.add('c'),
          () => prices.delete('eur'),
          () => prices.get('eur')?.push(3),
        ]) {
          try {
            change();
          } catch (error) {
            thrown.push((error as Error).name);
          }
        }
      },
      'looking',
      making(() => ({
        value: {
          day: new Date(0),
          tags: new Set(['a']),
          prices: new Map([['eur', [1, 2]]]),
          bytes: new Uint8Array(buffer),
        },
      })),
    );
    await hosting(job)({});
    expect(seen).toEqual(Array.from({ length: 3 }, () => [0, 1, [1, 2], 1]));
    expect(thrown).toEqual(Array.from({ length: 12 }, () => 'TypeError'));
  });

  it('What a schema makes of the input is no conflict when the same start comes again, whatever the schema makes of it now', async () => {
    let lastMs = 0;
    const nextMs = () => {
      lastMs += 1;
      return lastMs;
    };
    const store = new MemoryCheckpointStore();
    const call = hosting(
      define(
        () => {},
        'looking',
        making(() => ({ value: new Date(nextMs()) })),
      ),
      store,
    );
    expect(await call(startOf('a', { value: 'x' }), 'one')).toMatchObject({ status: 'completed' });
    expect(await call(startOf('a', { value: 'x' }), 'two')).toMatchObject({ status: 'completed' });
    await expect(call(startOf('a', { value: 'y' }), 'three')).rejects.toMatchObject({
      code: 'EXECUTION_CONFLICT',
    });
    const client = new BatonClient({ store });
    expect(await client.start({ executionId: 'a', input: { value: 'x' } })).toMatchObject({ isNew: false });
    await expect(client.start({ executionId: 'a', input: { value: 'y' } })).rejects.toMatchObject({
      code: 'EXECUTION_CONFLICT',
    });
  });
});

describe('an input', () => {
  it.each<[string, unknown, string]>([
    ['a Map', { rows: [new Map()] }, 'input.rows[0]'],
    ['a Date', { since: new Date(0) }, 'input.since'],
    ['NaN', { n: Number.NaN }, 'input.n'],
    ['an Error', new Error('boom'), 'input'],
  ])(
    'An input that JSON would change is refused by BatonClient.start, before anything is sent: %s',
    async (_what, input, path) => {
      const sent: unknown[] = [];
      const client = new BatonClient({
        store: new MemoryCheckpointStore(),
        functionName: 'f',
        client: { send: async (c: unknown) => sent.push(c) },
      });
      await expect(client.start({ input })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(`${path} is `),
      });
      expect(sent).toEqual([]);
    },
  );

  it('An input that looks like one that was encoded is what it is', async () => {
    const seen: unknown[] = [];
    const input = { 'lambda-baton:input': '{"devalue":[{"value":1},7]}' };
    const store = new MemoryCheckpointStore();
    const call = hosting(
      define((ctx) => seen.push(ctx.input)),
      store,
    );
    await call(startOf('a', input));
    expect(seen).toEqual([input, input, input]);
    expect(await new BatonClient({ store }).start({ executionId: 'a', input })).toMatchObject({
      isNew: false,
    });
  });
});

describe('a result', () => {
  it.each<[string, () => unknown, string]>([
    ['a Map', () => ({ totals: new Map() }), 'result.totals'],
    ['a Date', () => [new Date(0)], 'result[0]'],
    ['NaN', () => ({ mean: Number.NaN }), 'result.mean'],
    ['an Error', () => new Error('boom'), 'result'],
    ['a BigInt', () => ({ id: 1n }), 'result.id'],
  ])(
    'A result of @OnComplete that JSON would change fails the execution, once and with the path: %s',
    async (_what, make, path) => {
      let calls = 0;

      @LongRunning(times)
      class Ending {
        @Step() work() {
          return complete(null);
        }
        @Terminate() isDone() {
          return false;
        }
        @OnComplete() end() {
          calls += 1;
          return make();
        }
      }

      await expect(hosting(Ending)({})).rejects.toMatchObject({
        code: 'EXECUTION_FAILED',
        cause: { code: 'UNSERIALIZABLE_STATE', details: { path } },
      });
      expect(calls).toBe(1);
    },
  );
});

describe('the id that AWS gives', () => {
  const event = {
    version: '0',
    id: '6a7e8feb',
    'detail-type': 'Order placed',
    source: 'shop',
    resources: [],
    detail: { order: 1 },
  };

  it.each<[string, unknown]>([
    ['an EventBridge event', event],
    ['a request', { order: 1 }],
    [
      'an SQS message',
      { Records: [{ messageId: 'm-1', eventSource: 'aws:sqs', body: '{"order":1}', attributes: {} }] },
    ],
  ])(
    'The id that AWS gives belongs to the job: %s that reaches two jobs with one store starts both, each once',
    async (_what, delivered) => {
      const store = new MemoryCheckpointStore();
      const ran: string[] = [];
      for (const name of ['invoicing', 'shipping']) {
        const call = hosting(
          define(({ executionId }) => ran.push(executionId), name),
          store,
        );
        await call(delivered);
        await call(delivered);
      }
      expect(ran).toHaveLength(6);
      expect(new Set(ran).size).toBe(2);
      for (const job of ['invoicing', 'shipping'])
        expect(await new BatonClient({ store }).list({ job })).toMatchObject([{ status: 'completed' }]);
    },
  );

  it('The id that AWS gives is shared by the rules of a bus: what two of them make of one event are two executions', async () => {
    const call = hosting(
      define(() => {}),
      new MemoryCheckpointStore(),
    );
    expect(await call(event)).toMatchObject({ status: 'completed' });
    expect(await call({ ...event, detail: { order: 1, rule: 'second' } }, 'request-2')).toMatchObject({
      status: 'completed',
    });
  });
});

describe('a start that names a job', () => {
  it('A start that names a job is taken by that job, and refused by any other before anything is run', async () => {
    const seen: unknown[] = [];
    const call = hosting(define((ctx) => seen.push(ctx.executionId), 'mine'));
    expect(await call(startOf('a', {}, { job: 'mine' }))).toMatchObject({ status: 'completed' });
    expect(seen).toHaveLength(3);
    await expect(call(startOf('b', {}, { job: 'other' }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('its start is for job other, and this function runs job mine'),
    });
    expect(seen).toHaveLength(3);
  });
});
