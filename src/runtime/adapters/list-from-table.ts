import type { ListQuery } from '../ports';
import { isNamed } from './aws-failures';
import { type ReadRecord, readRecordItem, recordKey } from './dynamodb-record';
import type { DynamoDbTable, Item } from './dynamodb-table';
import { selectExecutions } from './select-executions';

/** The optional index: partition key `job`, sort key `startedAtMs`, keys only, so that a checkpoint does not write to it. */
const indexName = 'byJob';
const pageLength = 100;
const defaultLimit = 100;

/** Everything but the state, which may be large. `status` and `state` are words of DynamoDB's own. */
const projection = {
  ProjectionExpression: 'pk, executionId, job, #status, startedAtMs, expiresAtMs, head, revision, layout',
  ExpressionAttributeNames: { '#status': 'status' },
};

/** The records that a query asks for, newest start first, without their states. */
export async function listFromTable(table: DynamoDbTable, query: ListQuery): Promise<ReadRecord[]> {
  if (query.job !== undefined) {
    try {
      return await listByIndex(table, query);
    } catch (error) {
      if (!isIndexMissing(error)) throw error;
    }
  }
  return listByScan(table, query);
}

async function listByIndex(
  table: DynamoDbTable,
  { job = '', status, startedUntilMs, limit = defaultLimit }: ListQuery,
): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  const input = {
    IndexName: indexName,
    KeyConditionExpression: startedUntilMs === undefined ? 'job = :job' : 'job = :job AND startedAtMs <= :until',
    ExpressionAttributeValues: {
      ':job': { S: job },
      ...(startedUntilMs !== undefined && { ':until': { N: String(startedUntilMs) } }),
    },
    ScanIndexForward: false,
    Limit: pageLength,
  };
  for await (const entries of table.readPages('QueryCommand', input)) {
    const page = await readRecords(table, entries);
    records.push(...page.filter(({ execution }) => status === undefined || execution.status === status));
    if (records.length >= limit) break;
  }
  return records.slice(0, limit);
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

async function listByScan(table: DynamoDbTable, query: ListQuery): Promise<ReadRecord[]> {
  const records = new Map<unknown, ReadRecord>();
  const input = {
    ...projection,
    FilterExpression: 'sk = :record',
    ExpressionAttributeValues: { ':record': { S: recordKey } },
    ConsistentRead: true,
  };
  for await (const items of table.readPages('ScanCommand', input)) {
    for (const record of items.map(readRecordItem)) records.set(record.execution, record);
  }
  const executions = [...records.values()].map(({ execution }) => execution);
  return selectExecutions(executions, query).map((execution) => records.get(execution) as ReadRecord);
}

function isIndexMissing(error: unknown): boolean {
  return isNamed(error, 'ValidationException') && (error as Error).message.includes(indexName);
}
