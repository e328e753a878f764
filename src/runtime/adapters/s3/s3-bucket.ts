import { explainFailure, isNamed } from '../aws/aws-failures';
import { loadS3Sdk } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';

type CommandName = 'DeleteObjectsCommand' | 'GetObjectCommand' | 'ListObjectsV2Command' | 'PutObjectCommand';

/** Most keys of one `DeleteObjects`. */
const maxDeleted = 1_000;

/** An object as it was read. */
export interface ReadObject {
  readonly text: string;
  readonly etag: string;
}

/** An object as a list has it. */
export interface ListedObject {
  readonly key: string;
  /** When it was written last, in epoch milliseconds, where the service says. */
  readonly modifiedAtMs: number | undefined;
}

/** One bucket and the calls that are made to it. What is missing or forbidden is said with its fix. */
export class S3Bucket {
  readonly name: string;
  readonly #client: CommandSender;

  constructor(name: string, client: CommandSender) {
    this.name = name;
    this.#client = client;
  }

  /** Reads an object; `undefined` when there is none. */
  async read(key: string): Promise<ReadObject | undefined> {
    try {
      const { Body, ETag } = await this.#call('GetObjectCommand', { Key: key });
      return { text: await Body.transformToString(), etag: ETag };
    } catch (error) {
      if (isNamed(error, 'NoSuchKey', 'NotFound')) return undefined;
      throw error;
    }
  }

  /** Writes an object and answers its ETag. */
  async write(key: string, text: string, condition: object = {}): Promise<string> {
    const { ETag } = await this.#call('PutObjectCommand', {
      Key: key,
      Body: text,
      ContentType: 'application/json',
      ...condition,
    });
    return ETag;
  }

  /** Every key that begins with a prefix, in the order of S3. */
  async *listKeys(prefix: string): AsyncGenerator<readonly string[]> {
    for await (const page of this.listObjects(prefix)) yield page.map(({ key }) => key);
  }

  /** Every object whose key begins with a prefix and comes after another key, in the order of S3; `input` for what else a list can be told. */
  async *listObjects(
    prefix: string,
    input: { readonly StartAfter?: string; readonly MaxKeys?: number } = {},
  ) {
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#call('ListObjectsV2Command', {
        Prefix: prefix,
        ...input,
        ...(ContinuationToken && { ContinuationToken }),
      });
      yield (page.Contents ?? []).map(describeObject) as ListedObject[];
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  /** Deletes what is there of these keys. */
  async remove(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += maxDeleted) {
      const Objects = keys.slice(start, start + maxDeleted).map((Key) => ({ Key }));
      const { Errors } = await this.#call('DeleteObjectsCommand', { Delete: { Objects, Quiet: true } });
      if (Errors?.length)
        throw explainFailure(this.#place, { name: Errors[0].Code, message: Errors[0].Message });
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: the answer has the type of the command
  async #call(command: CommandName, input: object): Promise<any> {
    const sdk = await loadS3Sdk();
    try {
      return await this.#client.send(
        new (sdk[command] as new (input: object) => unknown)({ Bucket: this.name, ...input }),
      );
    } catch (error) {
      throw explainFailure(this.#place, error);
    }
  }

  get #place() {
    return { store: 'S3 bucket', place: this.name, missingFix, refusedFix };
  }
}

function describeObject({
  Key,
  LastModified,
}: {
  readonly Key: string;
  readonly LastModified?: Date;
}): ListedObject {
  return { key: Key, modifiedAtMs: LastModified?.getTime() };
}

const missingFix = 'Create it, or correct its name (BATON_BUCKET, bucket) or the region.';
const refusedFix =
  'Grant s3:GetObject, PutObject and DeleteObject on its objects and s3:ListBucket on the bucket: without that S3 denies what is not there.';
