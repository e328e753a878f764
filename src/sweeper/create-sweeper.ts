import type { BatonClientOptions, SweepAnswer } from '../client/answers';
import { BatonClient } from '../client/baton-client';
import { BatonError } from '../errors/baton-error';
import { InvalidJobError, type JobFault } from '../errors/definition-errors';
import { readSettings } from '../handler/read-settings';
import { GuardedLogger, JsonLogger, type LogLevel } from '../runtime/adapters/node/loggers';
import { createStore, type StoreSettings, sharedStoreVariables } from '../runtime/adapters/store/stores';
import { maxSwept } from '../runtime/core/record/sweep';
import type { Logger } from '../runtime/ports';

/** A sweep that leaves executions behind: some could not be sent on, or there may be more than it looked at. Thrown so that alarms see it. */
export class SweepIncompleteError extends BatonError<{
  job: string;
  sweptCount: number;
  failed: readonly { readonly executionId: string; readonly reason: string }[];
  hasMore: boolean;
}> {
  override readonly name = 'SweepIncompleteError';
  readonly code = 'SWEEP_INCOMPLETE';
  override readonly retryable = true;
}

/** What a sweeper works with, beside its environment. */
interface SweeperParts extends Pick<BatonClientOptions, 'client' | 'clock'> {
  /** @defaultValue JSON lines on standard output */
  readonly logger?: Logger;
}

/**
 * Makes the handler that sweeps the executions of the jobs of one function, configured by environment variables.
 *
 * @throws InvalidJobError with everything that is wrong with the environment, at the cold start.
 */
export function createSweeper(
  environment: Readonly<Record<string, string | undefined>>,
  { logger, ...parts }: SweeperParts = {},
): () => Promise<SweepAnswer> {
  const { settings, faults } = readSweepSettings(environment);
  const { jobs, functionName, graceMs, limit, store, logLevel } = settings;
  if (faults.length > 0 || store === undefined)
    throw new InvalidJobError(jobs.join(', ') || 'to sweep', faults);
  const standard = new JsonLogger(logLevel);
  const log = logger === undefined ? standard : new GuardedLogger(logger, standard);
  const client = new BatonClient({
    ...parts,
    functionName,
    store: createStore(store),
  });
  return async () => {
    const options = { ...(graceMs !== undefined && { graceMs }), ...(limit !== undefined && { limit }) };
    const answers: [job: string, answer: SweepAnswer][] = [];
    for (const job of jobs) answers.push([job, await client.sweep({ job, ...options })]);
    for (const [job, answer] of answers) report(log, job, answer);
    const sum = addUp(answers.map(([, answer]) => answer));
    if (sum.failed.length > 0 || sum.hasMore) throw incompleteError(jobs.join(', '), sum);
    return sum;
  };
}

function addUp(answers: readonly SweepAnswer[]): SweepAnswer {
  return {
    swept: answers.flatMap(({ swept }) => swept),
    failed: answers.flatMap(({ failed }) => failed),
    parkedIds: answers.flatMap(({ parkedIds }) => parkedIds),
    hasMore: answers.some(({ hasMore }) => hasMore),
  };
}

function report(log: Logger, job: string, { swept, failed, parkedIds, hasMore }: SweepAnswer): void {
  const isGood = failed.length === 0 && !hasMore;
  log[isGood ? 'info' : 'error']('executions swept', { job, swept, failed, hasMore });
  if (parkedIds.length > 0)
    log.warn('executions are parked: allow recursion, then redrive them', { job, parkedIds });
}

function incompleteError(job: string, { swept, failed, hasMore }: SweepAnswer): SweepIncompleteError {
  const left = [
    ...(failed.length > 0
      ? [`${failed.length} could not be sent on (${failed[0]?.executionId}: ${failed[0]?.reason})`]
      : []),
    ...(hasMore ? ['there may be more than it looked at'] : []),
  ];
  return new SweepIncompleteError({
    problem: `A sweep of job ${job} is not complete (${swept.length} sent on): ${left.join(', and ')}.`,
    fix:
      failed.length > 0
        ? 'Fix the reason; the next sweep tries again.'
        : 'Sweep more often, or raise the limit; so many lost executions have a reason of their own.',
    details: { job, sweptCount: swept.length, failed, hasMore },
  });
}

/** What the environment of a sweeper says. */
interface SweepSettings {
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
function readSweepSettings(environment: Readonly<Record<string, string | undefined>>): {
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
