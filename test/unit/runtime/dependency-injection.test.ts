import { container, type DependencyContainer, injectable, Lifecycle, scoped } from 'tsyringe';
import {
  CLOCK,
  createHandler,
  InvalidJobError,
  inject,
  LAMBDA_CLIENT,
  LOGGER,
  LongRunning,
  OnComplete,
  STATE_CODEC,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { runExecution, runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };
const PSP = Symbol('PSP');
const LEDGER = Symbol('LEDGER');

/** What a test provides, as tsyringe takes it. */
type Provided = NonNullable<NonNullable<Parameters<typeof createHandler>[1]>['providers']>[number];

/** How many registrations a container holds, its parents' apart. tsyringe itself notes an empty list for every token that is looked up. */
function countRegistrations(scope: DependencyContainer): number {
  const { _registry } = scope as unknown as { _registry: { _registryMap: Map<unknown, unknown[]> } };
  return [..._registry._registryMap.values()].reduce((count, { length }) => count + length, 0);
}

/** A job that ends at once and answers what was injected. */
function asking(token: unknown) {
  @LongRunning(times)
  class Asking {
    constructor(@inject(token as symbol) readonly value: unknown) {}
    @Step() work() {}
    @Terminate() isDone() {
      return true;
    }
    @OnComplete() end() {
      // A result is plain data.
      return typeof this.value === 'object' ? JSON.parse(JSON.stringify(this.value)) : this.value;
    }
  }
  return Asking;
}

/** Runs a job that cannot be built; answers its error and how long that took in real time. */
async function fail(jobClass: Parameters<typeof createHandler>[0], providers: readonly Provided[]) {
  const beginMs = performance.now();
  const error = await runJob(jobClass, { providers }).then(
    (run) => run.error,
    (thrown: unknown) => thrown,
  );
  return { error: error as Error & { code: string }, tookMs: performance.now() - beginMs };
}

describe('an invocation', () => {
  it('An invocation makes one container of its own, and in it a job instance for the first attempt and after each that did not return', async () => {
    const world = virtualWorld();
    const made: string[] = [];

    class PerContainer {
      constructor() {
        made.push('scoped');
      }
    }
    class Single {
      constructor() {
        made.push('single');
      }
    }
    class Each {
      constructor() {
        made.push('each');
      }
    }
    @LongRunning(times)
    class Counted {
      @State() rounds = 0;
      constructor(
        @inject(PSP) readonly scoped: PerContainer,
        @inject(PSP) readonly sameScoped: PerContainer,
        @inject(LEDGER) readonly single: Single,
        @inject(Each) readonly each: Each,
        @inject(Each) readonly anotherEach: Each,
      ) {
        made.push('job');
        if (scoped !== sameScoped || each === anotherEach) made.push('wrong');
      }
      @Step() async work({ attempt }: StepContext) {
        await world.timer.sleep(300);
        if (attempt === 1) throw new Error('every first attempt fails');
        this.rounds += 1;
      }
      @Terminate() isDone() {
        return this.rounds === 2;
      }
    }

    const handler = createHandler(Counted, {
      providers: [
        ...world.providers,
        { token: PSP, useClass: PerContainer, options: { lifecycle: Lifecycle.ContainerScoped } },
        { token: LEDGER, useClass: Single, options: { lifecycle: Lifecycle.Singleton } },
      ],
    });
    const { answers } = await runExecution(handler, world, { remainingMs: 2_200 });
    expect(answers).toHaveLength(2);
    // Two attempts fail, both in the first invocation: the second of them in its safe window, of which the step does not want to know.
    const job = ['each', 'each', 'job'];
    expect(made).toEqual(['scoped', 'single', ...job, ...job, ...job, 'scoped', ...job]);
  });

  it('An invocation makes nothing when the handler is created', () => {
    let made = 0;

    @LongRunning(times)
    class Lazy {
      constructor() {
        made += 1;
      }
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    createHandler(Lazy);
    expect(made).toBe(0);
  });

  it('An invocation keeps a scoped dependency when a time-out makes a fresh job instance', async () => {
    let made = 0;
    const jobs = new Set<object>();

    class Connection {
      constructor() {
        made += 1;
      }
    }

    @LongRunning(times)
    class Reconnects {
      constructor(@inject(PSP) readonly connection: Connection) {}
      @Step({ timeoutMs: 100 }) async work() {
        jobs.add(this);
        if (jobs.size === 1) await new Promise(() => {});
      }
      @Terminate() isDone() {
        return jobs.size === 2;
      }
    }

    await runJob(Reconnects, {
      providers: [{ token: PSP, useClass: Connection, options: { lifecycle: Lifecycle.ContainerScoped } }],
    });
    expect([made, jobs.size]).toEqual([1, 2]);
  });
});

describe('a dependency', () => {
  it.each<[string, Provided[], unknown]>([
    ['a value', [{ token: PSP, useValue: 'value' }], 'value'],
    ['a falsy value', [{ token: PSP, useValue: 0 }], 0],
    [
      'a factory',
      [
        { token: PSP, useFactory: (scope) => scope.resolve<number>(LEDGER as never) + 1 },
        { token: LEDGER, useValue: 1 },
      ],
      2,
    ],
    [
      'another token',
      [
        { token: PSP, useToken: LEDGER },
        { token: LEDGER, useValue: 'ledger' },
      ],
      'ledger',
    ],
    [
      'a class',
      [
        {
          token: PSP,
          useClass: class Psp {
            readonly name = 'psp';
          },
        },
      ],
      { name: 'psp' },
    ],
    ['a text as its token', [{ token: 'psp', useValue: 'by text' }], 'by text'],
  ])('A dependency may be %s', async (title, providers, expected) => {
    const { answer } = await runJob(asking(title.includes('text') ? 'psp' : PSP), { providers });
    expect(answer?.result).toEqual(expected);
  });

  it('A dependency may be one of ours: the collaborators can be injected under their tokens', async () => {
    const world = virtualWorld();
    let seen: unknown;

    @LongRunning(times)
    class Injected {
      constructor(@inject(CLOCK) clock: unknown, @inject(LOGGER) logger: unknown) {
        seen = [clock, logger];
      }
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    await runJob(Injected, { world });
    expect(seen).toEqual([world.clock, world.logger]);
  });

  it('A dependency may be one of ours that nobody provides: then it is the default', async () => {
    let seen: { encode?: unknown; send?: unknown }[] = [];

    @LongRunning(times)
    class Injected {
      constructor(@inject(STATE_CODEC) codec: object, @inject(LAMBDA_CLIENT) client: object) {
        seen = [codec, client];
      }
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    expect((await runJob(Injected)).error).toBeUndefined();
    expect([typeof seen[0]?.encode, typeof seen[1]?.send]).toEqual(['function', 'function']);
  });

  it('A dependency comes from the user’s container, unless a provider gives it', async () => {
    const mine = container.createChildContainer();
    mine.register(PSP, { useValue: 'from the container' });
    const world = virtualWorld();
    const run = (awsRequestId: string, providers: readonly Provided[]) =>
      runExecution(
        createHandler(asking(PSP), { container: mine, providers: [...world.providers, ...providers] }),
        world,
        { awsRequestId },
      );
    expect((await run('one', [])).answer?.result).toBe('from the container');
    expect((await run('two', [{ token: PSP, useValue: 'from a provider' }])).answer?.result).toBe(
      'from a provider',
    );
  });

  it('A dependency may stand in the container instead of one of ours', async () => {
    const mine = container.createChildContainer();
    const world = virtualWorld();
    for (const { token, ...provider } of world.providers) mine.register(token, provider as never);
    const { answer } = await runExecution(createHandler(asking(CLOCK), { container: mine }), world);
    expect(answer?.status).toBe('completed');
    expect(world.logger.find('execution completed')).toHaveLength(1);
  });

  it('A dependency is never written into the user’s container, nor into the global one', async () => {
    const mine = container.createChildContainer();
    const world = virtualWorld();
    const tokens = [PSP, LEDGER, ...world.providers.map(({ token }) => token), asking(PSP)];
    const registered = () =>
      tokens.map((token) => [
        mine.isRegistered(token as symbol, true),
        container.isRegistered(token as symbol, true),
      ]);
    const before = { registered: registered(), count: [mine, container].map(countRegistrations) };
    const handler = createHandler(asking(PSP), {
      container: mine,
      providers: [...world.providers, { token: PSP, useValue: 1 }, { token: LEDGER, useClass: class {} }],
    });
    const globally = createHandler(asking(PSP), {
      providers: [...world.providers, { token: PSP, useValue: 2 }],
    });
    expect((await runExecution(handler, world)).answer?.result).toBe(1);
    expect((await runExecution(globally, world, { awsRequestId: 'another' })).answer?.result).toBe(2);
    expect({ registered: registered(), count: [mine, container].map(countRegistrations) }).toEqual(before);
    expect(before.registered.flat()).not.toContain(true);
  });

  it('A dependency of a class with @scoped(ContainerScoped) is made once for each invocation', async () => {
    let made = 0;

    @scoped(Lifecycle.ContainerScoped)
    class Unit {
      readonly number = ++made;
    }
    const world = virtualWorld();
    const handler = createHandler(asking(Unit), { providers: world.providers });
    expect((await runExecution(handler, world)).answer?.result).toEqual({ number: 1 });
    expect((await runExecution(handler, world, { awsRequestId: 'another' })).answer?.result).toEqual({
      number: 2,
    });
  });

  it('A dependency of a base class reaches a subclass that has no constructor', async () => {
    class Base {
      constructor(@inject(PSP) readonly psp: string) {}
    }

    class Middle extends Base {}

    @LongRunning(times)
    class Leaf extends Middle {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
      @OnComplete() end() {
        return this.psp;
      }
    }

    expect((await runJob(Leaf, { providers: [{ token: PSP, useValue: 'injected' }] })).answer?.result).toBe(
      'injected',
    );
  });
});

describe('a dependency that cannot be had', () => {
  it('A dependency that cannot be had is an InvalidJobError that names parameter and token, before anything runs', async () => {
    let calls = 0;

    @LongRunning(times)
    class Missing {
      constructor(
        @inject(PSP) readonly psp: unknown,
        @inject(LEDGER) readonly ledger: unknown,
      ) {}
      @Step() work() {
        calls += 1;
      }
      @Terminate() isDone() {
        calls += 1;
        return true;
      }
    }

    const { error } = await fail(Missing, [{ token: PSP, useValue: 1 }]);
    expect(error).toBeInstanceOf(InvalidJobError);
    expect(calls).toBe(0);
    expect(error.message).toBe(
      'Cannot inject the dependency "ledger" at position #1 of "Missing" constructor (token Symbol(LEDGER)): Attempted to resolve unregistered dependency token: "Symbol(LEDGER)"\n→ Provide the token: createHandler(Job, { providers: [{ token, useValue }] }), or register it in the container.',
    );
  });

  it('A dependency that cannot be had is named also when it is missing further down', async () => {
    @injectable()
    class Psp {
      constructor(@inject(LEDGER) readonly ledger: unknown) {}
    }
    const { error } = await fail(asking(PSP), [{ token: PSP, useClass: Psp }]);
    expect(error).toBeInstanceOf(InvalidJobError);
    expect(error.message).toContain('LEDGER');
    expect(error.message).toContain('PSP');
  });

  it('A dependency that cannot be had is typed also when one of ours is provided by a class that lacks something', async () => {
    @injectable()
    class Fancy {
      constructor(@inject(LEDGER) readonly ledger: unknown) {}
    }
    const { error } = await fail(asking(PSP), [
      { token: PSP, useValue: 1 },
      { token: LOGGER, useClass: Fancy },
    ]);
    expect(error).toBeInstanceOf(InvalidJobError);
    expect(error.message).toContain('LEDGER');
  });

  it.each<[string, () => Provided[]]>([
    [
      'two tokens that lead to each other',
      () => [
        { token: PSP, useToken: LEDGER },
        { token: LEDGER, useToken: PSP },
      ],
    ],
    [
      'two classes behind tokens that inject each other',
      () => {
        @injectable()
        class Psp {
          constructor(@inject(LEDGER) readonly ledger: unknown) {}
        }
        @injectable()
        class Ledger {
          constructor(@inject(PSP) readonly psp: unknown) {}
        }
        return [
          { token: PSP, useClass: Psp },
          { token: LEDGER, useClass: Ledger },
        ];
      },
    ],
    [
      'factories that resolve each other',
      () => [
        { token: PSP, useFactory: (scope) => scope.resolve(LEDGER as never) },
        { token: LEDGER, useFactory: (scope) => scope.resolve(PSP as never) },
      ],
    ],
  ])(
    'A dependency that cannot be had is typed when it is cyclic, quickly, with a short message: %s',
    async (_title, make) => {
      const { error, tookMs } = await fail(asking(PSP), make());
      expect(error).toBeInstanceOf(InvalidJobError);
      expect(error.message).toContain('it depends on itself');
      expect(error.message).toMatch(/PSP|LEDGER/);
      expect(error.message.length).toBeLessThan(1_000);
      expect(tookMs).toBeLessThan(1_000);
    },
  );

  it('A dependency that cannot be had is typed when classes inject each other without tokens', async () => {
    let Ledger: (new (...dependencies: unknown[]) => object) | undefined;
    @injectable()
    class Psp {
      constructor(@inject(Ledger as never) readonly ledger: unknown) {}
    }
    Ledger = class {
      constructor(readonly psp: unknown) {}
    } as never;
    const { error } = await fail(asking(Psp), []);
    expect(error).toBeInstanceOf(InvalidJobError);
    expect(error.message.length).toBeLessThan(1_000);
    expect(error.message).toContain('Psp');
  });

  it('A dependency that cannot be had is a fault when the handler is created, if a parameter has no token', () => {
    @LongRunning(times)
    class Unmarked {
      constructor(
        @inject(PSP) readonly psp: unknown,
        readonly ledger: unknown,
      ) {}
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }

    expect(() => createHandler(Unmarked)).toThrow(InvalidJobError);
    expect(() => createHandler(Unmarked)).toThrow('Constructor of class Unmarked: parameter 2 has no token');
  });

  it.each([
    ['an error', new Error('no connection')],
    ['null', null],
    ['a text', 'no connection'],
  ])(
    'A dependency that cannot be had is typed when the job’s own constructor throws %s, with the cause',
    async (_title, thrown) => {
      @LongRunning(times)
      class Throws {
        constructor() {
          throw thrown;
        }
        @Step() work() {}
        @Terminate() isDone() {
          return true;
        }
      }

      const { error } = await fail(Throws, []);
      expect(error).toBeInstanceOf(InvalidJobError);
      expect(error.cause ?? null).toBe(thrown);
      expect(error.message).toContain(
        `Constructor of class Throws failed: ${thrown instanceof Error ? 'no connection' : String(thrown)}`,
      );
    },
  );
});
