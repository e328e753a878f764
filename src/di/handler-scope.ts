import { type DependencyContainer, container as globalContainer, type InjectionToken } from 'tsyringe';
import { InvalidJobError } from '../errors';
import type { JobClass } from '../runtime/core/job-plan';
import { describeInjection, findUnmarkedParameters, makeInjectable } from './injection';
import type { Provider } from './provider';

/** Where a handler's dependencies come from. */
export interface HandlerScopeOptions {
  /** The user's container; never written. @defaultValue tsyringe's global one, never written either */
  readonly container?: DependencyContainer;
  readonly providers?: readonly Provider[];
}

/** The dependencies of one handler. Each invocation gets a child container of its own. */
export class HandlerScope {
  readonly #container: DependencyContainer;

  constructor({ container = globalContainer, providers = [] }: HandlerScopeOptions) {
    this.#container = container.createChildContainer();
    for (const { token, options, ...provider } of providers) {
      this.#container.register(token, provider as never, options as never);
    }
  }

  /** Whether somebody, the handler's providers or the user's container, provides this token. */
  provides(token: InjectionToken): boolean {
    return this.#container.isRegistered(token, true);
  }

  /** What is provided for a token, or the default when nobody provides it. */
  resolve<Value>(token: InjectionToken<Value>, createDefault: () => Value): Value {
    return this.provides(token) ? this.#container.resolve(token) : createDefault();
  }

  /** Opens the scope of one invocation, in which the given collaborators can be injected too. */
  openInvocation(collaborators: ReadonlyMap<InjectionToken, unknown>): InvocationScope {
    const container = this.#container.createChildContainer();
    for (const [token, value] of collaborators) {
      if (!this.provides(token)) container.register(token, { useValue: value });
    }
    return new InvocationScope(container);
  }
}

/** The dependencies of one invocation. */
export class InvocationScope {
  readonly #container: DependencyContainer;

  constructor(container: DependencyContainer) {
    this.#container = container;
  }

  /**
   * Makes a job with its dependencies.
   *
   * @throws InvalidJobError naming token and parameter when a dependency is missing or cyclic.
   */
  construct(jobClass: JobClass, jobName: string): object {
    try {
      return this.#container.resolve<object>(makeInjectable(jobClass));
    } catch (cause) {
      throw new InvalidJobError(jobName, [describeInjection(jobClass, cause)], cause);
    }
  }
}

/** @throws InvalidJobError when a constructor parameter has no token: it could never be resolved. */
export function checkParameters(jobClass: JobClass, jobName: string): void {
  const faults = findUnmarkedParameters(jobClass);
  if (faults.length > 0) throw new InvalidJobError(jobName, faults);
}
