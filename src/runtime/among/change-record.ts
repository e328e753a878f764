import { CheckpointFailedError } from '../../errors';
import type { ExecutionRecord } from '../core/record/execution-record';
import { parseRecord, writeRecord } from '../core/record/execution-record';
import type { Checksum } from '../core/state/seal';
import type { CheckpointStore, ExecutionStatus, StoredRevision } from '../ports';

/** A running execution writes its record at every step: one that wins against it may need many tries. */
const maxTries = 200;
/** Calls in a row that the store may fail: what they wrote, if anything, is seen by the next one. */
const maxFailures = 3;

/** What is done at the same time, of what is done to many. */
const atOnce = 16;

/** What is to become of a record: another one, or nothing when it is to stay as it is. */
export interface Change<Answer> {
  readonly answer: Answer;
  readonly next?: {
    readonly record: ExecutionRecord;
    readonly status: ExecutionStatus;
    readonly expiresAtMs: number;
  };
}

/** A stored execution with its record read. */
export interface Found {
  readonly stored: StoredRevision;
  readonly record: ExecutionRecord;
}

/** Does the same with all of these, some at a time. */
export async function inGroups<One, Answer>(
  all: readonly One[],
  act: (one: One) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let start = 0; start < all.length; start += atOnce)
    answers.push(...(await Promise.all(all.slice(start, start + atOnce).map(act))));
  return answers;
}

/** Reads an execution; undefined when there is none. */
export async function findRecord(
  store: CheckpointStore,
  checksum: Checksum,
  executionId: string,
): Promise<Found | undefined> {
  const stored = await store.load(executionId);
  return stored && { stored, record: parseRecord(stored.head, checksum) };
}

/**
 * Reads a record, asks what is to become of it, and writes that if nobody has written it meanwhile; else again from the beginning.
 * Undefined when there is no such execution.
 *
 * @throws CheckpointFailedError when others were faster every time.
 * @throws what `decide` throws, and what the store throws again and again.
 */
export async function changeRecord<Answer>(
  store: CheckpointStore,
  checksum: Checksum,
  executionId: string,
  decide: (found: Found) => Change<Answer> | Promise<Change<Answer>>,
): Promise<Answer | undefined> {
  let failures = 0;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const found = await findRecord(store, checksum, executionId);
    if (found === undefined) return undefined;
    const { answer, next } = await decide(found);
    if (next === undefined) return answer;
    try {
      if (await isSaved(store, checksum, found.stored, next)) return answer;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures >= maxFailures) throw error;
    }
  }
  throw lostRacesError(executionId);
}

/**
 * Asks an execution to end.
 *
 * @param isMeant - whether it is the one that is meant
 * @returns its record; undefined when there is none that is
 */
export function askToEnd(
  store: CheckpointStore,
  checksum: Checksum,
  executionId: string,
  isMeant: (record: ExecutionRecord) => boolean = () => true,
): Promise<ExecutionRecord | undefined> {
  return changeRecord<ExecutionRecord | undefined>(store, checksum, executionId, ({ stored, record }) => {
    if (!isMeant(record)) return { answer: undefined };
    if (record.outcome !== null || record.isCancelRequested) return { answer: record };
    const asked = { ...record, isCancelRequested: true };
    return { answer: asked, next: { record: asked, status: stored.status, expiresAtMs: stored.expiresAtMs } };
  });
}

async function isSaved(
  store: CheckpointStore,
  checksum: Checksum,
  { revision, ...stored }: StoredRevision,
  { record, status, expiresAtMs }: NonNullable<Change<unknown>['next']>,
): Promise<boolean> {
  const entry = { ...stored, status, expiresAtMs, head: writeRecord(record, checksum) };
  return (await store.save(entry, revision, { isStateUnchanged: true })) !== undefined;
}

function lostRacesError(executionId: string): CheckpointFailedError {
  return new CheckpointFailedError({
    problem: `The record of execution ${executionId} could not be changed: it is written so often that each of ${maxTries} tries came too late.`,
    fix: 'Try again, nearer to the store if you can: between two invocations nobody writes.',
    details: { executionId, tries: maxTries },
  });
}
