import { CorruptContinuationError } from '../../../errors/execution-errors';
import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../../ports';
import { hasStatus, isFirstTry, isWithoutEffect } from '../aws/aws-failures';
import { defaultS3Client } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';
import {
  type Layout,
  type PartName,
  readLayout,
  readRevision,
  writeLayout,
  writeRevision,
} from '../store/layout';
import { LiveMarks, type MarkedRecord } from '../store/live-marks';
import { PartShelf } from '../store/part-shelf';
import { isForLive, readInParallel, selectExecutions } from '../store/select-executions';
import { corruptRecordError, parseStored, warnOfDamage } from '../store/stored-json';
import { S3Bucket } from './s3-bucket';
import { recordName, S3Marks } from './s3-marks';
import { defaultPrefix, describeFolder, S3Parts } from './s3-parts';

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

/** What a record's object holds, as JSON. */
interface RecordBody extends StoredExecution {
  readonly v: 1;
  /** Makes every write another object, so that its ETag never comes again. */
  readonly nonce: string;
  readonly layout?: string;
  /** The mark of a live execution; empty when it has ended, absent in objects that were written before there were marks. */
  readonly mark?: string;
}

interface ReadRecord {
  readonly body: RecordBody;
  readonly etag: string;
  readonly layout: Layout | undefined;
}

/** What `S3CheckpointStore` loads: one object for each execution, and one for a large state. */
export class S3Store implements CheckpointStore {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  readonly #shelf: PartShelf;
  readonly #room: S3Marks;
  readonly #marks: LiveMarks;

  constructor({ bucket, prefix = defaultPrefix, client = defaultS3Client() }: S3CheckpointStoreOptions) {
    this.#bucket = new S3Bucket(bucket, client);
    this.#prefix = prefix;
    this.#shelf = new PartShelf(new S3Parts(this.#bucket, prefix));
    this.#room = new S3Marks(this.#bucket, prefix);
    this.#marks = new LiveMarks(this.#room, (place) => this.#readForList(place));
  }

