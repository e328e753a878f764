import type { JobPlan } from '../core/execution/job-plan';
import { type Arrival, isUsableId } from '../core/message/arrival';
import { checkJob } from '../core/message/continuation';
import { openEnvelope } from '../core/message/envelope';
import { type ExecutionRecord, parseRecord } from '../core/record/execution-record';
import { readSignalToken } from '../core/record/signal-fact';
import { isRecord } from '../core/state/json';
import { tryAtStore } from '../hand-off/tell-end';
import { otherJobError } from '../invocation/opened-execution';
import type { StoredRevision } from '../ports';
import type { Collaborators } from '../ports/collaborators';

/** What choosing a job needs. */
export interface ChoosingDeps {
  readonly collaborators: Collaborators;
  remainingMs(): number;
}

/**
 * Finds the job that a delivery is for, among those of one handler: an event starts the first, a start may name another, and whatever goes
 * on belongs to the job that its message or its record names.
 *
 * @throws CorruptContinuationError when the message, or the record of the execution, is damaged.
 * @throws IncompatibleStateError when it belongs to a job that is not hosted here.
 * @throws InvalidInputError when a start names one that is not.
 */
export async function chooseJob(
  plans: readonly [JobPlan, ...JobPlan[]],
  arrival: Arrival,
  deps: ChoosingDeps,
): Promise<JobPlan> {
  const [first, ...others] = plans;
  if (others.length === 0) return first;
  const find = (name: unknown) => plans.find((plan) => plan.name === name);
  const all = { name: plans.map(({ name }) => name).join(', ') };
  switch (arrival.kind) {
    case 'start': {
      const { executionId, job = first.name } = arrival;
      const plan = find(job);
      if (plan !== undefined) return plan;
      // What its starter has written down is recorded as failed.
      const stored = await load(executionId, deps);
      if (stored !== undefined && parse(stored, deps).isFresh === true) return first;
      throw otherJobError(all, executionId, job);
    }
    case 'continuation': {
      const { continuation } = arrival.envelope;
      const plan = find(isRecord(continuation) ? continuation.job : undefined);
      // Whose it is not is said of what has proved to be a continuation of ours only.
      if (plan === undefined)
        checkJob(all, openEnvelope(arrival.envelope, deps.collaborators.seal).continuation);
      return plan ?? first;
    }
    case 'signal': {
      // It runs nothing: that of a job which is not hosted here is kept all the same.
      const executionId = arrival.executionId ?? readSignalToken(arrival.token)?.names.executionId;
      const stored = isUsableId(executionId) ? await load(executionId, deps) : undefined;
      if (stored === undefined) return first;
      const { continuation } = parse(stored, deps);
      return find(continuation.job) ?? first;
    }
    default: {
      const stored = await load(arrival.executionId, deps);
      if (stored === undefined) return first;
      const { continuation, isFresh } = parse(stored, deps);
      const plan = find(continuation.job);
      // One that was started here and cannot be is recorded as failed.
      if (plan === undefined && isFresh !== true) checkJob(all, continuation);
      return plan ?? first;
    }
  }
}

function parse({ head }: StoredRevision, { collaborators }: ChoosingDeps): ExecutionRecord {
  return parseRecord(head, collaborators.platform.checksum);
}

/** The record of an execution; undefined where there is none. A store that fails is asked again while there is time. */
async function load(executionId: string, deps: ChoosingDeps): Promise<StoredRevision | undefined> {
  if (deps.collaborators.store === undefined) return undefined;
  return tryAtStore(deps, executionId, ({ store }) => store.load(executionId));
}
