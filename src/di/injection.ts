// tsyringe refuses to load before it. A bundler that splits may load this file's chunk before that of the entry.
import 'reflect-metadata';
import { type InjectionToken, injectable } from 'tsyringe';
import type { JobFault } from '../errors';
import type { JobClass } from '../runtime/core/execution/job-plan';
import { cycleMark, nameToken } from './container';

/** The metadata keys under which tsyringe and TypeScript keep constructor parameters. */
const tokensKey = 'injectionTokens';
const typesKey = 'design:paramtypes';

/** One constructor parameter as tsyringe keeps it: a token, one of `delay`, or an object that holds one; undefined without any. */
export type Parameter = unknown;

/** What is injected for a parameter. */
interface Dependency {
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

/** Stands for the reason where a token was undefined. */
export const undefinedMark = 'what it injects is undefined';
const undefinedFix =
  'Import it from a file that does not import this one in turn, or inject delay(() => Class) of tsyringe; a token needs a value.';

const standIns = new WeakMap<JobClass, JobClass>();

/**
 * A constructor that tsyringe can resolve and that makes a job.
 *
 * tsyringe reads parameters of the class itself only: a subclass without a constructor would be made with none of its base's
 * dependencies, without a word. So the nearest class that declares parameters speaks for it, and nothing is written on the user's class.
 */
export function makeInjectable(jobClass: JobClass): JobClass {
  const known = standIns.get(jobClass);
  if (known) return known;
  const StandIn = function StandIn(...dependencies: unknown[]) {
    return Reflect.construct(jobClass, dependencies);
  } as unknown as JobClass;
  const declaring = findDeclaring(jobClass);
  Object.defineProperty(StandIn, 'name', { value: jobClass.name });
  Object.defineProperty(StandIn, 'toString', { value: () => Function.prototype.toString.call(declaring) });
  Reflect.defineMetadata(typesKey, readJobParameters(jobClass), StandIn);
  injectable()(StandIn);
  standIns.set(jobClass, StandIn);
  return StandIn;
}

/** Says which of a job's dependencies could not be resolved, and why. */
export function describeInjection(jobClass: JobClass, error: unknown): JobFault {
  const { first, last, isCyclic, position } = readFailure(error);
  if (position === undefined && !isCyclic) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      problem: `Constructor of class ${jobClass.name} failed: ${message}`,
      fix: 'Fix the constructor; the cause says where.',
    };
  }
  const token = position === undefined ? '' : ` (token ${nameToken(readJobParameters(jobClass)[position])})`;
  return describeReason(`${first.replace(/\.? Reason:$/, '')}${token}`, last, isCyclic);
}

/** Says why what is provided for a token could not be resolved. */
export function describeResolution(token: InjectionToken, error: unknown): JobFault {
  const { last, isCyclic } = readFailure(error);
  return describeReason(`Token ${nameToken(token)} cannot be resolved`, last, isCyclic);
}

/** Says why something could not be resolved: `reason` is tsyringe's, or begins with {@link cycleMark}. */
export function describeReason(what: string, reason: string, isCyclic: boolean): JobFault {
  if (isCyclic) {
    const way = reason.startsWith(cycleMark)
      ? `: ${reason.slice(cycleMark.length)}`
      : ', directly or through others';
    return {
      problem: `${what}: it depends on itself${way}`,
      fix: 'Break the cycle, or inject one side with delay(() => …) of tsyringe.',
    };
  }
  if (reason === undefinedMark) return { problem: `${what}: ${reason}`, fix: undefinedFix };
  const unmarked = /^TypeInfo not known for "(.*)"$/.exec(reason)?.[1];
  const fix =
    unmarked === undefined
      ? 'Provide the token: createHandler(Job, { providers: [{ token, useValue }] }), or register it in the container.'
      : `Write @injectable() of tsyringe above class ${unmarked}: it has constructor parameters.`;
  return { problem: `${what}: ${reason}`, fix };
}

/** What tsyringe says, one line for each dependency on the way to the one that could not be had. */
function readFailure(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split('\n').map((line) => line.trim());
  const position = /at position #(\d+)/.exec(lines[0] ?? '')?.[1];
  return {
    first: lines[0] ?? '',
    last: lines.at(-1) ?? '',
    // tsyringe fails to write its message about a cycle of symbols: Array.join takes none.
    isCyclic:
      error instanceof RangeError ||
      /Maximum call stack|circular dependency|registration cycle|Symbol value to a string/i.test(message),
    position: position === undefined ? undefined : Number(position),
  };
}
