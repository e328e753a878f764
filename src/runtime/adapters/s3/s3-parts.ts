import { defaultS3Client } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';
import type { Part } from '../store/layout';
import type { PartDeps } from '../store/part-shelf';
import { S3Bucket } from './s3-bucket';

/** Keeps parts in objects of their own: `<folder of the execution>part-<nonce>`. */
export class S3Parts implements PartDeps {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;

  constructor(bucket: S3Bucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async put(executionId: string, nonce: string, text: string): Promise<Part> {
    await this.#bucket.write(this.#locate(executionId, nonce), text);
    return { nonce, bytes: Buffer.byteLength(text), pieceCount: 1 };
  }

  async get(executionId: string, { nonce, bytes }: Part): Promise<string | undefined> {
    const object = await this.#bucket.read(this.#locate(executionId, nonce));
    return object !== undefined && Buffer.byteLength(object.text) === bytes ? object.text : undefined;
  }

  locate(executionId: string, { nonce }: Part): string[] {
    return [this.#locate(executionId, nonce)];
  }

  async list(executionId: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of this.#bucket.listKeys(this.#locate(executionId, ''))) keys.push(...page);
    return keys;
  }

  remove(_executionId: string, keys: readonly string[]): Promise<void> {
    return this.#bucket.remove(keys);
  }

  #locate(executionId: string, nonce: string): string {
    return `${describeFolder(this.#prefix, executionId)}part-${nonce}`;
  }
}

/** Makes room in a bucket. */
export function openS3Parts({
  bucket,
  prefix = defaultPrefix,
  client = defaultS3Client(),
}: {
  readonly bucket: string;
  readonly prefix: string | undefined;
  readonly client: CommandSender | undefined;
}): S3Parts {
  return new S3Parts(new S3Bucket(bucket, client), prefix);
}

/** What keys begin with unless told otherwise. */
export const defaultPrefix = 'lambda-baton/';

const plainId = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;
/** Characters of an id that stay readable, and of its digest, in a key that cannot hold it. */
const readableLength = 40;
const digestLength = 40;

/**
 * The folder of an execution, with its slash: its id, or a readable beginning and a digest of one that is long or means something to S3,
 * to a URL or to a browser of objects. No id leads out of the prefix, and no two share a folder.
 */
export function describeFolder(prefix: string, executionId: string): string {
  if (plainId.test(executionId)) return `${prefix}${executionId}/`;
  const beginning = executionId.slice(0, readableLength).replace(/[^A-Za-z0-9_-]/g, '_');
  const digest = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(executionId, 'utf16le')
    .digest('hex');
  return `${prefix}${beginning}~${digest.slice(0, digestLength)}/`;
}
