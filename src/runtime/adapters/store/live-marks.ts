import type { ListedExecutions, ListQuery, StoredExecution } from '../../ports';
import {
  defaultLimit,
  describePage,
  isAskedFor,
  isLive,
  readInParallel,
  selectExecutions,
} from './select-executions';

/** A mark as a list of them has it. */
export interface ListedMark {
  readonly name: string;
  /** When it was written, in epoch milliseconds, where the list tells. */
  readonly writtenAtMs?: number | undefined;
}

/** Where a store keeps its marks: empty files, empty objects. */
export interface MarkDeps {
  write(name: string): Promise<void>;
  has(name: string): Promise<boolean>;
  remove(names: readonly string[]): Promise<void>;
  /** Removes those that were written before a time. */
  removeOlder(marks: readonly ListedMark[], beforeMs: number): Promise<void>;
  /** The marks whose names come after `after`, in ascending order, in pages. */
  list(after: string): AsyncIterable<readonly ListedMark[]>;
  /** The places of all records, whatever became of them. */
  listPlaces(): Promise<readonly string[]>;
  /** Whether there is no record yet. */
  isEmpty(): Promise<boolean>;
}

/** A record as a store reads it for a list. */
export interface MarkedRecord {
  readonly execution: StoredExecution;
  /** The mark that says that it is live; empty when it has ended, undefined when it was written before there were marks. */
  readonly mark: string | undefined;
}

/** Reads the record of a place: undefined when there is none, `damaged` when there is one that nothing can be said of. */
type ReadRecord = (place: string) => Promise<MarkedRecord | 'damaged' | undefined>;

/** What is known of the record that is to be replaced. */
interface RaiseFacts {
  /** Empty when it has none. */
  readonly markBefore: string;
  /** Whether there is none yet. */
  readonly isNew: boolean;
}

/** The mark of a record that is about to be written. */
interface RaisedMark {
  /** What the record has to say of it; empty when it needs none. */
  readonly mark: string;
  /** Removes the mark that nobody needs any more, now that the record was written, or certainly not written. */
  settle(isWritten: boolean): Promise<void>;
}

/** Once this name is there, everything that is live has a mark. */
const complete = 'complete';
const markPattern = /^(\d{16}\.[0-9a-z]+)\.(.+)$/s;
/** In the place of the nonce, in the marks of records that were written before there were marks. */
const oldNonce = '0';
/** A writer is between its mark and its record for less than this, in milliseconds: an older mark without its record is left over. */
const leftOverAfterMs = 3_600_000;
/** For so long after an upgrade executions may still be started by the code before, in milliseconds. */
const upgradeMs = 86_400_000;

/**
 * Keeps a mark beside the records of what is live, for stores that would have to read every record to find them.
 *
 * A mark is written before the record that names it and removed after a record that names none, so that a writer that dies leaves one too
 * many, never one too few; a list asks the record. Each time that an execution becomes live it has another mark: nobody removes that of
 * somebody else. Names begin with the start, the newest first.
 */
export class LiveMarks {
  readonly #room: MarkDeps;
  readonly #read: ReadRecord;
  #isComplete = false;
  #begun: Promise<void> | undefined;

  constructor(room: MarkDeps, read: ReadRecord) {
    this.#room = room;
    this.#read = read;
  }

  /** Before a record is written: writes the mark that it needs, unless it has one. `markBefore` is that of the record before, if any. */
  async raise(
    { startedAtMs, status }: StoredExecution,
    place: string,
    { markBefore, isNew }: RaiseFacts,
  ): Promise<RaisedMark> {
    const isToLive = isLive(status);
    const fresh = isToLive && markBefore === '' ? `${describeStart(startedAtMs)}.${createNonce()}` : '';
    await Promise.all([
      isNew ? this.#begin() : undefined,
      fresh === '' ? undefined : this.#room.write(`${fresh}.${place}`),
    ]);
    const settle = async (isWritten: boolean) => {
      const needless = isWritten && !isToLive ? markBefore : isWritten ? '' : fresh;
      // Does its best: a list removes what is left over.
      if (needless !== '') await this.#room.remove([`${needless}.${place}`]).catch(() => {});
    };
    return { mark: isToLive ? fresh || markBefore : '', settle };
  }

