import type { DependencyContainer, InjectionToken } from 'tsyringe';
import type { JobFault } from '../errors';
import type { JobClass } from '../runtime/core/execution/job-plan';
import {
  cycleMark,
  findRegistrations,
  isReadable,
  nameToken,
  type Registration,
  readResolved,
} from './container';
import {
  describeReason,
  findDeclaring,
  isDelayed,
  nameParameter,
  type Parameter,
  readClassParameters,
  readDependency,
  readJobParameters,
  undefinedMark,
} from './injection';

type Class = (new (...args: unknown[]) => unknown) & { readonly name: string };

/** Where a walk over dependencies begins, and where it may end. */
export interface DependencyRoots {
  readonly jobClasses: readonly JobClass[];
  /** Tokens that the runtime itself will resolve. */
  readonly collaborators: readonly InjectionToken[];
  /** Tokens that need no registration: each invocation has a default for them, or they are a fault already. */
  readonly isGiven: (token: unknown) => boolean;
}

/**
 * Finds every dependency that cannot be resolved: missing ones, undefined ones, cycles, and classes without `@injectable`.
 * Looks at what is registered and constructs nothing. What a factory resolves shows only when it is called.
 */
export function findDependencyFaults(container: DependencyContainer, roots: DependencyRoots): JobFault[] {
  return new DependencyWalk(container, roots).walk();
}

class DependencyWalk {
  readonly #container: DependencyContainer;
  readonly #roots: DependencyRoots;
  readonly #faults: JobFault[] = [];
  readonly #way: unknown[] = [];
  readonly #seenTokens = new Set<unknown>();
  readonly #seenClasses = new Set<unknown>();

  constructor(container: DependencyContainer, roots: DependencyRoots) {
    this.#container = container;
    this.#roots = roots;
  }

  walk(): JobFault[] {
    const { jobClasses, collaborators } = this.#roots;
    for (const jobClass of jobClasses) this.#visitJob(jobClass);
    for (const token of collaborators) {
      if (findRegistrations(this.#container, token).length > 0)
        this.#visitToken(token, `Token ${nameToken(token)} cannot be resolved`);
    }
    return this.#faults;
  }

  #visitJob(jobClass: JobClass): void {
    const declaring = findDeclaring(jobClass);
    const parameters = readJobParameters(jobClass);
    for (let index = 0; index < Math.max(declaring.length, parameters.length); index += 1) {
      if (parameters[index] === undefined) this.#addUnmarked(jobClass, index);
      else this.#visitParameter(jobClass as Class, String(declaring), index, parameters[index]);
    }
  }

  #visitParameter(target: Class, source: string, index: number, parameter: Parameter): void {
    const { token, transform, isMultiple, isOptional } = readDependency(parameter);
    const place = nameParameter(target, source, index);
    if (transform !== undefined) this.#visitToken(transform, `${place} (transform ${nameToken(transform)})`);
    const from = this.#way.length === 0 ? '' : `, on the way from ${nameToken(this.#way[0])}`;
    if (token === undefined || token === null) this.#add(`${place}${from}`, undefinedMark);
    else this.#visitToken(token, `${place} (token ${nameToken(token)}${from})`, { isMultiple, isOptional });
  }

  #visitToken(
    token: unknown,
    place: string,
    options: { isMultiple?: boolean; isOptional?: boolean } = {},
  ): void {
    const start = this.#way.indexOf(token);
    if (isDelayed(token)) this.#visitDelayed(token);
    else if (start >= 0)
      this.#add(place, cycleMark + [...this.#way.slice(start), token].map(nameToken).join(' → '));
    else if (!this.#seenTokens.has(token)) this.#visitNewToken(token, place, options);
  }

  #visitNewToken(token: unknown, place: string, { isMultiple = false, isOptional = false }): void {
    const registrations = findRegistrations(this.#container, token);
    if (registrations.length === 0 && typeof token !== 'function') {
      const isKnown = isOptional || this.#roots.isGiven(token) || !isReadable(this.#container);
      if (!isKnown)
        this.#add(place, `Attempted to resolve unregistered dependency token: "${String(token)}"`);
      return;
    }
    this.#way.push(token);
    if (registrations.length === 0) this.#visitClass(token as Class, place);
    for (const registration of registrations.slice(isMultiple ? 0 : -1))
      this.#visitRegistration(token, registration, place);
    this.#way.pop();
    this.#seenTokens.add(token);
  }

  #visitRegistration(token: unknown, { provider }: Registration, place: string): void {
    if (provider.useToken !== undefined)
      this.#visitToken(provider.useToken, `Token ${nameToken(token)} cannot be resolved`);
    else if (typeof provider.useClass === 'function') this.#visitClass(provider.useClass as Class, place);
    else if (isDelayed(provider.useClass)) this.#visitDelayed(provider.useClass);
    else for (const resolved of readResolved(provider.useFactory) ?? []) this.#visitToken(resolved, place);
  }

  #visitClass(target: Class, place: string): void {
    if (this.#seenClasses.has(target)) return;
    this.#seenClasses.add(target);
    if (target.length > 0 && !this.#isInjectable(target)) {
      this.#add(place, `TypeInfo not known for "${target.name}"`);
      return;
    }
    const parameters = readClassParameters(target);
    // What has no token at all is left out by tsyringe: an optional parameter.
    for (const index of parameters.keys()) {
      if (index in parameters) this.#visitParameter(target, String(target), index, parameters[index]);
    }
  }

  /** One side of a cycle, broken on purpose: it is resolved later, from no one's constructor. */
  #visitDelayed(delayed: { wrap(): unknown }): void {
    const target = unwrap(delayed);
    if (typeof target !== 'function') return;
    const way = this.#way.splice(0);
    this.#visitToken(target, `Cannot inject ${target.name}, which is delayed`);
    this.#way.push(...way);
  }

  /**
   * Whether tsyringe knows what the constructor takes. It keeps that to itself, so it is asked: the constructor has parameters,
   * so it is not called before the first one is resolved, and none is.
   */
  #isInjectable(target: Class): boolean {
    const probe = this.#container.createChildContainer();
    const token = Symbol('probe');
    probe.register(token, { useClass: target as never });
    const resolve = probe.resolve.bind(probe);
    const stop = () => {
      throw new Error(token.description);
    };
    Object.assign(probe, { resolve: stop, resolveAll: stop });
    try {
      resolve(token);
      return true;
    } catch (error) {
      return !(error instanceof Error && error.message.startsWith('TypeInfo not known'));
    }
  }

  #addUnmarked(jobClass: JobClass, index: number): void {
    this.#faults.push({
      problem: `Constructor of class ${jobClass.name}: parameter ${index + 1} has no token, so nothing can be injected.`,
      fix: 'Write @inject(TOKEN) before it; inject is exported by lambda-baton.',
    });
  }

  #add(place: string, reason: string): void {
    this.#faults.push(describeReason(place, reason, reason.startsWith(cycleMark)));
  }
}

function unwrap(delayed: { wrap(): unknown }): { readonly name: string } | undefined {
  try {
    return delayed.wrap() as { readonly name: string };
  } catch {
    return undefined;
  }
}
