import { defaultS3Client } from '../aws/default-clients';
import type { CommandSender } from '../aws/lazy-client';
import type { Part } from '../store/layout';
import type { PartDeps } from '../store/part-deps';
import { S3Bucket } from './s3-bucket';
import { defaultPrefix, describeFolder } from './s3-key';

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
