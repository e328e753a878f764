import type { JobFault } from '../../errors';
import { maxTimerMs } from '../../runtime/core/execution/local-time';
import { isConstructor } from '../declaration';
import { getMetadataStorage } from './class-validator';
import { type Check, isPlainObject } from './rule';

/** Shows a value as a reader would write it, short and on one line. Runs no code of the value. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** Checks a number without fractions. `example` ends the fix: `Set maxAttempts to …`. */
export function wholeNumber(least: number, example: string): Check {
  return checkNumber(isWhole, `a whole number, ${least} or more`, least, example);
}

/** Checks a number without fractions, from 1 on. */
export function wholeNumberUpTo(most: number, example: string): Check {
  return checkNumber(
    (value) => isWhole(value) && (value as number) <= most,
    `a whole number from 1 to ${most}`,
    1,
    example,
  );
}

/** Checks a function. */
export function functionOf(example: string): Check {
  return ({ property, value }) => {
    if (typeof value === 'function') return undefined;
    return {
      problem: `${property} (${show(value)}) must be a function.`,
      fix: `Write ${property}: ${example}, or leave it out.`,
    };
  };
}

/** Checks a time in milliseconds without fractions. */
export function wholeMs(least: number, example: string): Check {
  return checkNumber(isWhole, `a whole number of milliseconds, ${least} or more`, least, example);
}

/** Checks a time that a timer will wait for. */
export function timerMs(least: number, example: string): Check {
  const checkMs = wholeMs(least, example);
  return (checked) => {
    const fault = checkMs(checked);
    if (fault || (checked.value as number) <= maxTimerMs) return fault;
    const problem = `${checked.property} (${checked.value}) is longer than a timer can wait, ${maxTimerMs} milliseconds (24.8 days).`;
    return { problem, fix: `Set ${checked.property} to ${example}.` };
  };
}

/** Checks a number that may have a fraction. */
export function finiteNumber(least: number, example: string): Check {
  return checkNumber(Number.isFinite, `a number, ${least} or more`, least, example);
}

/** Checks a number above zero that may have a fraction. */
export function positiveNumber(example: string): Check {
  return checkNumber((value) => Number.isFinite(value) && value !== 0, 'a number greater than 0', 0, example);
}

/** Checks a choice between texts. */
export function oneOf(...choices: readonly string[]): Check {
  const quoted = choices.map((choice) => `'${choice}'`).join(' or ');
  return ({ property, value }) => {
    if (choices.includes(value as string)) return undefined;
    return {
      problem: `${property} (${show(value)}) must be ${quoted}.`,
      fix: `Set ${property} to ${quoted}, or leave it out.`,
    };
  };
}

/** Checks the name of a method. Whether there is one is checked where the class is known. */
export const methodName: Check = ({ property, value }) => {
  if (typeof value === 'string' && value !== '') return undefined;
  return {
    problem: `${property} (${show(value)}) must be the name of a method.`,
    fix: `Write ${property}: 'release', with the name of a method of the class, or leave it out.`,
  };
};

/** Checks `true` or `false`. */
export const yesOrNo: Check = ({ property, value }) => {
  if (typeof value === 'boolean') return undefined;
  return {
    problem: `${property} (${show(value)}) must be true or false.`,
    fix: `Set ${property} to true, or leave it out.`,
  };
};

