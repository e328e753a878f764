import type { JobFault } from '../../errors';
import { isPlainObject } from '../is-plain-object';
import { isConstructor } from '../reflect';
import type { Judged } from './rules';
import { show } from './say';

/** The times, each of which may be anything while they are judged. */
interface Times {
  readonly safeMs: unknown;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Says whether a text can identify a job in checkpoints, queue messages and keys of a store. */
export function isJobName(name: string): boolean {
  return namePattern.test(name);
}

/** The watchdog must look at least once between the begin of the safe window and the end of the invocation. */
export function judgeInterval({ value, options: { safeMs } }: Judged<Times>): JobFault | undefined {
  if (!isMs(safeMs) || !isMs(value) || value < safeMs) return undefined;
  return {
    problem: `intervalMs (${value}) must be smaller than safeMs (${safeMs}), or the watchdog looks too late.`,
    cure: safeMs < 2 ? 'Set safeMs to 2 or more.' : `Set intervalMs to ${Math.floor(safeMs / 2)} or less.`,
  };
}

/** The hard edge lies inside the safe window. */
export function judgeReserve({ value, options: { safeMs } }: Judged<Times>): JobFault | undefined {
  if (!isMs(safeMs) || !isMs(value) || value < safeMs) return undefined;
  return {
    problem: `reserveMs (${value}) must be smaller than safeMs (${safeMs}), or a step is abandoned before it is asked to stop.`,
    cure: `Set reserveMs to ${Math.max(1, Math.floor(safeMs / 4))}, or leave it out.`,
  };
}

export function judgeName({ value }: Judged<unknown>): JobFault | undefined {
  if (typeof value === 'string' && isJobName(value)) return undefined;
  return {
    problem: `name (${show(value)}) must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.`,
    cure: "Set name to a text such as 'reconcile-payments'.",
  };
}

export function judgeMigrations({ value, options }: Judged<{ version: unknown }>): JobFault | undefined {
  if (!isPlainObject(value))
    return {
      problem: `migrations (${show(value)}) must be an object of functions by version.`,
      cure: 'Write migrations: { 1: (state) => … }.',
    };
  const version = typeof options.version === 'number' ? options.version : options.version === undefined ? 1 : Number.POSITIVE_INFINITY;
  for (const [from, migrate] of Object.entries(value)) {
    if (!/^[1-9]\d{0,8}$/.test(from))
      return {
        problem: `migrations has the key ${show(from)}, which is no version.`,
        cure: 'Use the numbers of older versions as keys: 1, 2, ….',
      };
    if (Number(from) >= version)
      return {
        problem: `migrations has the key ${from}, but the version is ${version}, so nothing is migrated from there.`,
        cure: `Set version to ${Number(from) + 1}, or remove the migration.`,
      };
    if (typeof migrate !== 'function')
      return {
        problem: `migrations[${from}] (${show(migrate)}) must be a function.`,
        cure: `Write ${from}: (state) => … and return the state of version ${Number(from) + 1}.`,
      };
  }
  return undefined;
}

export function judgeDurability({ value }: Judged<unknown>): JobFault | undefined {
  if (value === 'step' || value === 'handoff') return undefined;
  if (isPlainObject(value) && Object.keys(value).join() === 'everyMs' && isMs(value.everyMs)) return undefined;
  const shown = isPlainObject(value)
    ? `{ ${Object.entries(value)
        .map(([name, inner]) => `${name}: ${show(inner)}`)
        .join(', ')} }`
    : show(value);
  return {
    problem: `durability (${shown}) must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.`,
    cure: "Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
  };
}

export function judgeInput({ value }: Judged<unknown>): JobFault | undefined {
  const standard = (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard'];
  if (typeof standard?.validate === 'function' || isConstructor(value)) return undefined;
  return {
    problem: `input (${show(value)}) must be a class or a Standard Schema.`,
    cure: "Give input a class with class-validator's decorators, or a schema of Zod, Valibot or ArkType.",
  };
}

function isMs(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}
