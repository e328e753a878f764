import {
  container,
  delay,
  injectAll,
  injectable,
  inject as injectByTsyringe,
  Lifecycle,
  singleton,
} from 'tsyringe';
import {
  CHECKPOINT_STORE,
  createHandler,
  InvalidJobError,
  inject,
  LOGGER,
  LongRunning,
  PRICES,
  Step,
  Terminate,
} from '../../../src';
import { callHandler } from '../../helpers/call-handler';
import { virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };
const MAILER = Symbol('MAILER');
const DATABASE = Symbol('DATABASE');

type Options = NonNullable<Parameters<typeof createHandler>[1]>;

/** A job into which these tokens are injected. */
function asking(...injected: unknown[]) {
  class Plain {
    @Step() work() {}
    @Terminate() isDone() {
      return true;
    }
  }
  class Asking extends Plain {
    constructor(_first: unknown) {
      super();
    }
  }
  const jobClass = injected.length === 0 ? class Asking extends Plain {} : Asking;
  for (const [index, token] of injected.entries()) inject(token as symbol)(jobClass, undefined, index);
  LongRunning({ ...times, name: 'asking' })(jobClass as never);
  return jobClass as unknown as Parameters<typeof createHandler>[0];
}

/** What createHandler throws. */
function refuse(jobClass: unknown, options?: unknown): InvalidJobError {
  try {
    createHandler(jobClass as never, options as Options);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidJobError);
    return error as InvalidJobError;
  }
  throw new Error('the handler was created');
}

function problems(jobClass: unknown, options?: unknown): string[] {
  return refuse(jobClass, options).details.faults.map(({ problem }) => problem);
}

let made = 0;
class Counted {
  constructor() {
    made += 1;
  }
}

@injectable()
class Repository {
  constructor(@inject(DATABASE) readonly url: string) {}
}
class Unmarked {
  constructor(readonly name: string) {}
}
class ForgottenMark {
  constructor(@inject(MAILER) readonly mailer: unknown) {}
}

describe('createHandler finds without constructing anything', () => {
  it.each<[string, unknown, string]>([
    [
      'a token that nobody provides',
      MAILER,
      'Cannot inject the dependency "_first" at position #0 of "Asking" constructor (token Symbol(MAILER)): Attempted to resolve unregistered dependency token: "Symbol(MAILER)"',
    ],
    [
      'a token that is undefined, because two files import each other',
      undefined,
      'Cannot inject the dependency "_first" at position #0 of "Asking" constructor: what it injects is undefined',
    ],
    [
      'a class whose own dependency nobody provides',
      Repository,
      'Cannot inject the dependency "url" at position #0 of "Repository" constructor (token Symbol(DATABASE), on the way from Repository): Attempted to resolve unregistered dependency token: "Symbol(DATABASE)"',
    ],
    [
      'a class without @injectable',
      Unmarked,
      'Cannot inject the dependency "_first" at position #0 of "Asking" constructor (token Unmarked): TypeInfo not known for "Unmarked"',
    ],
    [
      'a class with @inject and without @injectable',
      ForgottenMark,
      'Cannot inject the dependency "_first" at position #0 of "Asking" constructor (token ForgottenMark): TypeInfo not known for "ForgottenMark"',
    ],
  ])('createHandler finds without constructing anything %s', (_title, token, problem) => {
    expect(problems(asking(token))).toEqual([problem]);
  });

  it('createHandler finds without constructing anything what is missing behind a provided class, another token, and a list', () => {
    const providers = [
      { token: 'class', useClass: Repository },
      { token: 'token', useToken: MAILER },
    ];
    @injectable()
    class Lists {
      constructor(@injectAll('nothing') readonly all: unknown[]) {}
    }
    const found = problems(asking('class', 'token', Lists), { providers });
    expect(found).toHaveLength(3);
    expect(found[0]).toContain('Symbol(DATABASE), on the way from class');
    expect(found[1]).toBe(
      'Token token cannot be resolved: Attempted to resolve unregistered dependency token: "Symbol(MAILER)"',
    );
    expect(found[2]).toContain('"nothing"');
  });

  it('createHandler finds without constructing anything what a collaborator of ours lacks', () => {
    @injectable()
    class Fancy {
      constructor(@inject(DATABASE) readonly url: string) {}
    }
    expect(problems(asking(), { providers: [{ token: LOGGER, useClass: Fancy }] })).toEqual([
      expect.stringContaining('(token Symbol(DATABASE), on the way from Symbol(lambda-baton.LOGGER))'),
    ]);
  });

  it('createHandler finds without constructing anything a cycle, and says which way it goes', () => {
    @injectable()
    class One {
      constructor(@inject(MAILER) readonly other: unknown) {}
    }
    @injectable()
    class Other {
      constructor(@inject(One) readonly one: unknown) {}
    }
    expect(problems(asking(MAILER), { providers: [{ token: MAILER, useClass: Other }] })).toEqual([
      expect.stringMatching(/: it depends on itself: Symbol\(MAILER\) → One → Symbol\(MAILER\)$/),
    ]);
  });

  it('createHandler finds without constructing anything two tokens that lead to each other, once', () => {
    const providers = [
      { token: MAILER, useToken: DATABASE },
      { token: DATABASE, useToken: MAILER },
    ];
    expect(problems(asking(MAILER), { providers })).toEqual([
      expect.stringContaining('it depends on itself'),
    ]);
  });

  it('createHandler finds without constructing anything each of them once, however many depend on it, all together with what is wrong with the definition and the environment', () => {
    class Faulty {
      constructor(
        readonly first: unknown,
        readonly second: unknown,
        readonly third: unknown,
      ) {}
    }
    for (const [index, token] of [Repository, Repository, MAILER].entries())
      inject(token as symbol)(Faulty, undefined, index);
    LongRunning({ safeMs: 1_000, intervalMs: 2_000 })(Faulty);
    process.env.BATON_LOG_LEVEL = 'loud';
    const found = problems(Faulty, { provider: [] });
    delete process.env.BATON_LOG_LEVEL;
    for (const part of [
      'intervalMs',
      '@Terminate',
      '@Step',
      'BATON_LOG_LEVEL',
      'provider is not an option',
      'MAILER',
      'DATABASE',
    ]) {
      expect(found.filter((problem) => problem.includes(part))).toHaveLength(1);
    }
  });
});

