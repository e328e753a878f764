import { type DependencyContainer, container as globalContainer, type InjectionToken } from 'tsyringe';
import { InvalidJobError } from '../errors';
import type { JobClass } from '../runtime/core/job-plan';
import { describeInjection, describeResolution, findUnmarkedParameters, makeInjectable } from './injection';
import type { Provider } from './provider';
import { refuseCircles } from './refuse-circles';

/** Where a handler's dependencies come from. */
export interface HandlerScopeOptions {
  /** The user's container; never written. @defaultValue tsyringe's global one, never written either */
  readonly container?: DependencyContainer;
  readonly providers?: readonly Provider[];
}

/** The dependencies of one handler. Each invocation gets a child container of its own. */
export class HandlerScope {
  readonly #container: DependencyContainer;
  readonly #jobName: string;

  /** @throws InvalidJobError when providers lead to each other in a circle. */
  constructor({ container = globalContainer, providers = [] }: HandlerScopeOptions, jobName: string) {
    this.#container = refuseCircles(container.createChildContainer());
    this.#jobName = jobName;
    for (const { token, options, ...provider } of providers) {
      this.#explain(token, () => this.#container.register(token, provider as never, options as never));
    }
  }

  /** Whether somebody, the handler's providers or the user's container, provides this token. */
  provides(token: InjectionToken): boolean {
    return this.#container.isRegistered(token, true);
  }

  /**
   * What is provided for a token, or the default when nobody provides it.
   *
   * @throws InvalidJobError when what is provided lacks a dependency of its own.
   */
  resolve<Value>(token: InjectionToken<Value>, createDefault: () => Value): Value {
    return this.provides(token) ? this.#explain(token, () => this.#container.resolve(token)) : createDefault();
  }

  /** Opens the scope of one invocation, in which the given collaborators can be injected too. */
  openInvocation(collaborators: ReadonlyMap<InjectionToken, unknown>): InvocationScope {
    const container = refuseCircles(this.#container.createChildContainer());
    for (const [token, value] of collaborators) {
      if (!this.provides(token)) container.register(token, { useValue: value });
    }
    return new InvocationScope(container);
  }

  #explain<Result>(token: InjectionToken, act: () => Result): Result {
    try {
      return act();
    } catch (cause) {
      throw new InvalidJobError(this.#jobName, [describeResolution(token, cause)], cause);
    }
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
