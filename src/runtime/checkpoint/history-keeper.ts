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
import type { CheckpointStore, Logger, Platform, StoredRevision, Timer } from '../ports';
import { inTime, lateStoreError } from '../time/back-off';

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

/** A history that is being read. */
export type HistoryRead = Promise<{ readonly stored: StoredRevision | undefined } | undefined>;

/** How a history is written. */
interface HistoryWrite {
  readonly read?: HistoryRead | undefined;
  readonly expiresAtMs: number;
  readonly onWrite?: () => void;
}

/** Begins to read the history of an execution: to write it is one call then. What goes wrong is found out by reading it again. */
export function readHistoryAhead(
  { store, platform }: Pick<HistoryDeps, 'platform' | 'store'>,
  executionId: string,
): HistoryRead {
  return store.load(nameCompanion('history', executionId, platform.digest)).then(
    (stored) => ({ stored }),
    () => undefined,
  );
}

/**
 * Adds invocations to the history of an execution, a record of its own, in a given time. Best effort: what fails is a warning, and what is
 * missing is added by the next invocation, whose record says how this one ended.
 *
 * @param options - `read`: what was read ahead; `expiresAtMs`: when it may be deleted; `onWrite`: called before each try to write
 * @returns what was there before; undefined when that was not found out
 */
export async function keepHistory(
  deps: HistoryDeps,
  executionId: string,
  added: readonly InvocationEntry[],
  { withinMs, ...options }: HistoryWrite & { readonly withinMs: number },
): Promise<History | undefined> {
  try {
    return await inTime(deps.timer, withinMs, write(deps, executionId, added, options), lateStoreError);
  } catch (error) {
    deps.logger.warn('history could not be written; the next invocation adds what is missing', {
      error: describeError(error),
    });
    return undefined;
  }
}

async function write(
  { store, platform }: HistoryDeps,
  executionId: string,
  added: readonly InvocationEntry[],
  { read = Promise.resolve(undefined), expiresAtMs, onWrite }: HistoryWrite,
): Promise<History> {
  const id = nameCompanion('history', executionId, platform.digest);
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const ahead = tries === 1 ? await read : undefined;
    const stored = ahead === undefined ? await store.load(id) : ahead.stored;
    const before = readStoredHistory(stored) ?? emptyHistory;
    const history = addEntries(before, added, maxStoredEntries);
    const entry = { executionId: id, job: jobOfHistories, status: 'cancelled' as const, startedAtMs: 0 };
    const state = JSON.stringify(packHistory(history));
    onWrite?.();
    const revision = await store.save({ ...entry, expiresAtMs, head: '', state }, stored?.revision);
    if (revision !== undefined) return before;
  }
  throw new Error('others wrote it at the same moment');
}
