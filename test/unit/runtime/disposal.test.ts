import { container, instanceCachingFactory, Lifecycle } from 'tsyringe';
import {
  CONTINUATION_SENDERS,
  createHandler,
  inject,
  LOGGER,
  LongRunning,
  OnComplete,
  OnFailure,
  OnHandoff,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { MemoryLogger, sqsEvent } from '../../../src/testing';
import { callHandler } from '../../helpers/call-handler';
import { runExecution } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 1_000 };

/** Everything that was made, by name, with how often it was disposed and used afterwards. */
class Ledger {
  readonly pools: Pool[] = [];
  readonly events: string[] = [];
}
let ledger: Ledger;
beforeEach(() => {
  ledger = new Ledger();
});

class Pool {
  disposedCount = 0;
  lateUseCount = 0;
  constructor() {
    ledger.pools.push(this);
  }
  query() {
    if (this.disposedCount > 0) this.lateUseCount += 1;
  }
  async dispose() {
    this.disposedCount += 1;
    ledger.events.push('disposed');
  }
}

const disposals = () => ledger.pools.map(({ disposedCount }) => disposedCount);
const scopedPool = { token: 'pool', useClass: Pool, options: { lifecycle: Lifecycle.ContainerScoped } };

type Ending = 'completes' | 'fails' | 'hands over';

/** A job that uses its pool everywhere, to its last hook. */
function pooled(ending: Ending, world = virtualWorld()) {
  @LongRunning(times)
  class Pooled {
    @State() n = 0;
    constructor(@inject('pool') readonly pool: Pool) {}
    @Step({ retry: { maxAttempts: 2, initialDelayMs: 1 } }) async work({ attempt, invocation }: StepContext) {
      this.pool.query();
      if (ending === 'hands over' && invocation === 1) await world.timer.sleep(51_000);
      if (ending === 'fails' || attempt === 1) throw new Error('no');
      this.n += 1;
    }
    @Terminate() isDone() {
      this.pool.query();
      return this.n >= 1;
    }
    @OnHandoff() onHandoff() {
      this.#end();
    }
    @OnFailure() onFailure() {
      this.#end();
    }
    @OnComplete() onComplete() {
      this.#end();
    }
    #end() {
      this.pool.query();
      ledger.events.push('last hook');
    }
  }
  return Pooled;
}

