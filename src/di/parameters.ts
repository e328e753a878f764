import type { JobClass } from '../runtime/core/execution/job-plan';
import { nameToken } from './name-token';

/** The metadata keys under which tsyringe and TypeScript keep constructor parameters. */
const tokensKey = 'injectionTokens';
export const typesKey = 'design:paramtypes';

/** One constructor parameter as tsyringe keeps it: a token, one of `delay`, or an object that holds one; undefined without any. */
export type Parameter = unknown;

/** What is injected for a parameter. */
export interface Dependency {
  /** Undefined when the parameter has a decorator, but was given nothing. */
  readonly token: unknown;
  readonly isMultiple: boolean;
  readonly isOptional: boolean;
  /** The class that makes something else of it. */
  readonly transform: unknown;
}

/** Reads what is injected for a parameter. */
export function readDependency(parameter: Parameter): Dependency {
  if (typeof parameter !== 'object' || parameter === null || !('token' in parameter)) {
    return { token: parameter, isMultiple: false, isOptional: false, transform: undefined };
  }
  const { token, multiple, isOptional, transform } = parameter as Record<string, unknown>;
  return { token, isMultiple: multiple === true, isOptional: isOptional === true, transform };
}

/** The nearest class up from this one that says what its constructor takes. */
export function findDeclaring(jobClass: JobClass): JobClass {
  for (
    let current: unknown = jobClass;
    typeof current === 'function' && current.prototype;
    current = Object.getPrototypeOf(current)
  ) {
    if (
      Reflect.hasOwnMetadata(tokensKey, current) ||
      Reflect.hasOwnMetadata(typesKey, current) ||
      current.length > 0
    )
      return current as JobClass;
  }
  return jobClass;
}

/** The parameters of a job's constructor, or of the one that it inherits. */
export function readJobParameters(jobClass: JobClass): Parameter[] {
  const declaring = findDeclaring(jobClass);
  return readParameters(declaring, Reflect.getOwnMetadata(typesKey, declaring));
}

/** The parameters of any other class, as tsyringe reads them: emitted types are inherited, tokens are not. */
export function readClassParameters(target: object): Parameter[] {
  return readParameters(target, Reflect.getMetadata(typesKey, target));
}

function readParameters(target: object, types: unknown): Parameter[] {
  const parameters: Parameter[] = [...((types as Parameter[] | undefined) ?? [])];
  const tokens = (Reflect.getOwnMetadata(tokensKey, target) ?? {}) as Record<number, Parameter>;
  for (const [index, token] of Object.entries(tokens)) parameters[Number(index)] = token;
  return parameters;
}

/** Names a parameter as tsyringe does in its messages. */
export function nameParameter(target: { readonly name: string }, source: string, index: number): string {
  const name = /constructor\(([\w, ]+)\)/.exec(source)?.[1]?.split(',')[index]?.trim();
  const place = `${name === undefined ? '' : `"${name}" `}at position #${index}`;
  return `Cannot inject the dependency ${place} of "${target.name}" constructor`;
}

/** Whether it is one of the tokens that tsyringe takes: a text, a symbol, a class, or what `delay` makes of one. */
export function isToken(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'symbol' || typeof value === 'function' || isDelayed(value)
  );
}

/** Whether it is what `delay(() => Class)` makes: resolved when it is first used. */
export function isDelayed(value: unknown): value is { wrap(): unknown } {
  return (
    typeof value === 'object' && value !== null && typeof (value as { wrap?: unknown }).wrap === 'function'
  );
}

/** A token for people, whatever stands in its place. */
export function describeToken(token: unknown): string {
  return isToken(token) ? nameToken(token) : 'no token';
}
