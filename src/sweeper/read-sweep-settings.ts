import type { JobFault } from '../errors/definition-errors';
import { readSettings } from '../handler/read-settings';
import type { LogLevel } from '../runtime/adapters/node/json-logger';
import { type StoreSettings, sharedStoreVariables } from '../runtime/adapters/store/stores';
import { maxSwept } from '../runtime/core/record/sweep';

/** What the environment of a sweeper says. */
export interface SweepSettings {
  readonly functionName: string;
  /** The names of the jobs whose executions are swept. */
  readonly jobs: readonly string[];
  /** Undefined for the client's own defaults. */
  readonly graceMs: number | undefined;
  readonly limit: number | undefined;
  readonly store: StoreSettings | undefined;
  readonly logLevel: LogLevel | undefined;
}

/** Reads the settings of a sweeper, and what is wrong with them. */
export function readSweepSettings(environment: Readonly<Record<string, string | undefined>>): {
  settings: SweepSettings;
  faults: JobFault[];
} {
  const { settings, faults } = readSettings(environment);
  const { BATON_SWEEP_FUNCTION: functionName = '', BATON_SWEEP_JOB: named = '' } = environment;
  const jobs = [...new Set(named.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (functionName === '')
    faults.push(
      missOut('BATON_SWEEP_FUNCTION', 'the function that is to go on: its name or ARN, with its alias'),
    );
  if (jobs.length === 0)
    faults.push(
      missOut('BATON_SWEEP_JOB', 'the name of the job, or the names of several, with commas between them'),
    );
  if (settings.store === undefined)
    faults.push(missOut(sharedStoreVariables, 'where the function keeps its executions'));
  const [graceMs, limit] = [
    readNumber(environment, 'BATON_SWEEP_GRACE_MS', Number.MAX_SAFE_INTEGER, faults),
    readNumber(environment, 'BATON_SWEEP_LIMIT', maxSwept, faults),
  ];
  const { store, logLevel } = settings;
  return {
    settings: {
      functionName,
      jobs,
      graceMs,
      limit,
      store,
      logLevel,
    },
    faults,
  };
}

function missOut(name: string, what: string): JobFault {
  return { problem: `The sweeper's environment variable ${name} is not set.`, fix: `Set it to ${what}.` };
}

function readNumber(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  most: number,
  faults: JobFault[],
): number | undefined {
  const text = environment[name];
  if (!text) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? 'from 1' : `from 1 to ${most}`;
  faults.push({
    problem: `Environment variable ${name} is ${JSON.stringify(text)}, which is no whole number ${range}.`,
    fix: `Set ${name} to a whole number ${range}, or leave it out.`,
  });
  return undefined;
}
