import { CorruptContinuationError } from '../../../errors/execution-errors';
import { withoutMark } from '../../core/state/json';
import type { StoredExecution } from '../../ports';

/** What a store adds to an execution that it keeps as JSON. */
type Kept<Extra> = StoredExecution & Partial<Extra>;

const statuses: readonly unknown[] = ['cancelled', 'completed', 'failed', 'running', 'skipped', 'waiting'];

/**
 * Reads an execution that is kept as JSON; `undefined` when the text is none. A byte-order mark in front, which some editors put there,
 * changes nothing of what was stored and is read over.
 */
export function parseStored<Extra>(text: string): Kept<Extra> | undefined {
  try {
    const stored = JSON.parse(withoutMark(text));
    return isStored(stored) ? (stored as Kept<Extra>) : undefined;
  } catch {
    return undefined;
  }
}

function isStored(value: unknown): boolean {
  const { executionId, job, status, startedAtMs, expiresAtMs, head, state } = (value ?? {}) as Record<
    keyof StoredExecution,
    unknown
  >;
  const areTexts = [executionId, job, head, state].every((text) => typeof text === 'string');
  return (
    areTexts && statuses.includes(status) && Number.isFinite(startedAtMs) && Number.isFinite(expiresAtMs)
  );
}

/** The error for a record that is there and cannot be read. `place` says which file, object or item it is, never what is in it. */
export function corruptRecordError(place: string, fix: string): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: `${place} is damaged: it is no record of an execution that this version can read.`,
    fix,
    details: { reason: 'a stored record is damaged' },
  });
}

/** Tells of a damaged record that a list has to leave out, since nothing in it says whose it is. */
export function warnOfDamage(place: string): void {
  process.emitWarning(`${place} is damaged, and is left out of the list.`, { code: 'LAMBDA_BATON_STORE' });
}
