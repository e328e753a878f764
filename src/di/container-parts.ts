import type { DependencyContainer, InjectionToken } from 'tsyringe';

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
export function listInstancesAbove(container: DependencyContainer): unknown[] {
  const [, ...above] = climb(container);
  return above.flatMap(({ _registry }) =>
    [...(_registry?._registryMap?.values() ?? [])].flat().map(({ instance }) => instance),
  );
}

/** The instances that the container has constructed and that can be disposed, in the order in which they were made. */
export function listDisposables(container: DependencyContainer): readonly { dispose(): unknown }[] {
  return [...((container as unknown as ContainerParts).disposables ?? [])];
}
