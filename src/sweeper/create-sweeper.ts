import type { BatonClientOptions, SweepAnswer } from '../client/answers';
import { BatonClient } from '../client/baton-client';
import { BatonError } from '../errors/baton-error';
import { InvalidJobError } from '../errors/definition-errors';
import { GuardedLogger } from '../runtime/adapters/node/guarded-logger';
import { JsonLogger } from '../runtime/adapters/node/json-logger';
import { createStore } from '../runtime/adapters/store/stores';
import type { Logger } from '../runtime/ports';
import { readSweepSettings } from './read-sweep-settings';

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
export interface SweeperParts extends Pick<BatonClientOptions, 'client' | 'clock'> {
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
