import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DynamoDbCheckpointStore, type DynamoDbCheckpointStoreOptions } from '../../../src';
import type { StoreUnderTest } from '../../../src/testing';
import { FailingClient } from './failing-client';
import { type StandIn, startStandIn } from './start-stand-in';

const keys: CreateTableCommandInput['KeySchema'] = [
  { AttributeName: 'pk', KeyType: 'HASH' },
  { AttributeName: 'sk', KeyType: 'RANGE' },
];

/** The indexes that a table may have, by their partition keys. */
const indexKeys = { byJob: 'job', byStatus: 'status' } as const;

function describeIndex(IndexName: keyof typeof indexKeys): GlobalSecondaryIndex {
  return {
    IndexName,
    KeySchema: [
      { AttributeName: indexKeys[IndexName], KeyType: 'HASH' },
      { AttributeName: 'startedAtMs', KeyType: 'RANGE' },
    ],
    Projection:
      IndexName === 'byJob'
        ? { ProjectionType: 'KEYS_ONLY' }
        : { ProjectionType: 'INCLUDE', NonKeyAttributes: ['job'] },
  };
}

/** DynamoDB on this machine, and tables in it. */
export class LocalDynamoDb {
  readonly client: DynamoDBClient;
  readonly #standIn: StandIn;
  #tableCount = 0;

  private constructor(standIn: StandIn) {
    this.#standIn = standIn;
    this.client = new DynamoDBClient(standIn.clientOptions);
  }

  static async start(): Promise<LocalDynamoDb> {
    return new LocalDynamoDb(await startStandIn('run-dynamodb.cjs'));
  }

  /** Takes a DynamoDB that is there. */
  static connect(standIn: StandIn): LocalDynamoDb {
    return new LocalDynamoDb(standIn);
  }

  /** Makes a table and answers its name. */
  async createTable({
    indexes = ['byJob', 'byStatus'],
  }: {
    readonly indexes?: readonly (keyof typeof indexKeys)[];
  } = {}): Promise<string> {
    this.#tableCount += 1;
    const TableName = `executions-${this.#tableCount}`;
    const names = [
      'pk',
      'sk',
      ...indexes.map((name) => indexKeys[name]),
      ...(indexes.length > 0 ? ['startedAtMs'] : []),
    ];
    await this.client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keys,
        AttributeDefinitions: names.map((AttributeName) => ({
          AttributeName,
          AttributeType: AttributeName === 'startedAtMs' ? 'N' : 'S',
        })),
        ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes.map(describeIndex) }),
      }),
    );
    await this.#waitForTable(TableName);
    return TableName;
  }

  /** Every item of a table. */
  async readItems(TableName: string) {
    const items = [];
    for await (const page of paginateScan({ client: this.client }, { TableName }))
      items.push(...(page.Items ?? []));
    return items;
  }

  /** A fresh table as the contract suite takes it. */
  async open(
    options: Partial<DynamoDbCheckpointStoreOptions> & Parameters<LocalDynamoDb['createTable']>[0] = {},
  ): Promise<StoreUnderTest> {
    const { indexes, ...rest } = options;
    const tableName = await this.createTable(indexes === undefined ? {} : { indexes });
    const reopen = (client: DynamoDbCheckpointStoreOptions['client'] = this.client) =>
      new DynamoDbCheckpointStore({ tableName, client, ...rest });
    return {
      store: reopen(),
      reopen: () => reopen(),
      countParts: async () => (await this.readItems(tableName)).filter(({ sk }) => sk?.S !== 'record').length,
      openDying: (number, when) => reopen(FailingClient.dying(this.client, number, when)),
    };
  }

  async #waitForTable(TableName: string): Promise<void> {
    for (;;) {
      const { Table } = await this.client.send(new DescribeTableCommand({ TableName }));
      if (Table?.TableStatus === 'ACTIVE') return;
    }
  }

  /** For those who make a client of their own. */
  get endpoint(): string {
    return this.#standIn.clientOptions.endpoint;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.#standIn.stop();
  }
}