describe('createHandler accepts', () => {
  const create = (injected: unknown[], options?: unknown) =>
    createHandler(asking(...injected) as never, options as Options);

  it('createHandler accepts what can be had, and constructs none of it: a singleton of the user’s is made when it is first needed', async () => {
    made = 0;
    @singleton()
    class Alone extends Counted {}
    const mine = container.createChildContainer();
    mine.registerSingleton('one', Counted);
    const world = virtualWorld();
    const providers = [
      ...world.providers,
      { token: 'two', useClass: Counted, options: { lifecycle: Lifecycle.Singleton } },
      { token: 'three', useFactory: () => new Counted() },
    ];
    const handler = create([Alone, 'one', 'two', 'three', Counted], { container: mine, providers });
    expect(made).toBe(0);
    await callHandler(handler, world, {});
    expect(made).toBe(5);
  });

  it('createHandler accepts what a factory would resolve: it cannot be looked into', () => {
    expect(() =>
      create(['made'], {
        providers: [
          { token: 'made', useFactory: (scope: never) => (scope as typeof container).resolve(MAILER) },
        ],
      }),
    ).not.toThrow();
  });

  it('createHandler accepts an optional dependency that nobody provides', () => {
    @LongRunning(times)
    class Optional {
      constructor(@injectByTsyringe(MAILER, { isOptional: true }) readonly mailer?: unknown) {}
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(() => createHandler(Optional)).not.toThrow();
  });

  it('createHandler accepts a cycle that is broken by delay', () => {
    @injectable()
    class One {
      constructor(@inject(delay(() => Other)) readonly other: unknown) {}
    }
    @injectable()
    class Other {
      constructor(@inject(One) readonly one: unknown) {}
    }
    expect(() => create([Other])).not.toThrow();
  });

  it('createHandler accepts a class that it has met already', () => {
    @injectable()
    class User {
      constructor(
        @inject(Counted) readonly one: unknown,
        @inject(Counted) readonly two: unknown,
      ) {}
    }
    expect(() => create([User, Counted, User])).not.toThrow();
  });

  it('createHandler accepts our own defaults, the store only when there is one', () => {
    expect(() => create([LOGGER, PRICES])).not.toThrow();
    expect(problems(asking(CHECKPOINT_STORE))).toEqual([expect.stringContaining('CHECKPOINT_STORE')]);
    process.env.BATON_DIRECTORY = '/tmp/anywhere';
    expect(() => create([CHECKPOINT_STORE])).not.toThrow();
    delete process.env.BATON_DIRECTORY;
  });
});

describe('The options of createHandler', () => {
  const symbol = Symbol('ANY');
  it.each<[string, unknown, string]>([
    [
      'null',
      null,
      'createHandler: the options (null) must be a plain object that can be read.\n→ Write createHandler(Job, { providers: [{ token, useValue }] }).',
    ],
    ['a list', [], 'createHandler: the options (a list) must be a plain object that can be read.'],
    [
      'a container in place of the options',
      container,
      'createHandler: the options (an object) must be a plain object that can be read.',
    ],
    [
      'options that cannot be read',
      {
        get providers(): never {
          throw new Error('not yet');
        },
      },
      'createHandler: the options (an object) must be a plain object that can be read.',
    ],
    [
      'a misspelt name',
      { provider: [] },
      'createHandler: provider is not an option; did you mean providers?\n→ Write providers in place of provider.',
    ],
    [
      'a name that does not exist',
      { timeoutMs: 1 },
      'createHandler: timeoutMs is not an option.\n→ Remove it, or use one of container, providers.',
    ],
    [
      'a container that is none',
      { container: {} },
      'createHandler: container (an object) is no container of tsyringe.',
    ],
    [
      'a container that is null',
      { container: null },
      'createHandler: container (null) is no container of tsyringe.',
    ],
    ['providers that are no list', { providers: {} }, 'createHandler: providers (an object) must be a list.'],
    [
      'a provider that is none',
      { providers: [undefined] },
      'createHandler: providers[0]: undefined is no provider.',
    ],
    [
      'a provider whose token is undefined',
      { providers: [{ token: undefined, useValue: 1 }] },
      'createHandler: providers[0]: its token is undefined.\n→ Give a symbol, a text or a class; an import that is undefined comes from two files that import each other.',
    ],
    [
      'a provider of nothing',
      { providers: [{ token: symbol }] },
      'createHandler: providers[0]: the provider of Symbol(ANY): provides nothing.',
    ],
    [
      'a value that is undefined',
      { providers: [{ token: symbol, useValue: undefined }] },
      'createHandler: providers[0]: the provider of Symbol(ANY): useValue is undefined.',
    ],
    [
      'a misspelt way',
      { providers: [{ token: symbol, usevalue: 1 }] },
      'createHandler: providers[0]: usevalue is not an option; did you mean useValue?',
    ],
    [
      'two ways',
      { providers: [{ token: symbol, useValue: 1, useClass: Counted }] },
      'createHandler: providers[0]: the provider of Symbol(ANY) has useValue and useClass.',
    ],
    [
      'a class that is none',
      { providers: [{ token: symbol, useClass: new Counted() }] },
      'createHandler: providers[0]: the provider of Symbol(ANY): useClass is an object.',
    ],
    [
      'a factory that is none',
      { providers: [{ token: symbol, useFactory: 1 }] },
      'createHandler: providers[0]: the provider of Symbol(ANY): useFactory is 1.',
    ],
    [
      'another token that is none',
      { providers: [{ token: symbol, useToken: 1 }] },
      'createHandler: providers[0]: the provider of Symbol(ANY): useToken is 1.',
    ],
    [
      'a logger that lacks a method',
      { providers: [{ token: LOGGER, useValue: { debug() {}, info() {}, error() {} } }] },
      'createHandler: providers[0]: the provider of Symbol(lambda-baton.LOGGER) cannot warn.',
    ],
    ['a logger that is null', { providers: [{ token: LOGGER, useValue: null }] }, 'useValue is null'],
    [
      'a lifecycle that does not go with a value',
      { providers: [{ token: symbol, useValue: 1, options: { lifecycle: Lifecycle.Singleton } }] },
      'Token Symbol(ANY) cannot be resolved: Cannot use lifecycle "Singleton" with ValueProviders or FactoryProviders',
    ],
  ])('The options of createHandler refuse %s', (_title, options, message) => {
    const { details, message: whole } = refuse(asking(), options);
    expect(details.faults).toHaveLength(1);
    expect(whole).toContain(message);
  });

  it('The options of createHandler tell every fault', () => {
    const options = { provider: [], container: 1, providers: [{ token: LOGGER, useValue: 1 }, null] };
    expect(refuse(asking(), options).details.faults).toHaveLength(4);
  });

  it.each([
    ['nothing', undefined],
    ['an empty object', {}],
    ['undefined for each', { container: undefined, providers: undefined }],
    ['one without a prototype', Object.assign(Object.create(null), { providers: [] })],
  ])('The options of createHandler may be %s', (_title, options) => {
    expect(() => createHandler(asking(), options as Options)).not.toThrow();
  });
});
