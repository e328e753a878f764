import type { StoredExecution } from '../../ports';
import type { ListedMark, MarkDeps } from '../store/live-marks';
import { readInParallel } from '../store/select-executions';
import { corruptRecordError, parseStored } from '../store/stored-json';

/** Files and folders are for their owner's eyes: states hold what users keep secret. */
const fileMode = 0o600;
const folderMode = 0o700;

/** What one file holds. */
export interface RevisionFile extends StoredExecution {
  /** Tells two files of the same number apart. */
  readonly nonce: string;
  /** The nonce of the revision that this one replaced. */
  readonly previous: string;
  /** The mark of a live execution; empty when it has ended, absent in files that were written before there were marks. */
  readonly mark?: string;
}

const fix = 'Bring the file back from a backup, or delete the folder of the execution and start it again.';

/** Reads a revision; `undefined` when there is none of this number. @throws CorruptContinuationError when it is damaged. */
export async function readRevision(folder: string, number: number): Promise<RevisionFile | undefined> {
  const file = locateRevision(folder, number);
  try {
    const stored = parseStored<RevisionFile>(await files().readFile(file, 'utf8'));
    if (typeof stored?.nonce === 'string' && typeof stored.previous === 'string')
      return stored as RevisionFile;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  throw corruptRecordError(`The file ${file}`, fix);
}

/** Writes a file that is either there as a whole or not at all. False when its number is taken. */
export async function placeWhole(folder: string, number: number, file: RevisionFile): Promise<boolean> {
  const scratch = joinPath(folder, `scratch-${file.nonce}`);
  try {
    await files().writeFile(scratch, JSON.stringify(file), { flag: 'wx', mode: fileMode });
    await files().link(scratch, locateRevision(folder, number));
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await files().rm(scratch, { force: true });
  }
}

/** The numbers of the revisions in a folder, ascending. */
export async function listRevisions(folder: string): Promise<number[]> {
  const names = await readFolder(folder);
  return names
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((one, other) => one - other);
}

export async function removeRevision(folder: string, number: number): Promise<void> {
  await files().rm(locateRevision(folder, number), { force: true });
}

export async function removeFolder(folder: string): Promise<void> {
  await files().rm(folder, { recursive: true, force: true });
}

/** Makes a folder, and those above it, for its owner only. One that is there stays as it is. */
export async function makeFolder(folder: string): Promise<void> {
  await files().mkdir(folder, { recursive: true, mode: folderMode });
}

/** Writes an empty file, for its owner only. */
async function writeEmpty(file: string): Promise<void> {
  await files().writeFile(file, '', { mode: fileMode });
}

/** The names in a folder; none when it is not there. */
async function readFolder(folder: string): Promise<string[]> {
  try {
    return await files().readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

export function joinPath(...parts: string[]): string {
  return process.getBuiltinModule('node:path').join(...parts);
}

export function hasCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | null)?.code === code;
}

function files(): typeof import('node:fs/promises') {
  return process.getBuiltinModule('node:fs/promises');
}

function locateRevision(folder: string, number: number): string {
  return joinPath(folder, `${number}.json`);
}

/** The folder of the marks. No folder of an execution has this name: they have letters, digits, `_` and `-`. */
const markFolder = '~live';

/** Keeps the marks of what is live in empty files of a folder beside those of the executions. */
export class FileMarks implements MarkDeps {
  readonly #directory: string;
  readonly #folder: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#folder = joinPath(directory, markFolder);
  }

  async write(name: string): Promise<void> {
    const file = joinPath(this.#folder, name);
    try {
      await writeEmpty(file);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      await makeFolder(this.#folder);
      await writeEmpty(file);
    }
  }

  async has(name: string): Promise<boolean> {
    try {
      await files().access(joinPath(this.#folder, name));
      return true;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return false;
      throw error;
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    await readInParallel(names, (name) => files().rm(joinPath(this.#folder, name), { force: true }));
  }

  async removeOlder(marks: readonly ListedMark[], beforeMs: number): Promise<void> {
    await readInParallel(marks, async ({ name }) => {
      const { mtimeMs } = await files().stat(joinPath(this.#folder, name));
      if (mtimeMs < beforeMs) await this.remove([name]);
    });
  }

  async *list(after: string): AsyncGenerator<readonly ListedMark[]> {
    const names = await readFolder(this.#folder);
    yield names
      .filter((name) => name > after)
      .sort()
      .map((name) => ({ name }));
  }

  async listPlaces(): Promise<readonly string[]> {
    return (await readFolder(this.#directory)).filter((name) => name !== markFolder);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.listPlaces()).length === 0;
  }
}
