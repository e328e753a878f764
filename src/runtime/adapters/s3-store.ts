import { CorruptContinuationError } from '../../errors/corrupt-continuation-error';
import type { CheckpointStore, ListQuery, SaveHint, StoredExecution, StoredRevision } from '../ports';
import { hasStatus, isFirstTry, isWithoutEffect } from './aws-failures';
import { defaultS3Client } from './default-clients';
import type { CommandSender } from './lazy-client';
import { type Layout, type PartName, readLayout, readRevision, writeLayout, writeRevision } from './parts/layout';
import { PartShelf } from './parts/part-shelf';
import { S3Parts } from './parts/s3-parts';
import { S3Bucket } from './s3-bucket';
import { defaultPrefix, describeFolder } from './s3-key';
import { selectExecutions } from './select-executions';

/** Where an {@link S3CheckpointStore} keeps executions. */
export interface S3CheckpointStoreOptions {
  /** A general purpose bucket. Objects stay until a lifecycle rule removes them. */
  readonly bucket: string;
  /** What the keys begin with. @defaultValue lambda-baton/ */
  readonly prefix?: string;
  /** An `S3Client`, or what has its `send`. @defaultValue one with short time-outs, loaded on first use */
  readonly client?: CommandSender;
}

/** Largest state, in bytes, that is kept in the record: beyond it a write of the head alone is worth an object more. */
const maxInlineBytes = 262_144;
/** Records that a list reads at once. */
const readersCount = 16;

/** What a record's object holds, as JSON. */
interface RecordBody extends StoredExecution {
  readonly v: 1;
  /** Makes every write another object, so that its ETag never comes again. */
  readonly nonce: string;
  readonly layout?: string;
}

interface ReadRecord {
  readonly body: RecordBody;
  readonly etag: string;
  readonly layout: Layout | undefined;
}

/**
 * Keeps executions in an S3 bucket: one object each, written on the condition of its ETag. A large state has an object of its own.
 *
 * @throws CheckpointStoreError when the bucket is missing or refuses; AWS's own errors otherwise.
 */
export class S3CheckpointStore implements CheckpointStore {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  readonly #shelf: PartShelf;

  constructor({ bucket, prefix = defaultPrefix, client = defaultS3Client() }: S3CheckpointStoreOptions) {
    this.#bucket = new S3Bucket(bucket, client);
    this.#prefix = prefix;
    this.#shelf = new PartShelf(new S3Parts(this.#bucket, prefix));
  }

