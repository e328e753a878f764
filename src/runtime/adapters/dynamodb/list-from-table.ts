import { reservedPrefix } from '../../core/message/arrival';
import type { ExecutionStatus, ListQuery } from '../../ports';
import { hasStatus, isNamed } from '../aws/aws-failures';
import { defaultLimit, isAskedFor, isLive, selectExecutions } from '../store/select-executions';
import { type ReadRecord, readRecordItem, recordKey } from './dynamodb-record';
import type { DynamoDbTable, Item } from './dynamodb-table';

/**
 * The optional indexes, with the sort key `startedAtMs`. A checkpoint writes to neither: `byJob` changes never, `byStatus` when the status
 * does. `byStatus` has everything that runs in one place and everything that waits in another, apart from what has ended.
 */
const indexKeys = { byJob: 'job', byStatus: 'status' } as const;
type IndexName = keyof typeof indexKeys;

const pageLength = 100;
/** Items that one call of a scan looks at. */
const scanLength = 1_000;
/** In this order: a claim that comes between the two makes a waiting execution a running one. */
const liveStatuses: readonly ExecutionStatus[] = ['waiting', 'running'];

/** Everything but the state, which may be large. `status` and `state` are words of DynamoDB's own. */
const projection = {
  ProjectionExpression: 'pk, executionId, job, #status, startedAtMs, expiresAtMs, head, revision, layout',
  ExpressionAttributeNames: { '#status': 'status' },
};

/** What of the table is read in which way, and from where. */
interface Reading {
  /** An index, or the table. */
  readonly by: IndexName | 'table';
  /** With `byStatus`: of which status. */
  readonly status?: ExecutionStatus | undefined;
  readonly from?: Item | undefined;
}

/** The records that a list found, without their states, and with pages of what is live where the next one begins. */
export interface TableList {
  readonly records: readonly ReadRecord[];
  readonly next: string | null;
}

/** The records that a query asks for, newest start first: by an index when there is one that fits, else by a scan of the table. */
export async function listFromTable(table: DynamoDbTable, query: ListQuery): Promise<TableList> {
  if (query.live !== undefined) return listLivePage(table, query, query.live.after);
  const ways = chooseWays(query);
  const found = await tryInTurn(ways, (reading) =>
    collect(readIndex(table, query, reading), query.limit ?? defaultLimit),
  );
  if (found !== undefined)
    return { records: found.records.slice(0, query.limit ?? defaultLimit), next: null };
  const { records } = await collect(readTable(table, query), Number.POSITIVE_INFINITY);
  const byExecution = new Map(records.map((record) => [record.execution, record]));
  const executions = selectExecutions([...byExecution.keys()], query);
  return { records: executions.map((execution) => byExecution.get(execution) as ReadRecord), next: null };
}

/** What is live is in few places of `byStatus`; what has ended of one job is nearer in `byJob`. */
function chooseWays({ job, status }: ListQuery): Reading[] {
  const byStatus: Reading[] = status === undefined ? [] : [{ by: 'byStatus', status }];
  const byJob: Reading[] = job === undefined ? [] : [{ by: 'byJob' }];
  return status !== undefined && isLive(status) ? [...byStatus, ...byJob] : [...byJob, ...byStatus];
}

/** A page of what is live, in the order of what is read: one pass in all, however many pages. */
async function listLivePage(
  table: DynamoDbTable,
  query: ListQuery,
  after: string | null,
): Promise<TableList> {
  const { limit = defaultLimit } = query;
  if (after !== null) return readLive(table, query, JSON.parse(after) as Reading, limit);
  const ways: Reading[] = [
    { by: 'byStatus', status: liveStatuses[0] },
    ...(query.job === undefined ? [] : [{ by: 'byJob' } as const]),
  ];
  const found = await tryInTurn(ways, (reading) => readLive(table, query, reading, limit));
  return found ?? readLive(table, query, { by: 'table' }, limit);
}

