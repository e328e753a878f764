import type { ExecutionStatus, StoredExecution } from '../../ports';
import {
  type Layout,
  type Part,
  type PartName,
  readLayout,
  type StampedLayout,
  writeLayout,
} from '../store/layout';
import type { PartDeps } from '../store/part-shelf';
import type { DynamoDbTable, Item } from './dynamodb-table';

/** The sort key of an execution's record. */
export const recordKey = 'record';

/** Largest record in bytes, as DynamoDB counts them: less than its 400 KB, so that the layout of the parts always fits too. */
const maxRecordBytes = 400_000;
/** So many characters of texts fit a record however they are encoded, beside ids and numbers. */
const maxSureLength = 100_000;
/** More than any number takes. */
const numberBytes = 21;

const statuses: ReadonlySet<string> = new Set<ExecutionStatus>([
  'cancelled',
  'completed',
  'failed',
  'running',
  'skipped',
  'waiting',
]);

/** A record as it was read. */
export interface ReadRecord extends StampedLayout {
  readonly execution: StoredExecution;
}

/** The key of an execution's record. */
export function describeRecordKey(executionId: string): Item {
  return { pk: { S: describePartition(executionId) }, sk: { S: recordKey } };
}

/** What has to be kept apart so that the record fits an item. A state that is apart and has not changed stays there. */
export function chooseApart(execution: StoredExecution, isStateKept: boolean): PartName[] {
  if (!isStateKept && execution.head.length + execution.state.length <= maxSureLength) return [];
  const candidates: PartName[][] = isStateKept ? [['state']] : [[], ['state'], ['head']];
  const fitting = candidates.find(
    (apart) => countItemBytes(describeRecord(execution, apart)) <= maxRecordBytes,
  );
  return fitting ?? ['head', 'state'];
}

/** The attributes of a record without its revision: no empty texts, and none of those that are apart. */
export function describeRecord(execution: StoredExecution, apart: readonly PartName[]): Item {
  const { executionId, job, status, startedAtMs, expiresAtMs, head, state } = execution;
  const key = describeRecordKey(executionId);
  return {
    ...key,
    ...(key.pk?.S !== executionId && executionId !== '' && { executionId: { S: executionId } }),
    job: { S: job },
    status: { S: status },
    startedAtMs: { N: String(startedAtMs) },
    expiresAtMs: { N: String(expiresAtMs) },
    expiresAt: { N: String(Math.ceil(expiresAtMs / 1_000)) },
    ...(head !== '' && !apart.includes('head') && { head: { S: head } }),
    ...(state !== '' && !apart.includes('state') && { state: { S: state } }),
  };
}

/** The attributes that say which write this is and what it keeps apart. */
export function describeRevision({ stamp, layout }: StampedLayout): Item {
  return { revision: { S: stamp }, ...(layout && { layout: { S: writeLayout(layout) } }) };
}

/** Says whether an item has all that a record cannot be without. Empty texts, and those that are apart, have no attribute. */
export function isWholeRecord({
  job,
  status,
  startedAtMs,
  expiresAtMs,
  revision,
  head,
  state,
  layout,
}: Item): boolean {
  const areThere = [job?.S, revision?.S].every((text) => text !== undefined) && statuses.has(status?.S ?? '');
  const areTimes = [startedAtMs, expiresAtMs].every((time) => time?.N !== undefined);
  const areTexts = [head, state].every((text) => text === undefined || text.S !== undefined);
  return (
    areThere && areTimes && areTexts && (layout === undefined || readLayout(layout.S ?? '') !== undefined)
  );
}

/** Reads a record; texts that are apart, or were not asked for, are empty. */
export function readRecordItem(item: Item): ReadRecord {
  const text = (name: string) => item[name]?.S ?? '';
  const layout: Layout | undefined = item.layout && readLayout(text('layout'));
  const execution = {
    executionId: item.executionId?.S ?? text('pk'),
    job: text('job'),
    status: text('status') as ExecutionStatus,
    startedAtMs: Number(item.startedAtMs?.N),
    expiresAtMs: Number(item.expiresAtMs?.N),
    head: text('head'),
    state: text('state'),
  };
  return { execution, stamp: text('revision'), layout };
}

function countItemBytes(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, { S }]) => sum + name.length + (S === undefined ? numberBytes : Buffer.byteLength(S)),
    0,
  );
}

/** The longest partition key, in bytes. */
const maxKeyBytes = 2_048;
const mark = '~sha256~';
const loneSurrogate = /\p{Surrogate}/u;

/** The partition key of an execution: its id, or a digest of one that a key cannot hold. */
function describePartition(executionId: string): string {
  const isKey = executionId !== '' && !executionId.startsWith(mark) && !loneSurrogate.test(executionId);
  if (isKey && Buffer.byteLength(executionId) <= maxKeyBytes) return executionId;
  const digest = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(executionId, 'utf16le')
    .digest('hex');
  return `${mark}${digest}`;
}

/** Bytes of one piece: with its keys it fits an item of 400 KB. */
const pieceBytes = 400_000;
const prefix = 'part#';

/** Keeps parts in items beside the record: `sk` is `part#<nonce>#<number>`, `bytes` a piece of the text. */
export class DynamoDbParts implements PartDeps {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async put(executionId: string, nonce: string, text: string, expiresAtMs: number): Promise<Part> {
    const all = Buffer.from(text);
    const part = { nonce, bytes: all.length, pieceCount: Math.ceil(all.length / pieceBytes) };
    const expiresAt = { N: String(Math.ceil(expiresAtMs / 1_000)) };
    const requests = this.locate(executionId, part).map((sk, index) => {
      const bytes = { B: all.subarray(index * pieceBytes, (index + 1) * pieceBytes) };
      return { PutRequest: { Item: { ...describeKey(executionId, sk), expiresAt, bytes } } };
    });
    await this.#table.write(requests);
    return part;
  }

  async get(executionId: string, part: Part): Promise<string | undefined> {
    const keys = this.locate(executionId, part);
    const items = await this.#table.read(keys.map((sk) => describeKey(executionId, sk)));
    const pieces = new Map(items.map(({ sk, bytes }) => [sk?.S, bytes?.B]));
    const all = Buffer.concat(keys.map((sk) => pieces.get(sk) ?? Buffer.alloc(0)));
    return pieces.size === part.pieceCount && all.length === part.bytes ? all.toString() : undefined;
  }

  locate(_executionId: string, { nonce, pieceCount }: Part): string[] {
    return Array.from(
      { length: pieceCount },
      (_piece, index) => `${prefix}${nonce}#${String(index).padStart(5, '0')}`,
    );
  }

  async list(executionId: string): Promise<string[]> {
    const keys: string[] = [];
    const query = {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': { S: describePartition(executionId) }, ':prefix': { S: prefix } },
      ProjectionExpression: 'sk',
      ConsistentRead: true,
    };
    for await (const { items } of this.#table.readPages('QueryCommand', query))
      keys.push(...items.map(({ sk }) => sk?.S ?? ''));
    return keys;
  }

  remove(executionId: string, keys: readonly string[]): Promise<void> {
    return this.#table.write(keys.map((sk) => ({ DeleteRequest: { Key: describeKey(executionId, sk) } })));
  }
}

function describeKey(executionId: string, sk: string): Item {
  return { pk: { S: describePartition(executionId) }, sk: { S: sk } };
}