describe('What was made for an invocation', () => {
  it.each<[Ending, string, unknown]>([
    ['completes', 'scoped to its container', scopedPool],
    ['completes', 'transient', { token: 'pool', useClass: Pool }],
    ['fails', 'scoped to its container', scopedPool],
    ['fails', 'transient', { token: 'pool', useClass: Pool }],
    ['hands over', 'scoped to its container', scopedPool],
  ])(
    'What was made for an invocation is disposed once when an execution %s, after the last hook: %s',
    async (ending, _title, provider) => {
      const world = virtualWorld();
      const handler = createHandler(pooled(ending, world), {
        providers: [...world.providers, provider as never],
      });
      for (const awsRequestId of ['one', 'two']) await runExecution(handler, world, { awsRequestId });
      expect(ledger.pools.length).toBeGreaterThan(1);
      expect(disposals()).toEqual(ledger.pools.map(() => 1));
      expect(ledger.pools.map(({ lateUseCount }) => lateUseCount)).toEqual(ledger.pools.map(() => 0));
      expect(ledger.events.at(-1)).toBe('disposed');
    },
  );

  it('What was made for an invocation is disposed when the job’s constructor throws', async () => {
    @LongRunning(times)
    class Throwing {
      constructor(@inject('pool') readonly pool: Pool) {
        throw new Error('no');
      }
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    const world = virtualWorld();
    const handler = createHandler(Throwing, { providers: [...world.providers, scopedPool] });
    await callHandler(handler, world, {}).catch(() => undefined);
    expect(ledger.pools).not.toEqual([]);
    expect(disposals()).toEqual(ledger.pools.map(() => 1));
  });

  it('What was made for an invocation is disposed with each record of a batch', async () => {
    const world = virtualWorld();
    const handler = createHandler(pooled('completes'), { providers: [...world.providers, scopedPool] });
    await callHandler(handler, world, sqsEvent([{ body: '{}' }, { body: '{}' }]));
    expect(disposals()).toEqual([1, 1]);
  });

  it('What was made for an invocation is disposed when it is one of our collaborators', async () => {
    class Shipping extends MemoryLogger {
      disposedCount = 0;
      constructor() {
        super();
        ledger.pools.push(this as never);
      }
      dispose() {
        this.disposedCount += 1;
      }
    }
    const world = virtualWorld();
    const handler = createHandler(pooled('completes'), {
      providers: [...world.providers, { token: LOGGER, useClass: Shipping }, scopedPool],
    });
    for (const awsRequestId of ['one', 'two']) await runExecution(handler, world, { awsRequestId });
    expect(ledger.pools.length).toBeGreaterThan(3);
    expect(disposals()).toEqual(ledger.pools.map(() => 1));
  });

  it('What was made for an invocation is disposed in the reverse of the order in which it was made', async () => {
    const order: string[] = [];
    class First {
      dispose() {
        order.push('first');
      }
    }
    class Second {
      constructor(readonly first: First) {}
      dispose() {
        order.push('second');
      }
    }
    inject(First)(Second, undefined, 0);
    const { injectable } = jest.requireActual<typeof import('tsyringe')>('tsyringe');
    injectable()(Second as never);
    const world = virtualWorld();
    @LongRunning(times)
    class Asking {
      constructor(@inject(Second) readonly second: Second) {}
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    await runExecution(createHandler(Asking, { providers: world.providers }), world);
    expect(order).toEqual(['second', 'first']);
  });
});

describe('Nothing is disposed that outlives the invocation:', () => {
  /** Runs two invocations of a job with this pool; says how often each pool was disposed. */
  async function runTwice(
    options: { providers?: readonly unknown[]; container?: unknown },
    token: unknown = 'pool',
  ) {
    @LongRunning(times)
    class Asking {
      constructor(@inject(token as symbol) readonly pool: { query?(): void }) {}
      @Step() work() {
        this.pool.query?.();
      }
      @Terminate({ check: 'step' }) isDone({ cycle }: StepContext) {
        return cycle === 2;
      }
    }
    const world = virtualWorld();
    const providers = [...world.providers, ...(options.providers ?? [])] as never;
    const handler = createHandler(Asking, { ...(options as object), providers });
    for (const awsRequestId of ['one', 'two']) {
      const { answer } = await runExecution(handler, world, { awsRequestId });
      expect(answer?.status).toBe('completed');
    }
    return disposals();
  }

  it('A given value is not disposed with the invocation', async () => {
    const pool = new Pool();
    expect(await runTwice({ providers: [{ token: 'pool', useValue: pool }] })).toEqual([0]);
  });

  it('A singleton of the handler’s is not disposed with the invocation', async () => {
    expect(
      await runTwice({ providers: [{ ...scopedPool, options: { lifecycle: Lifecycle.Singleton } }] }),
    ).toEqual([0]);
  });

  it('A singleton of the user’s container is not disposed with the invocation, nor is that container', async () => {
    const mine = container.createChildContainer();
    mine.registerSingleton('pool', Pool);
    expect(await runTwice({ container: mine })).toEqual([0]);
    expect(mine.resolve('pool')).toBe(ledger.pools[0]);
  });

  it('What a singleton was given is not disposed with the invocation, also when the invocation got it too', async () => {
    class Holder {
      constructor(readonly pool: Pool) {}
      query() {
        this.pool.query();
      }
    }
    inject('pool')(Holder, undefined, 0);
    const { injectable } = jest.requireActual<typeof import('tsyringe')>('tsyringe');
    injectable()(Holder as never);
    const providers = [
      scopedPool,
      { token: 'holder', useClass: Holder, options: { lifecycle: Lifecycle.Singleton } },
    ];
    expect(await runTwice({ providers }, 'holder')).toEqual([0]);
    expect(ledger.pools[0]?.lateUseCount).toBe(0);
  });

  it('What a factory has made or keeps is not disposed with the invocation', async () => {
    const useFactory = instanceCachingFactory((scope) => scope.resolve(Pool));
    expect(await runTwice({ providers: [{ token: 'pool', useFactory }] })).toEqual([0]);
    expect(ledger.pools[0]?.lateUseCount).toBe(0);
  });

  it('A job is not disposed with the invocation, even one with a method called dispose', async () => {
    let calls = 0;
    @LongRunning(times)
    class Disposing {
      @Step() dispose() {
        calls += 1;
      }
      @Terminate() isDone({ cycle }: StepContext) {
        return cycle === 2;
      }
    }
    const world = virtualWorld();
    await runExecution(createHandler(Disposing, { providers: world.providers }), world);
    expect(calls).toBe(1);
  });
});

describe('A dependency that cannot be disposed changes nothing and is logged:', () => {
  it.each<[string, () => unknown, string]>([
    [
      'it throws',
      () => {
        throw new Error('still in use');
      },
      'dependency cannot be disposed',
    ],
    ['it rejects', () => Promise.reject(new Error('still in use')), 'dependency cannot be disposed'],
    ['it does not end', () => new Promise(() => {}), 'dependencies were not disposed in time'],
  ])(
    'A dependency that cannot be disposed changes nothing and is logged: %s',
    async (_title, dispose, message) => {
      class Stubborn {
        query() {}
        dispose() {
          return dispose();
        }
      }
      const world = virtualWorld();
      const providers = [...world.providers, { ...scopedPool, useClass: Stubborn as never }];
      const { answer } = await runExecution(createHandler(pooled('completes'), { providers }), world);
      expect(answer?.status).toBe('completed');
      expect(world.logger.find(message)).not.toEqual([]);
    },
  );

  it('A dependency whose disposal does not end changes nothing and is logged: the answer is given before Lambda kills the invocation', async () => {
    class Stubborn extends Pool {
      override dispose() {
        return new Promise<never>(() => {});
      }
    }
    const world = virtualWorld();
    const beginMs = world.clock.now();
    const providers = [
      ...world.providers,
      { ...scopedPool, useClass: Stubborn },
      { token: CONTINUATION_SENDERS, useValue: world.senders },
    ];
    const handler = createHandler(pooled('hands over', world), { providers });
    const answer = await callHandler(handler, world, {}, { remainingMs: 60_000 });
    expect(answer).toMatchObject({ status: 'handed-off' });
    expect(world.clock.now() - beginMs).toBeLessThan(60_000);
  });
});
