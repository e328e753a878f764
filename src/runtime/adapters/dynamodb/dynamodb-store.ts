import { CorruptContinuationError } from '../../../errors/execution-errors';
import type {
  CheckpointStore,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../../ports';
import { isFirstTry, isNamed, isWithoutEffect } from '../aws/aws-failures';
import { defaultDynamoDbClient } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';
import { openS3Parts } from '../s3/s3-parts';
import { type Layout, readRevision, type StampedLayout, writeRevision } from '../store/layout';
import { PartShelf } from '../store/part-shelf';
import { describePage, readInParallel } from '../store/select-executions';
import { corruptRecordError } from '../store/stored-json';
import {
  chooseApart,
  DynamoDbParts,
  describeRecord,
  describeRecordKey,
  describeRevision,
  isWholeRecord,
  type ReadRecord,
  readRecordItem,
} from './dynamodb-record';
import { DynamoDbTable, type Item } from './dynamodb-table';
import { listFromTable } from './list-from-table';

/** Where a {@link DynamoDbCheckpointStore} keeps executions. */
export interface DynamoDbCheckpointStoreOptions {
  /** Partition key `pk` and sort key `sk`, both strings; time to live on `expiresAt`; optionally the indexes `byJob` (`job`, `startedAtMs`) and `byStatus` (`status`, `startedAtMs`, with `job`). */
  readonly tableName: string;
  /** A `DynamoDBClient`, or what has its `send`. @defaultValue one with short time-outs, loaded on first use */
  readonly client?: CommandSender;
  /** An S3 bucket for states that fit no item. @defaultValue none: they are cut into items */
  readonly bucket?: string;
  /** What the keys in the bucket begin with. @defaultValue lambda-baton/ */
  readonly prefix?: string;
  /** An `S3Client` for the bucket. @defaultValue one with short time-outs, loaded on first use */
  readonly s3Client?: CommandSender;
}

/** What `DynamoDbCheckpointStore` loads: one conditional write per checkpoint, one consistent read per resume, no transactions. */
export class DynamoDbStore implements CheckpointStore {
  readonly #table: DynamoDbTable;
  readonly #shelf: PartShelf;

  constructor({
    tableName,
    client = defaultDynamoDbClient(),
    bucket,
    prefix,
    s3Client,
  }: DynamoDbCheckpointStoreOptions) {
    this.#table = new DynamoDbTable(tableName, client);
    const room =
      bucket === undefined
        ? new DynamoDbParts(this.#table)
        : openS3Parts({ bucket, prefix, client: s3Client });
    this.#shelf = new PartShelf(room);
  }

  async load(executionId: string): Promise<StoredRevision | undefined> {
    for (;;) {
      const record = await this.#readRecord(executionId);
      if (record === undefined) return undefined;
      const texts = await this.#readParts(executionId, record);
      if (texts !== undefined)
        return { ...record.execution, ...texts, executionId, revision: writeRevision(record) };
    }
  }

  async save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    const { stamp: expectedStamp, layout: before } =
      expected === undefined ? nothingStored : readRevision(expected);
    const isStateUnchanged = hint?.isStateUnchanged === true;
    const apart = chooseApart(execution, isStateUnchanged && before?.parts.state !== undefined);
    const placement = await this.#shelf.place({ execution, apart, before, isStateUnchanged });
    const next = {
      stamp: createWriteStamp(),
      layout: placement.layout,
    };
    const item = { ...describeRecord(execution, apart), ...describeRevision(next) };
    if (await this.#writeRecord(item, expectedStamp, placement.abandon)) {
      await placement.accept();
      return writeRevision(next);
    }
    await placement.abandon();
    return undefined;
  }

  /**
   * By the index `byStatus` when a status is asked for, or what is live, by `byJob` when a job is, as far as they are there; else by a scan
   * of the whole table, which costs a read of all it holds.
   */
  async list(query: ListQuery): Promise<ListedExecutions> {
    const { records, next } = await listFromTable(this.#table, query);
    const complete = await readInParallel(records, (record) => this.#completeForList(record));
    return describePage(
      complete.filter((execution) => execution !== undefined),
      query,
      next,
    );
  }

  /** A head that is apart is read; one of which a part is missing is left out, so that it shows that the record cannot be read. */
  async #completeForList({ execution, layout }: ReadRecord): Promise<StoredExecution | undefined> {
    if (layout?.parts.head === undefined) return execution;
    return this.load(execution.executionId).catch((error: unknown) => {
      if (error instanceof CorruptContinuationError) return execution;
      throw error;
    });
  }

  /** @throws CorruptContinuationError when attributes are missing. */
  async #readRecord(executionId: string): Promise<ReadRecord | undefined> {
    const { Item } = await this.#table.call('GetItemCommand', {
      Key: describeRecordKey(executionId),
      ConsistentRead: true,
    });
    if (Item !== undefined && !isWholeRecord(Item))
      throw corruptRecordError(`The item of execution ${executionId}`, damageFix);
    return Item && readRecordItem(Item);
  }

  /** The texts that are apart; `undefined` when a writer has replaced them meanwhile. */
  async #readParts(
    executionId: string,
    { stamp, layout }: StampedLayout,
  ): Promise<Partial<StoredExecution> | undefined> {
    const isCurrent = async () => (await this.#readRecord(executionId))?.stamp === stamp;
    const texts: { head?: string; state?: string } = {};
    for (const [name, part] of Object.entries(layout?.parts ?? {}) as [
      keyof Layout['parts'],
      Required<Layout['parts']>['head'],
    ][]) {
      const text = await this.#shelf.read(executionId, part, isCurrent);
      if (text === undefined) return undefined;
      texts[name] = text;
    }
    return texts;
  }

  /** Says whether the record was written. Throws when that is not known, or when the call was turned down. */
  async #writeRecord(
    item: Item,
    expectedStamp: string | undefined,
    abandon: () => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await this.#table.call('PutItemCommand', { Item: item, ...describeCondition(expectedStamp) });
      return true;
    } catch (error) {
      if (isNamed(error, 'ConditionalCheckFailedException'))
        return !isFirstTry(error) && this.#isWritten(item);
      if (isWithoutEffect(error)) await abandon();
      throw error;
    }
  }

  /** After a try whose reply was lost, the SDK's own second try is refused by what the first has written. */
  async #isWritten({ pk, sk, revision }: Item): Promise<boolean> {
    const { Item } = await this.#table.call('GetItemCommand', { Key: { pk, sk }, ConsistentRead: true });
    return Item?.revision?.S === revision?.S;
  }
}

const damageFix =
  'Bring the item back from a backup of the table, or delete it and start the execution again.';

const nothingStored: { readonly stamp: undefined; readonly layout: undefined } = {
  stamp: undefined,
  layout: undefined,
};

function describeCondition(expectedStamp: string | undefined): object {
  if (expectedStamp === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'revision = :expected',
    ExpressionAttributeValues: { ':expected': { S: expectedStamp } },
  };
}

/** Drawn once in a process; an environment that is restored from a snapshot would have the one of its siblings. */
let nonce: string | undefined;
let count = 0;

/** A text that no other write has, of this process or another: random bytes that the process has drawn, and a counter. */
function createWriteStamp(): string {
  if (nonce === undefined || process.env.AWS_LAMBDA_INITIALIZATION_TYPE === 'snap-start')
    nonce = process.getBuiltinModule('node:crypto').randomBytes(12).toString('hex');
  count += 1;
  return nonce + count.toString(36);
}
