import { type InjectionToken, injectable } from 'tsyringe';
import type { JobFault } from '../errors';
import type { JobClass } from '../runtime/core/execution/job-plan';
import { nameToken } from './name-token';
import { findDeclaring, readJobParameters, typesKey } from './parameters';
import { cycleMark } from './watched-container';

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