function checkNumber(
  isKind: (value: unknown) => boolean,
  kind: string,
  least: number,
  example: string,
): Check {
  return ({ property, value }) => {
    if (isKind(value) && (value as number) >= least) return undefined;
    const problem =
      value === undefined ? `${property} is missing.` : `${property} (${show(value)}) must be ${kind}.`;
    return { problem, fix: `Set ${property} to ${example}.` };
  };
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

/** The watchdog must look at least once between the begin of the safe window and the end of the invocation. */
export const checkInterval: Check = ({ value, options }) => {
  const safeMs = readWhole(options.safeMs, 1);
  if (safeMs === undefined || (value as number) < safeMs) return undefined;
  return {
    problem: `intervalMs (${value}) must be smaller than safeMs (${safeMs}), or the watchdog looks too late.`,
    fix: safeMs < 2 ? 'Set safeMs to 2 or more.' : `Set intervalMs to ${Math.floor(safeMs / 2)} or less.`,
  };
};

/** The hard edge lies inside the safe window. */
export const checkReserve: Check = ({ value, options }) => {
  const safeMs = readWhole(options.safeMs, 1);
  if (safeMs === undefined || (value as number) < safeMs) return undefined;
  return {
    problem: `reserveMs (${value}) must be smaller than safeMs (${safeMs}), or a step is abandoned before it is asked to stop.`,
    fix:
      safeMs < 2
        ? 'Set safeMs to 2 or more.'
        : `Set reserveMs to ${Math.max(1, Math.floor(safeMs / 4))}, or leave it out.`,
  };
};

/** Checks two delays that were both given. When one is a default, the first delay is simply cut at the longest. */
export const checkInitialDelay: Check = ({ value, options }) => {
  const maxDelayMs = readWhole(options.maxDelayMs, 0);
  if (maxDelayMs === undefined || (value as number) <= maxDelayMs) return undefined;
  return {
    problem: `initialDelayMs (${value}) must not be greater than maxDelayMs (${maxDelayMs}).`,
    fix: `Set maxDelayMs to ${value} or more.`,
  };
};

/** Reads what a time is compared with; undefined when that is missing or wrong itself, which is another fault. */
function readWhole(value: unknown, least: number): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= least ? (value as number) : undefined;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Says whether a text can identify a job in checkpoints, queue messages and keys of a store. */
export function isJobName(name: string): boolean {
  return namePattern.test(name);
}

/** Checks `name`. */
export const checkName: Check = ({ value }) => {
  if (typeof value === 'string' && isJobName(value)) return undefined;
  return {
    problem: `name (${show(value)}) must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.`,
    fix: "Set name to a text such as 'reconcile-payments'.",
  };
};

/** Checks `migrations`. One that is missing is no fault: it is needed only when a checkpoint of that version comes. */
export const checkMigrations: Check = ({ value, options }) => {
  if (!isPlainObject(value)) {
    return {
      problem: `migrations (${show(value)}) must be an object of functions by version.`,
      fix: 'Write migrations: { 1: (state) => … }.',
    };
  }
  const version = options.version ?? 1;
  for (const [from, migrate] of Object.entries(value)) {
    const fault = findMigrationFault(from, migrate, version);
    if (fault) return fault;
  }
  return undefined;
};

function findMigrationFault(from: string, migrate: unknown, version: unknown): JobFault | undefined {
  if (!/^[1-9]\d{0,8}$/.test(from)) {
    return {
      problem: `migrations has the key ${show(from)}, which is no version.`,
      fix: 'Use the numbers of older versions as keys: 1, 2, ….',
    };
  }
  if (typeof version === 'number' && Number(from) >= version) {
    const problem = `migrations has the key ${from}, but the version is ${version}, so nothing is migrated from there.`;
    return { problem, fix: `Set version to ${Number(from) + 1}, or remove the migration.` };
  }
  if (typeof migrate === 'function') return undefined;
  return {
    problem: `migrations[${from}] (${show(migrate)}) must be a function.`,
    fix: `Write ${from}: (state) => … and return the state of version ${Number(from) + 1}.`,
  };
}

/** Checks `durability`. */
export const checkDurability: Check = ({ value }) => {
  if (value === 'step' || value === 'handoff') return undefined;
  if (isPlainObject(value) && Object.keys(value).join() === 'everyMs' && isMs(value.everyMs))
    return undefined;
  const shown = isPlainObject(value) ? showFields(value) : show(value);
  return {
    problem: `durability (${shown}) must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.`,
    fix: "Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
  };
};

function showFields(fields: Record<string, unknown>): string {
  const shown = Object.entries(fields).map(([name, value]) => `${name}: ${show(value)}`);
  return shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
}

function isMs(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** Checks `input`: a Standard Schema, or a class that class-validator knows a rule of. */
export const checkInput: Check = ({ property, value }) => {
  const standard = (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard'];
  if (typeof standard?.validate === 'function') return undefined;
  if (!isConstructor(value)) {
    return {
      problem: `${property} (${show(value)}) must be a class or a Standard Schema.`,
      fix: `Give ${property} a class with class-validator's decorators, or a schema of Zod, Valibot or ArkType.`,
    };
  }
  if (getMetadataStorage().getTargetValidationMetadatas(value, '', false, false).length > 0) return undefined;
  return {
    problem: `${property} (class ${value.name}) has no decorators of class-validator, so every ${property} would be refused.`,
    fix: `Decorate the properties of ${value.name}, or make sure that one copy of class-validator is installed.`,
  };
};

/** Checks `codec`. */
export const checkCodec: Check = ({ value }) => {
  const codec = value as { encode?: unknown; decode?: unknown } | null;
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function') return undefined;
  return {
    problem: `codec (${show(value)}) must have the functions encode and decode.`,
    fix: 'Write codec: { encode: (value) => …, decode: (stored) => … }.',
  };
};
