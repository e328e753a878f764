import { injectable } from 'tsyringe';
import type { JobFault } from '../errors';
import type { JobClass } from '../runtime/core/job-plan';

/** The metadata keys under which tsyringe and TypeScript keep constructor parameters. */
const tokensKey = 'injectionTokens';
const typesKey = 'design:paramtypes';

/** One constructor parameter as tsyringe describes it: a token, or an object that holds one. */
type Parameter = unknown;

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
  Reflect.defineMetadata(typesKey, readParameters(jobClass), StandIn);
  injectable()(StandIn);
  standIns.set(jobClass, StandIn);
  return StandIn;
}

/** The parameters that no token and no emitted type speaks for. */
export function findUnmarkedParameters(jobClass: JobClass): JobFault[] {
  const parameters = readParameters(jobClass);
  const faults: JobFault[] = [];
  for (let index = 0; index < Math.max(findDeclaring(jobClass).length, parameters.length); index += 1) {
    if (parameters[index] !== undefined) continue;
    faults.push({
      problem: `Constructor of class ${jobClass.name}: parameter ${index + 1} has no token, so nothing can be injected.`,
      cure: 'Write @inject(TOKEN) before it; inject is exported by lambda-baton.',
    });
  }
  return faults;
}

/** Says which dependency could not be resolved, and why. */
export function describeInjection(jobClass: JobClass, error: unknown): JobFault {
  const message = error instanceof Error ? error.message : String(error);
  const [first = '', ...rest] = message.split('\n').map((line) => line.trim());
  const isCyclic = error instanceof RangeError || /Maximum call stack|circular dependency|for "undefined"/i.test(message);
  const position = /at position #(\d+)/.exec(first)?.[1];
  const token = position === undefined ? '' : ` (token ${nameToken(readParameters(jobClass)[Number(position)])})`;
  if (position === undefined && !isCyclic) {
    return { problem: `Constructor of class ${jobClass.name} failed: ${message}`, cure: 'Mend the constructor; the cause says where.' };
  }
  const reason = isCyclic ? 'it depends on itself, directly or through others' : rest.at(-1);
  return {
    problem: `${first.replace(/\.? Reason:$/, '')}${token}: ${reason}`,
    cure: isCyclic
      ? 'Break the circle, or inject one side with delay(() => …) of tsyringe.'
      : 'Provide the token: createHandler(Job, { providers: [{ token, useValue }] }), or register it in the container.',
  };
}

function findDeclaring(jobClass: JobClass): JobClass {
  for (let current: unknown = jobClass; typeof current === 'function' && current.prototype; current = Object.getPrototypeOf(current)) {
    if (Reflect.hasOwnMetadata(tokensKey, current) || Reflect.hasOwnMetadata(typesKey, current) || current.length > 0)
      return current as JobClass;
  }
  return jobClass;
}

function readParameters(jobClass: JobClass): Parameter[] {
  const declaring = findDeclaring(jobClass);
  const parameters: Parameter[] = [...((Reflect.getOwnMetadata(typesKey, declaring) as Parameter[] | undefined) ?? [])];
  const tokens = (Reflect.getOwnMetadata(tokensKey, declaring) ?? {}) as Record<number, Parameter>;
  for (const [index, token] of Object.entries(tokens)) parameters[Number(index)] = token;
  return parameters;
}

function nameToken(parameter: Parameter): string {
  const token = typeof parameter === 'object' && parameter !== null && 'token' in parameter ? parameter.token : parameter;
  return typeof token === 'function' ? token.name : String(token);
}
