import type { ListedMark, MarkDeps } from '../store/live-marks';
import { readInParallel } from '../store/select-executions';
import { files, hasCode, joinPath, makeFolder, readFolder, writeEmpty } from './file-revisions';

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
