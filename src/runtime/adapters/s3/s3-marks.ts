import type { ListedMark, MarkDeps } from '../store/live-marks';
import type { S3Bucket } from './s3-bucket';

/** What a record's key ends with. */
export const recordName = 'record.json';

/** What the keys of marks have behind the prefix. No execution's folder has this name. */
const markFolder = '!live/';

/** Keeps the marks of what is live in small objects: `<prefix>!live/<mark>.<folder of the execution>`. */
export class S3Marks implements MarkDeps {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  readonly #folder: string;

  constructor(bucket: S3Bucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#folder = `${prefix}${markFolder}`;
  }

  async write(name: string): Promise<void> {
    // The SDK takes an empty body for a stream of unknown length, and warns.
    await this.#bucket.write(`${this.#folder}${name}`, '{}');
  }

  async has(name: string): Promise<boolean> {
    return (await this.#bucket.read(`${this.#folder}${name}`)) !== undefined;
  }

  remove(names: readonly string[]): Promise<void> {
    return this.#bucket.remove(names.map((name) => `${this.#folder}${name}`));
  }

  async removeOlder(marks: readonly ListedMark[], beforeMs: number): Promise<void> {
    const old = marks.filter(({ writtenAtMs = beforeMs }) => writtenAtMs < beforeMs);
    if (old.length > 0) await this.remove(old.map(({ name }) => name));
  }

  async *list(after: string): AsyncGenerator<readonly ListedMark[]> {
    for await (const page of this.#bucket.listObjects(this.#folder, {
      StartAfter: `${this.#folder}${after}`,
    })) {
      const marks = page.map(({ key, modifiedAtMs }) => ({
        name: key.slice(this.#folder.length),
        writtenAtMs: modifiedAtMs,
      }));
      yield marks.filter(({ name }) => name > after).sort((one, other) => (one.name < other.name ? -1 : 1));
    }
  }

  async listPlaces(): Promise<readonly string[]> {
    const places: string[] = [];
    for await (const keys of this.#bucket.listKeys(this.#prefix)) {
      for (const key of keys)
        if (this.#isRecord(key)) places.push(key.slice(this.#prefix.length, -recordName.length - 1));
    }
    return places;
  }

  /** Marks come first: an object behind them is of an execution. */
  async isEmpty(): Promise<boolean> {
    const input = { StartAfter: `${this.#folder}~`, MaxKeys: 1 };
    for await (const page of this.#bucket.listObjects(this.#prefix, input)) {
      if (page.some(({ key }) => !key.startsWith(this.#folder))) return false;
    }
    return true;
  }

  #isRecord(key: string): boolean {
    return key.endsWith(`/${recordName}`) && !key.startsWith(this.#folder);
  }
}
