import type {
  ClassProvider,
  DependencyContainer,
  FactoryProvider,
  InjectionToken,
  RegistrationOptions,
  TokenProvider,
  ValueProvider,
} from 'tsyringe';

/** Where a factory of our own keeps the tokens that it resolves: it hides nothing, and it keeps nothing. */
export const resolvesKey = Symbol.for('lambda-baton.resolves');

/** What is registered for a token, as tsyringe keeps it. */
export interface Registration {
  readonly provider: {
    readonly useValue?: unknown;
    readonly useClass?: unknown;
    readonly useFactory?: unknown;
    readonly useToken?: InjectionToken;
  };
  /** Of a singleton, or of one in its own container; there once it has been made. */
  readonly instance?: unknown;
}

/** What tsyringe keeps of a container and has no method for. All of it optional: another version may keep it elsewhere. */
interface ContainerParts {
  readonly parent?: ContainerParts;
  readonly _registry?: { readonly _registryMap?: ReadonlyMap<unknown, readonly Registration[]> };
  readonly disposables?: ReadonlySet<{ dispose(): unknown }>;
}

/** The containers from this one up, as their parts. */
function* climb(container: DependencyContainer): Iterable<ContainerParts> {
  for (
    let parts: ContainerParts | undefined = container as unknown as ContainerParts;
    parts;
    parts = parts.parent
  )
    yield parts;
}

/** Whether registrations can be looked at. */
export function isReadable(container: DependencyContainer): boolean {
  return (container as unknown as ContainerParts)._registry?._registryMap instanceof Map;
}

/** What the nearest container that knows the token has for it; the last one counts. */
export function findRegistrations(container: DependencyContainer, token: unknown): readonly Registration[] {
  for (const { _registry } of climb(container)) {
    const registrations = _registry?._registryMap?.get(token);
    if (registrations !== undefined && registrations.length > 0) return registrations;
  }
  return [];
}

/** The tokens that a factory says it resolves; undefined for one that cannot be looked into. */
export function readResolved(factory: unknown): readonly InjectionToken[] | undefined {
  return (factory as { readonly [resolvesKey]?: readonly InjectionToken[] } | undefined)?.[resolvesKey];
}

/** What containers above this one keep: singletons, and what is scoped to one of them. */
function listInstancesAbove(container: DependencyContainer): unknown[] {
  const [, ...above] = climb(container);
  return above.flatMap(({ _registry }) =>
    [...(_registry?._registryMap?.values() ?? [])].flat().map(({ instance }) => instance),
  );
}

/** The instances that the container has constructed and that can be disposed, in the order in which they were made. */
function listDisposables(container: DependencyContainer): readonly { dispose(): unknown }[] {
  return [...((container as unknown as ContainerParts).disposables ?? [])];
}

/** Begins the message of a cycle that was found; what follows is the way round. */
export const cycleMark = 'circular dependency: ';

/** One resolution under way. */
interface Resolution {
  readonly token: InjectionToken;
  readonly dependencies: object[];
}

type Resolve = (token: InjectionToken, ...rest: unknown[]) => unknown;

/**
 * A container of our own that refuses dependencies which lead back to themselves, and knows what it has made for whom.
 *
 * tsyringe follows a cycle until the call stack ends, and then writes a message for each level into the next: minutes, and a gigabyte.
 * And its own `dispose` takes singletons of the containers above with it, when it was this one that made them.
 */
export class WatchedContainer {
  readonly container: DependencyContainer;
  readonly #underWay: Resolution[] = [];
  /** What was injected into whom. */
  readonly #dependencies = new WeakMap<object, object[]>();
  /** What was made by a factory, or for one: it may keep it. */
  readonly #ofFactories: object[] = [];
  readonly #made = new Set<{ dispose(): unknown }>();

  constructor(parent: DependencyContainer) {
    this.container = parent.createChildContainer();
    // What a container resolves it resolves through its own methods, synchronously: so a list of what is under way will do.
    for (const method of ['resolve', 'resolveAll'] as const) {
      const original = this.container[method].bind(this.container) as unknown as Resolve;
      const watched: Resolve = (token, ...rest) =>
        this.#watch(token, () => original(token, ...rest), method === 'resolve');
      Object.assign(this.container, { [method]: watched });
    }
  }

  /** Resolves for an invocation: what is made meanwhile is the invocation's. What a proxy of `delay` makes later is not. */
  resolve<Value>(token: InjectionToken<Value>): Value {
    const before = new Set(listDisposables(this.container));
    try {
      return this.container.resolve(token);
    } finally {
      for (const instance of listDisposables(this.container))
        if (!before.has(instance)) this.#made.add(instance);
    }
  }

  /** What has to be disposed with this container, the last one first: nothing that a singleton or a factory may still hold. */
  listOwn(): readonly { dispose(): unknown }[] {
    if (this.#made.size === 0) return [];
    const kept = new Set([...listInstancesAbove(this.container), ...this.#ofFactories].filter(isObject));
    // A set is walked through to what is added meanwhile.
    for (const instance of kept)
      for (const dependency of this.#dependencies.get(instance) ?? []) kept.add(dependency);
    return [...this.#made].filter((instance) => !kept.has(instance)).reverse();
  }

  #watch(token: InjectionToken, resolve: () => unknown, isSingle: boolean): unknown {
    const start = isSingle ? this.#underWay.findIndex((resolution) => resolution.token === token) : -1;
    const way = [...this.#underWay.slice(start), { token }].map((resolution) => nameToken(resolution.token));
    if (start >= 0) throw new Error(cycleMark + way.join(' → '));
    const resolution: Resolution = { token, dependencies: [] };
    this.#underWay.push(resolution);
    try {
      return this.#note(resolution, resolve());
    } finally {
      this.#underWay.pop();
    }
  }

  #note({ token, dependencies }: Resolution, resolved: unknown): unknown {
    const isOfFactory = findRegistrations(this.container, token).some(
      ({ provider: { useFactory } }) => useFactory !== undefined && readResolved(useFactory) === undefined,
    );
    const results = (Array.isArray(resolved) ? resolved : [resolved]).filter(isObject);
    if (isOfFactory) this.#ofFactories.push(...results, ...dependencies);
    for (const result of results) {
      this.#dependencies.set(result, [...(this.#dependencies.get(result) ?? []), ...dependencies]);
    }
    this.#underWay.at(-2)?.dependencies.push(...results);
    return resolved;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A token as it is shown to people: a class by its name. Takes what tsyringe keeps for a parameter too. */
export function nameToken(parameter: unknown): string {
  const token =
    typeof parameter === 'object' && parameter !== null && 'token' in parameter ? parameter.token : parameter;
  return typeof token === 'function' ? token.name : String(token);
}

/** A collaborator or dependency for one handler: a token, and a value, class, factory or other token, as tsyringe takes them. */
export type Provider<Value = unknown> = {
  readonly token: InjectionToken<Value>;
  readonly options?: RegistrationOptions;
} & (ClassProvider<Value> | FactoryProvider<Value> | TokenProvider<Value> | ValueProvider<Value>);
