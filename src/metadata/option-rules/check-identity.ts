import type { JobFault } from '../../errors';
import { isPlainObject } from '../is-plain-object';
import type { Check } from './rule';
import { show } from './show';

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
