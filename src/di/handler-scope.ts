// As in injection.ts: before tsyringe.
import 'reflect-metadata';
import { type DependencyContainer, container as globalContainer, type InjectionToken } from 'tsyringe';
import { InvalidJobError, type JobFault } from '../errors';
import type { JobPlan } from '../runtime/core/execution/job-plan';
import { type Provider, WatchedContainer } from './container';
import { type DependencyRoots, findDependencyFaults } from './find-dependency-faults';
import { checkHandlerOptions } from './find-option-faults';
import { describeInjection, describeResolution, makeInjectable } from './injection';

/** Where a handler's dependencies come from. */
export interface HandlerScopeOptions {
  /** The user's container; never written. @defaultValue tsyringe's global one, never written either */
  readonly container?: DependencyContainer;
  readonly providers?: readonly Provider[];
}

/** The dependencies of one handler. Each invocation gets a child container of its own. */
export class HandlerScope {
  readonly #container: DependencyContainer;
  readonly #faults: JobFault[];
  readonly #refused = new Set<unknown>();

  constructor(options: HandlerScopeOptions) {
    const { container, providers, faults } = checkHandlerOptions(options);
    this.#faults = faults;
    this.#container = (
      (container as DependencyContainer | undefined) ?? globalContainer
    ).createChildContainer();
    for (const { token, options: registration, ...provider } of providers as readonly Provider[]) {
      try {
        this.#container.register(token, provider as never, registration as never);
      } catch (error) {
        this.#refused.add(token);
        this.#faults.push(describeResolution(token, error));
      }
    }
  }

  /** Whether somebody, the handler's providers or the user's container, provides this token. */
  provides(token: InjectionToken): boolean {
    return this.#container.isRegistered(token, true);
  }

  /** Everything that is wrong with the options, and every dependency that cannot be resolved. */
  findFaults({ isGiven, ...roots }: DependencyRoots): JobFault[] {
    const isKnown = (token: unknown) => isGiven(token) || this.#refused.has(token);
    return [...this.#faults, ...findDependencyFaults(this.#container, { ...roots, isGiven: isKnown })];
  }

  /** Opens the scope of one invocation. */
  openInvocation(jobName: string): InvocationScope {
    return new InvocationScope(new WatchedContainer(this.#container), jobName);
  }
}

/** The dependencies of one invocation. */
export class InvocationScope {
  readonly #watched: WatchedContainer;
  readonly #jobName: string;
  readonly #jobs = new WeakSet<object>();

  constructor(watched: WatchedContainer, jobName: string) {
    this.#watched = watched;
    this.#jobName = jobName;
  }

  /** Whether somebody provides this token. */
  provides(token: InjectionToken): boolean {
    return this.#watched.container.isRegistered(token, true);
  }

  /**
   * What is provided for a token, or the default when nobody provides it.
   *
   * @throws InvalidJobError when what is provided lacks a dependency of its own.
   */
  resolve<Value>(token: InjectionToken<Value>, createDefault: () => Value): Value {
    if (!this.provides(token)) return createDefault();
    try {
      return this.#watched.resolve(token);
    } catch (cause) {
      throw new InvalidJobError(this.#jobName, [describeResolution(token, cause)], cause);
    }
  }

  /** Lets the defaults be injected under their tokens, where nobody provides these. */
  offer(defaults: ReadonlyMap<InjectionToken, unknown>): void {
    for (const [token, value] of defaults) {
      if (!this.provides(token)) this.#watched.container.register(token, { useValue: value });
    }
  }

  /**
   * Makes a job with its dependencies.
   *
   * @throws InvalidJobError naming token and parameter when a dependency is missing or cyclic.
   */
  construct({ jobClass, name }: Pick<JobPlan, 'jobClass' | 'name'>): object {
    try {
      const job = this.#watched.resolve<object>(makeInjectable(jobClass));
      this.#jobs.add(job);
      return job;
    } catch (cause) {
      throw new InvalidJobError(name, [describeInjection(jobClass, cause)], cause);
    }
  }

  /**
   * Disposes what was constructed for this invocation alone: no singleton or what it holds, nothing that was given or made by a factory.
   * Nor the job, which has hooks. Calls every `dispose` at once, whatever another one throws.
   *
   * @returns a promise for what went wrong; undefined when there was nothing to dispose.
   */
  dispose(): Promise<readonly unknown[]> | undefined {
    const own = this.#watched.listOwn().filter((instance) => !this.#jobs.has(instance));
    if (own.length === 0) return undefined;
    const endings = own.map(async (instance) => instance.dispose());
    return Promise.allSettled(endings).then((settled) =>
      settled.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])),
    );
  }
}
