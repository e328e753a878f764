import type { StoredExecution } from '../../ports';
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
export async function writeEmpty(file: string): Promise<void> {
  await files().writeFile(file, '', { mode: fileMode });
}

/** The names in a folder; none when it is not there. */
export async function readFolder(folder: string): Promise<string[]> {
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

export function files(): typeof import('node:fs/promises') {
  return process.getBuiltinModule('node:fs/promises');
}

function locateRevision(folder: string, number: number): string {
  return joinPath(folder, `${number}.json`);
}
