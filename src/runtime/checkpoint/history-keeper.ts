import { describeError } from '../core/record/describe-error';
import { nameCompanion } from '../core/record/heartbeat';
import {
  addEntries,
  emptyHistory,
  type History,
  type InvocationEntry,
  maxStoredEntries,
  packHistory,
  readStoredHistory,
} from '../core/record/history';
import type { CheckpointStore, Logger, Platform, Timer } from '../ports';

/** Others may write the same record at the same moment: the invocation before this one, or a copy of it. */
const maxTries = 3;
/** What histories are listed under: no job has this name. */
const jobOfHistories = 'lambda-baton:history';

/** What the history of an execution is kept with. */
export interface HistoryDeps {
  readonly store: CheckpointStore;
  readonly platform: Platform;
  readonly timer: Timer;
  readonly logger: Logger;
}

/**
 * Adds invocations to the history of an execution, a record of its own, in a given time. Best effort: what fails is a warning, and what is
 * missing is added by the next invocation, whose record says how this one ended.
 *
 * @param isFirst - whether there is no history yet, as far as can be known
 * @returns what was there before; undefined when that was not found out
 */
export async function keepHistory(
  deps: HistoryDeps,
  executionId: string,
  added: readonly InvocationEntry[],
  { isFirst, expiresAtMs, withinMs }: { isFirst: boolean; expiresAtMs: number; withinMs: number },
): Promise<History | undefined> {
  let cancel = () => {};
  const limit = new Promise<never>((_resolve, reject) => {
    cancel = deps.timer.once(Math.max(1, Math.floor(withinMs)), () =>
      reject(new Error('the store did not answer in time')),
    );
  });
  try {
    return await Promise.race([write(deps, executionId, added, isFirst, expiresAtMs), limit]);
  } catch (error) {
    deps.logger.warn('history could not be written; the next invocation adds what is missing', {
      error: describeError(error),
    });
    return undefined;
  } finally {
    cancel();
  }
}

async function write(
  { store, platform }: HistoryDeps,
  executionId: string,
  added: readonly InvocationEntry[],
  isFirst: boolean,
  expiresAtMs: number,
): Promise<History> {
  const id = nameCompanion('history', executionId, platform.digest);
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const stored = isFirst && tries === 1 ? undefined : await store.load(id);
    const before = readStoredHistory(stored) ?? emptyHistory;
    const history = addEntries(before, added, maxStoredEntries);
    const entry = { executionId: id, job: jobOfHistories, status: 'cancelled' as const, startedAtMs: 0 };
    const state = JSON.stringify(packHistory(history));
    const revision = await store.save({ ...entry, expiresAtMs, head: '', state }, stored?.revision);
    if (revision !== undefined) return before;
  }
  throw new Error('others wrote it at the same moment');
}