async function readLive(
  table: DynamoDbTable,
  query: ListQuery,
  reading: Reading,
  limit: number,
): Promise<TableList> {
  const pages =
    reading.by === 'table' ? readTable(table, query, reading.from) : readIndex(table, query, reading);
  const { records, next } = await collect(pages, limit);
  if (next !== undefined) return { records, next: JSON.stringify({ ...reading, from: next }) };
  const further =
    reading.by === 'byStatus'
      ? liveStatuses[liveStatuses.indexOf(reading.status as ExecutionStatus) + 1]
      : undefined;
  return {
    records,
    next: further === undefined ? null : JSON.stringify({ by: 'byStatus', status: further }),
  };
}

/** One page of a query or a scan: the records of it that were asked for, and where the next one begins. */
interface RecordPage {
  readonly records: readonly ReadRecord[];
  readonly next: Item | undefined;
}

/** Whole pages, until there are enough of them. */
async function collect(pages: AsyncIterable<RecordPage>, enough: number): Promise<RecordPage> {
  const records: ReadRecord[] = [];
  for await (const page of pages) {
    records.push(...page.records);
    if (records.length >= enough) return { records, next: page.next };
  }
  return { records, next: undefined };
}

async function* readIndex(
  table: DynamoDbTable,
  query: ListQuery,
  { by, status, from }: Reading,
): AsyncGenerator<RecordPage> {
  const { job = '', startedUntilMs, live } = query;
  const untilMs = live === undefined ? startedUntilMs : undefined;
  const input = {
    IndexName: by,
    KeyConditionExpression: untilMs === undefined ? '#key = :key' : '#key = :key AND startedAtMs <= :until',
    ExpressionAttributeNames: { '#key': indexKeys[by as IndexName] },
    ExpressionAttributeValues: {
      ':key': { S: by === 'byStatus' ? (status ?? '') : job },
      ...(untilMs !== undefined && { ':until': { N: String(untilMs) } }),
    },
    ScanIndexForward: false,
    Limit: pageLength,
  };
  for await (const { items, next } of table.readPages('QueryCommand', input, from)) {
    const entries = items.filter((entry) => isWorthReading(entry, query));
    const records = await readRecords(table, entries);
    yield { records: records.filter(({ execution }) => isAskedFor(execution, query)), next };
  }
}

/** What the runtime keeps for itself is never listed, and an index that has the job too tells those of other jobs. */
function isWorthReading({ pk, job }: Item, query: ListQuery): boolean {
  return (
    !pk?.S?.startsWith(reservedPrefix) &&
    (query.job === undefined || job === undefined || job.S === query.job)
  );
}

/** The records that index entries stand for, in their order. */
async function readRecords(table: DynamoDbTable, entries: readonly Item[]): Promise<ReadRecord[]> {
  const items = await table.read(
    entries.map(({ pk, sk }) => ({ pk, sk }) as Item),
    projection,
  );
  const byKey = new Map(items.map((item) => [item.pk?.S, readRecordItem(item)]));
  return entries.map(({ pk }) => byKey.get(pk?.S)).filter((record) => record !== undefined);
}

async function* readTable(table: DynamoDbTable, query: ListQuery, from?: Item): AsyncGenerator<RecordPage> {
  const input = {
    ...projection,
    FilterExpression: 'sk = :record',
    ExpressionAttributeValues: { ':record': { S: recordKey } },
    ConsistentRead: true,
    ...(query.live !== undefined && { Limit: scanLength }),
  };
  for await (const { items, next } of table.readPages('ScanCommand', input, from)) {
    yield {
      records: items.map(readRecordItem).filter(({ execution }) => isAskedFor(execution, query)),
      next,
    };
  }
}

/** What the first of these ways answers that the table has; `undefined` when it has none of their indexes. */
async function tryInTurn<Answer>(
  ways: readonly Reading[],
  read: (reading: Reading) => Promise<Answer>,
): Promise<Answer | undefined> {
  for (const reading of ways) {
    try {
      return await read(reading);
    } catch (error) {
      if (!isIndexMissing(error, reading.by)) throw error;
    }
  }
  return undefined;
}

/** Not there, or not granted: a role that was made before the index names only those that were there. */
function isIndexMissing(error: unknown, name: string): boolean {
  if (isNamed(error, 'ValidationException')) return (error as Error).message.includes(name);
  const { cause } = error as { readonly cause?: unknown };
  return name === 'byStatus' && (isNamed(cause, 'AccessDeniedException') || hasStatus(cause, 403));
}
