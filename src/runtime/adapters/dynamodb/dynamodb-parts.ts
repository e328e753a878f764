import type { Part } from '../store/layout';
import type { PartDeps } from '../store/part-shelf';
import { describePartition } from './dynamodb-record';
import type { DynamoDbTable, Item } from './dynamodb-table';

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
