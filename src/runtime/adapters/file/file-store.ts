import { CorruptContinuationError } from '../../../errors/execution-errors';
import { reservedPrefix } from '../../core/message/arrival';
import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  StoredExecution,
  StoredRevision,
} from '../../ports';
import { LiveMarks, type MarkedRecord } from '../store/live-marks';
import { isForLive, readInParallel, selectExecutions } from '../store/select-executions';
import { corruptRecordError, warnOfDamage } from '../store/stored-json';
import {
  FileMarks,
  hasCode,
  joinPath,
  listRevisions,
  makeFolder,
  placeWhole,
  type RevisionFile,
  readRevision,
  removeFolder,
  removeRevision,
} from './files';

/** Where a {@link FileCheckpointStore} keeps its files. */
export interface FileCheckpointStoreOptions {
  /**
   * Made when it is missing, for its owner only; one that is there keeps its mode. Every process that shares the executions must see it,
   * as the same user, and it must support hard links.
   */
  readonly directory: string;
}

/** Revisions that are kept beside the newest: a reader that has just listed the directory still finds what it saw. */
const keptRevisions = 2;
/** Characters of a directory's name that are taken from the id, and from its hash. */
const readableLength = 40;
const hashLength = 32;

/** The newest revision of an execution. */
interface Newest {
  readonly number: number;
  readonly file: RevisionFile;
}

/**
 * What `FileCheckpointStore` loads: one directory for each execution, one numbered file per revision, made whole under another name and
 * then linked to its own. A link fails when the name exists, on every file system: that is the condition of the write.
 */
export class FileStore implements CheckpointStore {
  readonly #directory: string;
  readonly #room: FileMarks;
  readonly #marks: LiveMarks;

  constructor({ directory }: FileCheckpointStoreOptions) {
    this.#directory = directory;
    this.#room = new FileMarks(directory);
    this.#marks = new LiveMarks(this.#room, (place) => this.#readForList(place));
  }

  async load(executionId: string): Promise<StoredRevision | undefined> {
    const folder = joinPath(this.#directory, namePlace(executionId));
    const newest = await readNewest(folder);
    if (newest === undefined) return undefined;
    const { nonce, previous: _previous, mark = '', ...execution } = newest.file;
    if (execution.executionId !== executionId)
      throw corruptRecordError(`The folder ${folder}`, 'Delete it: it holds another execution.');
    return { ...execution, revision: writeFileRevision(newest.number, nonce, mark) };
  }

  async save(execution: StoredExecution, expected: string | undefined): Promise<string | undefined> {
    const place = namePlace(execution.executionId);
    const folder = joinPath(this.#directory, place);
    const [expectedNumber = '0', previous = '', markBefore = ''] = (expected ?? '').split('-');
    const number = Number(expectedNumber) + 1;
    if (((await listRevisions(folder)).at(-1) ?? 0) !== number - 1) return undefined;
    const { mark, settle } = await this.#marks.raise(execution, place, {
      markBefore,
      isNew: expected === undefined,
    });
    await makeFolder(folder);
    const nonce = process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex');
    const isWritten =
      (await placeWhole(folder, number, { ...execution, nonce, previous, mark })) &&
      (await confirm(folder, number, nonce));
    await settle(isWritten);
    return isWritten ? writeFileRevision(number, nonce, mark) : undefined;
  }

  /** What is running or waiting by its marks; anything else by reading the newest file of every execution, a few at a time. */
  async list(query: ListQuery): Promise<ListedExecutions> {
    if (isForLive(query)) return this.#marks.list(query);
    const read = async (place: string) => ({ place, record: await this.#readForList(place) });
    const records = await readInParallel(await this.#room.listPlaces(), read);
    const found = records.flatMap(({ place, record }) =>
      record === undefined || record === 'damaged' ? [] : [{ place, ...record }],
    );
    await this.#removeExpired(found);
    return selectExecutions(
      found.map(({ execution }) => execution),
      query,
    );
  }

  /** What the runtime keeps for itself goes when its time is over: nobody looks at it. Does its best; the next list comes by again. */
  async #removeExpired(
    found: readonly { readonly place: string; readonly execution: StoredExecution }[],
  ): Promise<void> {
    const nowMs = Date.now();
    const expired = found.filter(
      ({ execution }) => execution.executionId.startsWith(reservedPrefix) && execution.expiresAtMs < nowMs,
    );
    await readInParallel(expired, ({ place }) =>
      removeFolder(joinPath(this.#directory, place)).catch(() => {}),
    );
  }

  /** One that is damaged is listed by what the revisions before it say, without a head, so that it shows that it cannot be read. */
  async #readForList(place: string): Promise<MarkedRecord | 'damaged' | undefined> {
    const folder = joinPath(this.#directory, place);
    let isDamaged = false;
    for (const number of (await listRevisionsOfPlace(folder)).reverse()) {
      try {
        const file = await readRevision(folder, number);
        if (file === undefined) return this.#readForList(place);
        const { nonce: _nonce, previous: _previous, mark, ...execution } = file;
        return { execution: { ...execution, head: isDamaged ? '' : execution.head, state: '' }, mark };
      } catch (error) {
        if (!(error instanceof CorruptContinuationError)) throw error;
        isDamaged = true;
      }
    }
    if (!isDamaged) return undefined;
    warnOfDamage(`The folder ${folder}`);
    return 'damaged';
  }
}

async function readNewest(folder: string): Promise<Newest | undefined> {
  for (;;) {
    const number = (await listRevisions(folder)).at(-1);
    if (number === undefined) return undefined;
    const file = await readRevision(folder, number);
    if (file !== undefined) return { number, file };
  }
}

/** What stands beside the folders of executions, and is none, has no revisions. */
async function listRevisionsOfPlace(folder: string): Promise<number[]> {
  return listRevisions(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOTDIR')) return [];
    throw error;
  });
}

/**
 * Tidies up behind a write. A writer that slept through several revisions finds its old number free again:
 * then the revision after it replaced another one, and the write does not count.
 */
async function confirm(folder: string, number: number, nonce: string): Promise<boolean> {
  const numbers = await listRevisions(folder);
  const newest = numbers.at(-1) ?? 0;
  if (newest > number) {
    const successor = await readRevision(folder, number + 1);
    if (successor?.previous !== nonce) return false;
  }
  await Promise.all(
    numbers.filter((other) => other < newest - keptRevisions).map((other) => removeRevision(folder, other)),
  );
  return true;
}

/** A readable beginning, and a hash that tells all ids apart, also where case does not count. No id is a path. */
function namePlace(executionId: string): string {
  const beginning = executionId.slice(0, readableLength).replace(/[^A-Za-z0-9_-]/g, '_');
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(executionId).digest('hex');
  return `${beginning}-${hash.slice(0, hashLength)}`;
}

function writeFileRevision(number: number, nonce: string, mark: string): string {
  return mark === '' ? `${number}-${nonce}` : `${number}-${nonce}-${mark}`;
}