  async load(executionId: string): Promise<StoredRevision | undefined> {
    for (;;) {
      const record = await this.#readRecord(this.#locate(executionId));
      if (record === undefined) return undefined;
      const { body, etag, layout } = record;
      const revision = writeRevision({ stamp: etag, layout });
      const part = layout?.parts.state;
      if (part === undefined) return { ...readExecution(body), revision };
      const isCurrent = async () => (await this.#readRecord(this.#locate(executionId)))?.etag === etag;
      const state = await this.#shelf.read(executionId, part, isCurrent);
      if (state !== undefined) return { ...readExecution(body), state, revision };
    }
  }

  async save(execution: StoredExecution, expected: string | undefined, hint?: SaveHint): Promise<string | undefined> {
    const { stamp, layout: before } = expected === undefined ? { stamp: undefined, layout: undefined } : readRevision(expected);
    const isStateUnchanged = hint?.isStateUnchanged === true;
    const isStateKept = isStateUnchanged && before?.parts.state !== undefined;
    const apart: PartName[] = isStateKept || Buffer.byteLength(execution.state) > maxInlineBytes ? ['state'] : [];
    const placement = await this.#shelf.place({ execution, apart, before, isStateUnchanged });
    const body = describeBody(execution, apart, placement.layout);
    const etag = await this.#writeRecord(body, stamp, placement.abandon);
    if (etag !== undefined) {
      await placement.accept();
      return writeRevision({ stamp: etag, layout: placement.layout });
    }
    await placement.abandon();
    return undefined;
  }

  /** Lists the keys below the prefix and reads every record: for people, not for programs that ask often. */
  async list(query: ListQuery): Promise<readonly StoredExecution[]> {
    const keys: string[] = [];
    for await (const page of this.#bucket.listKeys(this.#prefix)) keys.push(...page.filter((key) => key.endsWith(`/${recordName}`)));
    const executions: StoredExecution[] = [];
    const next = keys.values();
    const read = async () => {
      for (const key of next) {
        const record = await this.#readRecord(key);
        if (record !== undefined) executions.push({ ...readExecution(record.body), state: '' });
      }
    };
    await Promise.all(Array.from({ length: readersCount }, read));
    return selectExecutions(executions, query);
  }

  async #readRecord(key: string): Promise<ReadRecord | undefined> {
    const object = await this.#bucket.read(key);
    if (object === undefined) return undefined;
    const body = parseBody(key, object.text);
    return { body, etag: object.etag, layout: body.layout === undefined ? undefined : readLayout(body.layout) };
  }

  /** The new ETag, or `undefined` when the stored one is another. Throws when that is not known, or when the call was turned down. */
  async #writeRecord(body: RecordBody, expectedEtag: string | undefined, abandon: () => Promise<unknown>): Promise<string | undefined> {
    const key = this.#locate(body.executionId);
    try {
      return await this.#bucket.write(key, JSON.stringify(body), describeCondition(expectedEtag));
    } catch (error) {
      if (isRefusal(error, expectedEtag)) return this.#judgeRefusal(error, key, body, expectedEtag);
      if (isWithoutEffect(error)) await abandon();
      throw error;
    }
  }

  /** A conflict says nothing of what is stored, and a refused second try nothing of the first: then the record is looked at. */
  async #judgeRefusal(error: unknown, key: string, { nonce }: RecordBody, expectedEtag: string | undefined): Promise<string | undefined> {
    if (!hasStatus(error, 409) && isFirstTry(error)) return undefined;
    const record = await this.#readRecord(key);
    if (record?.body.nonce === nonce) return record.etag;
    if (record?.etag === expectedEtag) throw error;
    return undefined;
  }

  #locate(executionId: string): string {
    return `${describeFolder(this.#prefix, executionId)}${recordName}`;
  }
}

const recordName = 'record.json';

function describeCondition(expectedEtag: string | undefined): object {
  return expectedEtag === undefined ? { IfNoneMatch: '*' } : { IfMatch: expectedEtag };
}

/** A precondition that failed, a conflict, and the absence of what was to be replaced. */
function isRefusal(error: unknown, expectedEtag: string | undefined): boolean {
  return hasStatus(error, 409, 412) || (expectedEtag !== undefined && (error as { name?: string }).name === 'NoSuchKey');
}

function describeBody(execution: StoredExecution, apart: readonly PartName[], layout: Layout | undefined): RecordBody {
  const { executionId, job, status, startedAtMs, expiresAtMs, head, state } = execution;
  const nonce = process.getBuiltinModule('node:crypto').randomBytes(12).toString('hex');
  const kept = { executionId, job, status, startedAtMs, expiresAtMs, head, state: apart.includes('state') ? '' : state };
  return { v: 1, nonce, ...kept, ...(layout && { layout: writeLayout(layout) }) };
}

function readExecution({ v: _v, nonce: _nonce, layout: _layout, ...execution }: RecordBody): StoredExecution {
  return execution;
}

function parseBody(key: string, text: string): RecordBody {
  try {
    const body = JSON.parse(text);
    if (body.v === 1) return body;
  } catch {
    // Said below, like any other object that is no record.
  }
  throw new CorruptContinuationError({
    problem: `The object ${key} is no record of an execution that this version can read.`,
    cure: 'Give the store a prefix of its own, and bring the object back if something has changed it.',
    details: { reason: 'an object in the place of a record is none' },
  });
}