  /** What a query for live executions asks for. */
  async list(query: ListQuery): Promise<ListedExecutions> {
    if (await this.#hasAll()) return this.#listMarked(query);
    const executions = await this.#readAll();
    return describePage(selectExecutions(executions, query), query, null);
  }

  /** A store that is still empty has a mark for everything from its first record on. */
  #begin(): Promise<void> {
    this.#begun ??= this.#beginOnce().catch((error: unknown) => {
      this.#begun = undefined;
      throw error;
    });
    return this.#begun;
  }

  async #beginOnce(): Promise<void> {
    if ((await this.#hasAll()) || !(await this.#room.isEmpty())) return;
    await this.#room.write(complete);
  }

  async #hasAll(): Promise<boolean> {
    this.#isComplete ||= await this.#room.has(complete);
    return this.#isComplete;
  }

  async #listMarked(query: ListQuery): Promise<ListedExecutions> {
    const { live, startedUntilMs, limit = defaultLimit } = query;
    const after =
      live?.after ??
      (live === undefined && startedUntilMs !== undefined ? describeStart(startedUntilMs) : '');
    const found: StoredExecution[] = [];
    const leftOver: ListedMark[] = [];
    let next: string | null = null;
    for await (const mark of this.#readMarks(after, limit)) {
      if (mark.record === 'left over') leftOver.push(mark);
      else if (mark.record !== undefined && isAskedFor(mark.record, query)) found.push(mark.record);
      if (found.length < limit) continue;
      next = mark.name;
      break;
    }
    await this.#room.removeOlder(leftOver, Date.now() - leftOverAfterMs).catch(() => {});
    return describePage(found, query, next);
  }

  /** The marks with their records: no more are read than a page can hold. */
  async *#readMarks(after: string, limit: number) {
    const chunkLength = Math.min(Math.max(limit, 1), 200);
    for await (const page of this.#room.list(after)) {
      for (let start = 0; start < page.length; start += chunkLength) {
        yield* await readInParallel(page.slice(start, start + chunkLength), async (mark) => ({
          ...mark,
          record: await this.#follow(mark),
        }));
      }
    }
  }

  /** The live execution of a mark; `undefined` when its record cannot be read, or when the name is no mark. */
  async #follow({ name }: ListedMark): Promise<StoredExecution | 'left over' | undefined> {
    const [, mark, place] = markPattern.exec(name) ?? [];
    if (mark === undefined || place === undefined) return undefined;
    const record = await this.#read(place);
    if (record === 'damaged') return undefined;
    const isCurrent =
      record !== undefined && isLive(record.execution.status) && nameMark(record, place) === name;
    return isCurrent ? record.execution : 'left over';
  }

  /** Reads every record, once in the life of a store that is older than its marks, and writes the marks that are missing. */
  async #readAll(): Promise<StoredExecution[]> {
    const marked = new Set<string>();
    for await (const page of this.#room.list('')) for (const { name } of page) marked.add(name);
    const places = await this.#room.listPlaces();
    const records = await readInParallel(places, async (place) => ({
      place,
      record: await this.#read(place),
    }));
    const missing: string[] = [];
    let isDone = true;
    const executions = records.flatMap(({ place, record }) => {
      if (record === undefined || record === 'damaged') return [];
      const { execution, mark } = record;
      if (mark === undefined && execution.startedAtMs > Date.now() - upgradeMs) isDone = false;
      if (!isLive(execution.status)) return [];
      const name = nameMark(record, place);
      if (!marked.has(name)) missing.push(name);
      return [execution];
    });
    await this.#writeMissing(missing, isDone && places.length > 0);
    return executions;
  }

  /** Does its best: whoever may only read lists by reading everything. */
  async #writeMissing(names: readonly string[], isDone: boolean): Promise<void> {
    try {
      await readInParallel(names, (name) => this.#room.write(name));
      if (isDone) await this.#room.write(complete);
    } catch {
      // The next list tries again.
    }
  }
}

/** The name of the mark that a live record has. */
function nameMark({ execution, mark }: MarkedRecord, place: string): string {
  return `${mark ?? `${describeStart(execution.startedAtMs)}.${oldNonce}`}.${place}`;
}

function createNonce(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex');
}

/** A text that is the smaller the later the start. */
function describeStart(startedAtMs: number): string {
  const whole = Math.min(Math.max(Math.trunc(startedAtMs) || 0, 0), Number.MAX_SAFE_INTEGER);
  return String(Number.MAX_SAFE_INTEGER - whole).padStart(16, '0');
}
