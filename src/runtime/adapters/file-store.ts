import { withoutMark } from '../core/parse-json';
import type { CheckpointStore, ListQuery, StoredExecution, StoredRevision } from '../ports';
import { selectExecutions } from './select-executions';

/** Where a {@link FileCheckpointStore} keeps its files. */
export interface FileCheckpointStoreOptions {
  /** Made when it is missing. Every process that shares the executions must see it, and it must support hard links. */
  readonly directory: string;
}

/** Revisions that are kept beside the newest: a reader that has just listed the directory still finds what it saw. */
const keptRevisions = 2;
/** Characters of a directory's name that are taken from the id, and from its hash. */
const readableLength = 40;
const hashLength = 32;

/** What one file holds. */
interface RevisionFile extends StoredExecution {
  /** Tells two files of the same number apart. */
  readonly nonce: string;
  /** The nonce of the revision that this one replaced. */
  readonly previous: string;
}

/**
 * Keeps executions in files: one directory each, one numbered file per revision, made whole under another name and then linked to its own.
 * A link fails when the name exists, on every file system: that is the condition of the write. Survives SIGKILL and a full disk.
 * The local default; no store for Lambda itself, whose environments share no disk unless it is EFS.
 */
export class FileCheckpointStore implements CheckpointStore {
  readonly #directory: string;

  constructor({ directory }: FileCheckpointStoreOptions) {
    this.#directory = directory;
  }

  load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#loadNewest(this.#locate(executionId));
  }

  async #loadNewest(folder: string): Promise<StoredRevision | undefined> {
    for (;;) {
      const newest = (await listRevisions(folder)).at(-1);
      if (newest === undefined) return undefined;
      const file = await readRevision(folder, newest);
      if (file === undefined) continue;
      const { nonce, previous: _previous, ...execution } = file;
      return { ...execution, revision: `${newest}-${nonce}` };
    }
  }

  async save(execution: StoredExecution, expected: string | undefined): Promise<string | undefined> {
    const folder = this.#locate(execution.executionId);
    const [expectedNumber = '0', previous = ''] = (expected ?? '0-').split('-');
    const number = Number(expectedNumber) + 1;
    await files().mkdir(folder, { recursive: true });
    if (((await listRevisions(folder)).at(-1) ?? 0) !== number - 1) return undefined;
    const nonce = process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex');
    if (!(await placeWhole(folder, number, { ...execution, nonce, previous }))) return undefined;
    const isOurs = await this.#confirm(folder, number, nonce);
    return isOurs ? `${number}-${nonce}` : undefined;
  }

  async list(query: ListQuery): Promise<readonly StoredExecution[]> {
    const folders = await readFolder(this.#directory);
    const executions = await Promise.all(folders.map((folder) => this.#loadNewest(joinPath(this.#directory, folder))));
    return selectExecutions(
      executions.filter((execution) => execution !== undefined),
      query,
    );
  }

  /**
   * Tidies up behind a write. A writer that slept through several revisions finds its old number free again:
   * then the revision after it replaced another one, and the write does not count.
   */
  async #confirm(folder: string, number: number, nonce: string): Promise<boolean> {
    const numbers = await listRevisions(folder);
    const newest = numbers.at(-1) ?? 0;
    if (newest > number) {
      const successor = await readRevision(folder, number + 1);
      if (successor?.previous !== nonce) return false;
    }
    const old = numbers.filter((other) => other < newest - keptRevisions);
    await Promise.all(old.map((other) => files().rm(locateRevision(folder, other), { force: true })));
    return true;
  }

  /** A readable beginning, and a hash that tells all ids apart, also where case does not count. No id is a path. */
  #locate(executionId: string): string {
    const beginning = executionId.slice(0, readableLength).replace(/[^A-Za-z0-9_-]/g, '_');
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256').update(executionId).digest('hex');
    return joinPath(this.#directory, `${beginning}-${hash.slice(0, hashLength)}`);
  }
}

/** Writes a file that is either there as a whole or not at all. False when its number is taken. */
async function placeWhole(folder: string, number: number, file: RevisionFile): Promise<boolean> {
  const scratch = joinPath(folder, `scratch-${file.nonce}`);
  try {
    await files().writeFile(scratch, JSON.stringify(file), { flag: 'wx' });
    await files().link(scratch, locateRevision(folder, number));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await files().rm(scratch, { force: true });
  }
}

async function listRevisions(folder: string): Promise<number[]> {
  const names = await readFolder(folder);
  return names
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((one, other) => one - other);
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await files().readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function readRevision(folder: string, number: number): Promise<RevisionFile | undefined> {
  try {
    return JSON.parse(withoutMark(await files().readFile(locateRevision(folder, number), 'utf8'))) as RevisionFile;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function locateRevision(folder: string, number: number): string {
  return joinPath(folder, `${number}.json`);
}

function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | null)?.code === code;
}

function joinPath(...parts: string[]): string {
  return process.getBuiltinModule('node:path').join(...parts);
}

function files(): typeof import('node:fs/promises') {
  return process.getBuiltinModule('node:fs/promises');
}