  async load(executionId: string): Promise<StoredRevision | undefined> {
    for (;;) {
      const record = await this.#readRecord(this.#locate(executionId));
      if (record === undefined) return undefined;
      const { body, etag, layout } = record;
      if (body.executionId !== executionId)
        throw corruptRecordError(`The object ${this.#locate(executionId)}`, fix);
      const revision = describeRevision(etag, body.mark, layout);
      const part = layout?.parts.state;
      if (part === undefined) return { ...readExecution(body), revision };
      const isCurrent = async () => (await this.#readRecord(this.#locate(executionId)))?.etag === etag;
      const state = await this.#shelf.read(executionId, part, isCurrent);
      if (state !== undefined) return { ...readExecution(body), state, revision };
    }
  }

  async save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    const { etag: expectedEtag, mark: markBefore, layout: before } = readExpected(expected);
    const place = describeFolder('', execution.executionId).slice(0, -1);
    const { mark, settle } = await this.#marks.raise(execution, place, {
      markBefore,
      isNew: expected === undefined,
    });
    const isStateUnchanged = hint?.isStateUnchanged === true;
    const isStateKept = isStateUnchanged && before?.parts.state !== undefined;
    const apart: PartName[] =
      isStateKept || Buffer.byteLength(execution.state) > maxInlineBytes ? ['state'] : [];
    const placement = await this.#shelf.place({ execution, apart, before, isStateUnchanged });
    const body = { ...describeBody(execution, apart, placement.layout), mark };
    const etag = await this.#writeRecord(body, expectedEtag, placement.abandon);
    await (etag === undefined ? placement.abandon() : placement.accept());
    await settle(etag !== undefined);
    return etag === undefined ? undefined : describeRevision(etag, mark, placement.layout);
  }

  /** What is running or waiting by its marks; anything else by reading every record: for people, not for programs that ask often. */
  async list(query: ListQuery): Promise<ListedExecutions> {
    if (isForLive(query)) return this.#marks.list(query);
    const records = await readInParallel(await this.#room.listPlaces(), (place) => this.#readForList(place));
    return selectExecutions(
      records.flatMap((record) => (record === undefined || record === 'damaged' ? [] : [record.execution])),
      query,
    );
  }

  async #readForList(place: string): Promise<MarkedRecord | 'damaged' | undefined> {
    const key = `${this.#prefix}${place}/${recordName}`;
    try {
      const record = await this.#readRecord(key);
      return record && { execution: { ...readExecution(record.body), state: '' }, mark: record.body.mark };
    } catch (error) {
      if (!(error instanceof CorruptContinuationError)) throw error;
      warnOfDamage(`The object ${key}`);
      return 'damaged';
    }
  }

  async #readRecord(key: string): Promise<ReadRecord | undefined> {
    const object = await this.#bucket.read(key);
    if (object === undefined) return undefined;
    const body = parseBody(key, object.text);
    const layout = body.layout === undefined ? undefined : readLayout(body.layout);
    if (body.layout !== undefined && layout === undefined) throw corruptRecordError(`The object ${key}`, fix);
    return { body, etag: object.etag, layout };
  }

  /** The new ETag, or `undefined` when the stored one is another. Throws when that is not known, or when the call was turned down. */
  async #writeRecord(
    body: RecordBody,
    expectedEtag: string | undefined,
    abandon: () => Promise<unknown>,
  ): Promise<string | undefined> {
    const key = this.#locate(body.executionId);
    try {
      return await this.#bucket.write(key, JSON.stringify(body), describeCondition(expectedEtag));
    } catch (error) {
      if (isRefusal(error, expectedEtag)) return this.#checkRefusal(error, key, body, expectedEtag);
      if (isWithoutEffect(error)) await abandon();
      throw error;
    }
  }

  /** A conflict says nothing of what is stored, and a refused second try nothing of the first: then the record is looked at. */
  async #checkRefusal(
    error: unknown,
    key: string,
    { nonce }: RecordBody,
    expectedEtag: string | undefined,
  ): Promise<string | undefined> {
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

const fix = 'Give the store a prefix of its own, and bring the object back if something has changed it.';

/** A revision: the ETag, with the mark behind it when there is one, and the layout. */
function describeRevision(etag: string, mark: string | undefined, layout: Layout | undefined): string {
  return writeRevision({ stamp: mark ? `${etag}#${mark}` : etag, layout });
}

function readExpected(expected: string | undefined) {
  if (expected === undefined) return { etag: undefined, mark: '', layout: undefined };
  const { stamp, layout } = readRevision(expected);
  const [etag, mark = ''] = stamp.split('#');
  return { etag, mark, layout };
}

function describeCondition(expectedEtag: string | undefined): object {
  return expectedEtag === undefined ? { IfNoneMatch: '*' } : { IfMatch: expectedEtag };
}

/** A precondition that failed, a conflict, and the absence of what was to be replaced. */
function isRefusal(error: unknown, expectedEtag: string | undefined): boolean {
  return (
    hasStatus(error, 409, 412) ||
    (expectedEtag !== undefined && (error as { name?: string }).name === 'NoSuchKey')
  );
}

function describeBody(
  execution: StoredExecution,
  apart: readonly PartName[],
  layout: Layout | undefined,
): RecordBody {
  const { executionId, job, status, startedAtMs, expiresAtMs, head, state } = execution;
  const nonce = process.getBuiltinModule('node:crypto').randomBytes(12).toString('hex');
  const kept = {
    executionId,
    job,
    status,
    startedAtMs,
    expiresAtMs,
    head,
    state: apart.includes('state') ? '' : state,
  };
  return { v: 1, nonce, ...kept, ...(layout && { layout: writeLayout(layout) }) };
}

function readExecution({
  v: _v,
  nonce: _nonce,
  layout: _layout,
  mark: _mark,
  ...execution
}: RecordBody): StoredExecution {
  return execution;
}

function parseBody(key: string, text: string): RecordBody {
  const body = parseStored<RecordBody>(text);
  if (body?.v !== 1 || typeof body.nonce !== 'string') throw corruptRecordError(`The object ${key}`, fix);
  return body as RecordBody;
}
