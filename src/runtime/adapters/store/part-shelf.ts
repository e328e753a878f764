import { CorruptContinuationError } from '../../../errors/execution-errors';
import type { StoredExecution } from '../../ports';
import type { Layout, Part, PartName } from './layout';

/** More stale parts than this are left to the end of the execution, or to the time to live. */
const maxStaleParts = 40;
/** Removed parts that are remembered, so that the next write does not remove them again. */
const maxRemembered = 1_000;

/** Texts that were put apart for one write. Either of the two ends it. */
interface Placement {
  readonly layout: Layout | undefined;
  /** The record was written: removes the parts that it has replaced. Does its best; what is left is removed by a later write. */
  accept(): Promise<unknown>;
  /** The record was certainly not written: removes what was put apart for it. Does its best too. */
  abandon(): Promise<unknown>;
}

/** What of an execution a write puts apart. */
interface PlacementRequest {
  readonly execution: StoredExecution;
  readonly apart: readonly PartName[];
  /** The layout at the expected revision. */
  readonly before: Layout | undefined;
  readonly isStateUnchanged: boolean;
}

/**
 * Keeps large texts apart from their record. A part is written under a fresh nonce before the record that names it, and removed after
 * a record that does not: a reader never sees half, and what a writer leaves behind that dies is found by the next, or at the end.
 */
export class PartShelf {
  readonly #room: PartDeps;
  readonly #removed = new Set<string>();

  constructor(room: PartDeps) {
    this.#room = room;
  }

  async place({ execution, apart, before, isStateUnchanged }: PlacementRequest): Promise<Placement> {
    const kept = isStateUnchanged && apart.includes('state') ? before?.parts.state : undefined;
    const fresh: Partial<Record<PartName, Part>> = {};
    const { executionId } = execution;
    // Listed before the record is written: whoever writes parts later has seen that record, and they are not on the list.
    const swept = isOver(execution) && before !== undefined ? await this.#room.list(executionId) : undefined;
    const abandon = () => this.#tidy(executionId, this.#locateAll(executionId, Object.values(fresh)));
    try {
      for (const name of apart)
        if (name !== 'state' || kept === undefined) fresh[name] = await this.#put(execution, name);
    } catch (error) {
      await abandon();
      throw error;
    }
    if (apart.length === 0 && before === undefined)
      return { layout: undefined, accept: async () => {}, abandon };
    const parts = kept === undefined ? fresh : { ...fresh, state: kept };
    const stale = this.#listStale(before, kept);
    return {
      layout: { parts, stale },
      accept: () => this.#removeStale(executionId, parts, stale, swept),
      abandon,
    };
  }

  /** @throws CorruptContinuationError when it is not there as a whole and `isCurrent` says that it should be. */
  async read(
    executionId: string,
    part: Part,
    isCurrent: () => Promise<boolean>,
  ): Promise<string | undefined> {
    const text = await this.#room.get(executionId, part);
    if (text !== undefined) return text;
    // A writer may have replaced it since the record was read.
    if (!(await isCurrent())) return undefined;
    throw new CorruptContinuationError({
      problem: `The stored state of execution ${executionId} cannot be read: a part of ${part.bytes} bytes is missing, has expired or was changed.`,
      fix: 'Bring it back from a backup, or start again under another id; give time-to-live and lifecycle rules more time.',
      details: { reason: 'a part of the stored state is missing, has expired or was changed' },
    });
  }

  #put(execution: StoredExecution, name: PartName): Promise<Part> {
    const { executionId, startedAtMs, expiresAtMs } = execution;
    const nonce = process.getBuiltinModule('node:crypto').randomBytes(12).toString('hex');
    // Records that keep this part are written later and live longer than this one: twice as long is longer than any.
    return this.#room.put(executionId, nonce, execution[name], 2 * expiresAtMs - startedAtMs);
  }

  #listStale(before: Layout | undefined, kept: Part | undefined): Part[] {
    if (before === undefined) return [];
    const replaced = Object.values(before.parts).filter((part) => part !== kept);
    return [...before.stale.filter(({ nonce }) => !this.#removed.has(nonce)), ...replaced].slice(
      -maxStaleParts,
    );
  }

  async #removeStale(
    executionId: string,
    parts: Layout['parts'],
    stale: readonly Part[],
    swept: readonly string[] | undefined,
  ) {
    const needed = new Set(this.#locateAll(executionId, Object.values(parts)));
    const keys = new Set([...this.#locateAll(executionId, stale), ...(swept ?? [])]);
    const isDone = await this.#tidy(
      executionId,
      [...keys].filter((key) => !needed.has(key)),
    );
    if (!isDone) return;
    for (const { nonce } of stale) this.#removed.add(nonce);
    for (const nonce of this.#removed) if (this.#removed.size > maxRemembered) this.#removed.delete(nonce);
  }

  #locateAll(executionId: string, parts: readonly Part[]): string[] {
    return parts.flatMap((part) => this.#room.locate(executionId, part));
  }

  /** Says whether everything is gone. A failure must not undo a write that counts; the record remembers what is stale. */
  async #tidy(executionId: string, keys: readonly string[]): Promise<boolean> {
    if (keys.length === 0) return true;
    try {
      await this.#room.remove(executionId, keys);
      return true;
    } catch {
      return false;
    }
  }
}

function isOver({ status }: StoredExecution): boolean {
  return status !== 'running' && status !== 'waiting';
}

/** Where parts are kept: items of a table, objects of a bucket. Keys are the room's own business. */
export interface PartDeps {
  /** Writes a text under a nonce that nobody has used, and says how it was cut. */
  put(executionId: string, nonce: string, text: string, expiresAtMs: number): Promise<Part>;
  /** Reads a text whole; `undefined` when any of it is missing or has another length. */
  get(executionId: string, part: Part): Promise<string | undefined>;
  /** The keys of a part. */
  locate(executionId: string, part: Part): string[];
  /** The keys of every part of an execution, also of those that no record knows. */
  list(executionId: string): Promise<string[]>;
  /** Removes what is there of these keys. */
  remove(executionId: string, keys: readonly string[]): Promise<void>;
}
