import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { findRegistrations, listDisposables, listInstancesAbove, readResolved } from './container-parts';
import { nameToken } from './name-token';

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
