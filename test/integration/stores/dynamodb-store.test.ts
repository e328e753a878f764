import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  type CheckpointStore,
  DynamoDbCheckpointStore,
  type ListedExecutions,
  type ListQuery,
  type StoredExecution,
} from '../../../src';
import { checkpointStoreContract } from '../../../src/testing';
import { sampleExecution } from '../../../src/testing/store-contract/store-under-test';
import { LocalDynamoDb } from '../../contract/stand-ins/dynamodb';
import { FailingClient } from '../../contract/stand-ins/failing-client';
import { LocalS3 } from '../../contract/stand-ins/s3';

let dynamoDb: LocalDynamoDb;
beforeAll(async () => {
  dynamoDb = await LocalDynamoDb.start();
});
afterAll(() => dynamoDb.stop());

/** A store on a fresh table, and the calls that it makes. */
async function openCounted(options: Parameters<LocalDynamoDb['createTable']>[0] = {}) {
  const tableName = await dynamoDb.createTable(options);
  const client = new FailingClient(dynamoDb.client);
  const store = new DynamoDbCheckpointStore({ tableName, client });
  const countCalls = async (call: () => Promise<unknown>) => {
    const before = client.sent.length;
    await call();
    return client.sent.slice(before);
  };
  return { tableName, client, store, countCalls };
}

/** An AWS error as the SDK throws it. */
function awsError(name: string, attempts: number, $fault = 'client') {
  return Object.assign(new Error(`${name} said the stand-in`), {
    name,
    $fault,
    $metadata: { attempts, httpStatusCode: 400 },
  });
}

const large = (mark: string) => sampleExecution({ state: mark.repeat(900_000) });
const { executionId } = sampleExecution();

/** The ids of all that is live, page by page. */
async function readAllLive(store: CheckpointStore, query: ListQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
    const page: ListedExecutions = await store.list({ ...query, live: { after } });
    ids.push(...page.map(({ executionId: id }) => id));
    after = page.next ?? null;
  }
  return ids;
}

describe('DynamoDbCheckpointStore', () => {
  for (const { title, run } of checkpointStoreContract(() => dynamoDb.open())) test(title, run);
});

describe('DynamoDbCheckpointStore, by the calls it makes', () => {
  test('DynamoDbCheckpointStore saves a small execution by one conditional write, and loads it by one consistent read', async () => {
    const { store, client, countCalls } = await openCounted();
    let revision: string | undefined;
    for (const status of ['running', 'waiting', 'completed'] as const) {
      const save = async () => {
        revision = await store.save(sampleExecution({ status }), revision);
      };
      expect(await countCalls(save)).toEqual(['PutItem']);
      expect(client.inputs.at(-1)).toHaveProperty('ConditionExpression');
    }
    expect(await countCalls(() => store.load(executionId))).toEqual(['GetItem']);
    expect(client.inputs.at(-1)).toMatchObject({ ConsistentRead: true });
  });

  test('DynamoDbCheckpointStore writes the record alone when a large state has not changed, and its parts before the record when it has', async () => {
    const { store, countCalls } = await openCounted();
    let revision: string | undefined;
    const save = (mark: string, isStateUnchanged: boolean) => async () => {
      revision = await store.save(large(mark), revision, { isStateUnchanged });
    };
    expect(await countCalls(save('a', false))).toEqual(['BatchWriteItem', 'PutItem']);
    expect(await countCalls(save('a', true))).toEqual(['PutItem']);
    expect(await countCalls(save('b', false))).toEqual(['BatchWriteItem', 'PutItem', 'BatchWriteItem']);
    expect(await countCalls(() => store.load(executionId))).toEqual(['GetItem', 'BatchGetItem']);
  });

  test('DynamoDbCheckpointStore counts a record in bytes of UTF-8, as DynamoDB does', async () => {
    const { store, countCalls } = await openCounted();
    const save = (state: string, id: string) =>
      countCalls(() => store.save(sampleExecution({ executionId: id, state }), undefined));
    expect(await save('x'.repeat(399_000), 'ascii')).toEqual(['PutItem']);
    expect(await save('x'.repeat(400_000), 'too long')).toEqual(['BatchWriteItem', 'PutItem']);
    expect(await save('ü'.repeat(199_000), 'two bytes')).toEqual(['PutItem']);
    expect(await save('ü'.repeat(210_000), 'two bytes, too long')).toEqual(['BatchWriteItem', 'PutItem']);
  });

  test('DynamoDbCheckpointStore gives every item a time to live in epoch seconds, parts more than the record that names them', async () => {
    const { store, tableName } = await openCounted();
    await store.save(large('a'), undefined);
    const items = await dynamoDb.readItems(tableName);
    const times = items.map(({ sk, expiresAt }) => [sk?.S === 'record', Number(expiresAt?.N)]);
    expect(times).toHaveLength(4);
    for (const [isRecord, time] of times) {
      if (isRecord) expect(time).toBe(4_000_000_001);
      else expect(time).toBe(6_205_000_001);
    }
  });

  test('DynamoDbCheckpointStore lists by the index byJob without reading the table, and by a scan where there is no index', async () => {
    const indexed = await openCounted();
    const { store, countCalls } = await openCounted({ indexes: [] });
    await indexed.store.save(sampleExecution(), undefined);
    await store.save(sampleExecution(), undefined);
    const { job } = sampleExecution();
    expect(await indexed.countCalls(() => indexed.store.list({ job }))).toEqual(['Query', 'BatchGetItem']);
    expect(await countCalls(() => store.list({ job }))).toEqual(['Query', 'Scan']);
    expect(await store.list({ job })).toEqual(await indexed.store.list({ job }));
  });

  /** A table of 250 executions that have ended and 30 that are live, and how many records a call reads of it. */
  async function openCrowded(options: Parameters<LocalDynamoDb['createTable']>[0]) {
    const { tableName, client, store } = await openCounted(options);
    const filling = new DynamoDbCheckpointStore({ tableName, client: dynamoDb.client });
    const save = (executionId: string, status: StoredExecution['status'], startedAtMs: number) =>
      filling.save(sampleExecution({ executionId, status, startedAtMs }), undefined);
    for (let n = 0; n < 250; n += 1) await save(`ended ${n}`, 'completed', 1_000 + n);
    for (let n = 0; n < 30; n += 1) await save(`live ${n}`, n % 2 === 0 ? 'running' : 'waiting', 1_100 + n);
    await filling.save(sampleExecution({ executionId: 'foreign', job: 'another' }), undefined);
    const countRead = async (call: () => Promise<unknown>) => {
      const from = client.sent.length;
      await call();
      const keys = client.inputs
        .slice(from)
        .map(({ RequestItems }) => (RequestItems as never)?.[tableName] as { Keys: unknown[] } | undefined);
      return {
        recordCount: keys.reduce((sum, one) => sum + (one?.Keys.length ?? 0), 0),
        scanCount: client.sent.slice(from).filter((name) => name === 'Scan').length,
      };
    };
    return { client, store, countRead };
  }

  test('DynamoDbCheckpointStore reads what is live, and nothing that has ended, when that is asked for and the index byStatus is there', async () => {
    const { store, countRead } = await openCrowded({ indexes: ['byJob', 'byStatus'] });
    const { job } = sampleExecution();
    const live = (query: ListQuery) => countRead(() => store.list(query));
    expect(await live({ job, status: 'running', limit: 1_000 })).toEqual({ recordCount: 15, scanCount: 0 });
    expect(await live({ status: 'waiting', limit: 1_000 })).toEqual({ recordCount: 15, scanCount: 0 });
    expect(await countRead(() => readAllLive(store, { job }))).toEqual({ recordCount: 30, scanCount: 0 });
    expect(await countRead(() => readAllLive(store, {}))).toEqual({ recordCount: 31, scanCount: 0 });
  });

  test.each([[['byJob']], [['byStatus']], [[]], [['byJob', 'byStatus']]] as const)(
    'DynamoDbCheckpointStore lists the same with the indexes %j',
    async (indexes) => {
      const { store } = await openCrowded({ indexes });
      const { job } = sampleExecution();
      const ids = async (query: ListQuery) => (await store.list(query)).map(({ executionId }) => executionId);
      const running = Array.from({ length: 15 }, (_one, n) => `live ${28 - 2 * n}`);
      expect(await ids({ job, status: 'running' })).toEqual(running);
      expect(await ids({ status: 'running' })).toEqual(['foreign', ...running]);
      expect(await ids({ job, status: 'completed', limit: 3 })).toEqual([
        'ended 249',
        'ended 248',
        'ended 247',
      ]);
      expect(await ids({ job, limit: 2 })).toEqual(['ended 249', 'ended 248']);
      expect((await readAllLive(store, { job, limit: 7 })).sort()).toEqual(
        Array.from({ length: 30 }, (_one, n) => `live ${n}`).sort(),
      );
      expect(await readAllLive(store, { limit: 7 })).toHaveLength(31);
    },
  );

  test('DynamoDbCheckpointStore scans a table without indexes once for all pages of what is live, not once for each', async () => {
    const { store, countRead } = await openCrowded({ indexes: [] });
    const { job } = sampleExecution();
    const perPage = await countRead(() => store.list({ job, live: { after: null }, limit: 1_000 }));
    expect(await countRead(() => readAllLive(store, { job, limit: 5 }))).toEqual(perPage);
  });

  test.each([[['byJob', 'byStatus']], [[]]] as const)(
    'DynamoDbCheckpointStore lists nothing that the runtime keeps for itself, with the indexes %j',
    async (indexes) => {
      const { store, countCalls } = await openCounted({ indexes });
      const companion = {
        executionId: 'lambda-baton:heartbeat:e',
        job: 'lambda-baton:heartbeat',
        status: 'cancelled',
        startedAtMs: 0,
      } as const;
      await store.save(sampleExecution(companion), undefined);
      for (const query of [{}, { status: 'cancelled' }, { job: companion.job }] as const)
        expect(await store.list(query)).toEqual([]);
      if (indexes.length > 0)
        expect(await countCalls(() => store.list({ status: 'cancelled' }))).toEqual(['Query']);
    },
  );

  test('DynamoDbCheckpointStore lists by byJob, or by a scan, when the role does not know byStatus yet', async () => {
    const { store, client } = await openCrowded({ indexes: ['byJob', 'byStatus'] });
    client.before = () => {
      if (client.inputs.at(-1)?.IndexName === 'byStatus') throw awsError('AccessDeniedException', 1);
    };
    const { job } = sampleExecution();
    expect(await store.list({ job, status: 'running' })).toHaveLength(15);
    expect(await store.list({ status: 'running' })).toHaveLength(16);
    expect(await readAllLive(store, { job })).toHaveLength(30);
  });

  test('DynamoDbCheckpointStore sends again what DynamoDB has left of a batch', async () => {
    const tableName = await dynamoDb.createTable();
    let isFirst = true;
    const lazy = {
      // biome-ignore lint/suspicious/noExplicitAny: a client as the port has it
      async send(command: any) {
        const requests = command.input.RequestItems?.[tableName];
        if (!isFirst || !Array.isArray(requests)) return dynamoDb.client.send(command);
        isFirst = false;
        command.input.RequestItems[tableName] = requests.slice(1);
        await dynamoDb.client.send(command);
        return { UnprocessedItems: { [tableName]: requests.slice(0, 1) } };
      },
    };
    const store = new DynamoDbCheckpointStore({ tableName, client: lazy });
    await store.save(large('a'), undefined);
    expect(isFirst).toBe(false);
    expect((await store.load(executionId))?.state).toBe(large('a').state);
  });
});

describe('DynamoDbCheckpointStore, when something is wrong', () => {
  test('DynamoDbCheckpointStore says which table is missing, and how it has to be', async () => {
    const store = new DynamoDbCheckpointStore({ tableName: 'nowhere', client: dynamoDb.client });
    for (const call of [
      () => store.load('e'),
      () => store.save(sampleExecution(), undefined),
      () => store.list({}),
      () => store.list({ job: 'j' }),
    ]) {
      const error = await call().catch((caught) => caught);
      expect(error).toMatchObject({
        code: 'CHECKPOINT_STORE',
        details: { place: 'nowhere', failure: 'missing' },
      });
      expect(error.message).toMatch(
        /table nowhere does not exist.*\n→ Create it with partition key pk and sort key sk/,
      );
    }
  });

  test.each(['ThrottlingException', 'ProvisionedThroughputExceededException', 'InternalServerError'])(
    'DynamoDbCheckpointStore throws %s as it is',
    async (name) => {
      const { store, client } = await openCounted();
      client.before = () => {
        throw awsError(name, 1);
      };
      await expect(store.save(sampleExecution(), undefined)).rejects.toMatchObject({ name });
      await expect(store.load(executionId)).rejects.toMatchObject({ name });
      await expect(store.list({})).rejects.toMatchObject({ name });
    },
  );

  test('DynamoDbCheckpointStore removes the parts of a write that was turned down, and keeps those of one whose reply was lost', async () => {
    const { store, client, tableName } = await openCounted();
    client.before = (_call, command) => {
      if (command === 'PutItem') throw awsError('ThrottlingException', 1);
    };
    await expect(store.save(large('a'), undefined)).rejects.toThrow('ThrottlingException');
    expect(await dynamoDb.readItems(tableName)).toEqual([]);
    client.before = () => {};
    client.after = (_call, command) => {
      if (command === 'PutItem') throw awsError('TimeoutError', 1, 'server');
    };
    await expect(store.save(large('b'), undefined)).rejects.toThrow('TimeoutError');
    expect((await store.load(executionId))?.state).toBe(large('b').state);
  });

  test("DynamoDbCheckpointStore knows its own write when the SDK's second try was refused by its first", async () => {
    const { store, client } = await openCounted();
    client.after = (_call, command) => {
      if (command === 'PutItem') throw awsError('ConditionalCheckFailedException', 2);
    };
    const revision = await store.save(large('a'), undefined);
    expect(await store.load(executionId)).toMatchObject({ revision });
    client.after = () => {};
    client.before = (_call, command) => {
      if (command === 'PutItem') throw awsError('ConditionalCheckFailedException', 2);
    };
    expect(await store.save(large('b'), revision)).toBeUndefined();
    expect((await store.load(executionId))?.state).toBe(large('a').state);
  });

  test.each([
    [
      'is missing',
      (sk: string, tableName: string) =>
        new DeleteItemCommand({ TableName: tableName, Key: { pk: { S: executionId }, sk: { S: sk } } }),
    ],
    [
      'was cut',
      (sk: string, TableName: string) =>
        new UpdateItemCommand({
          TableName,
          Key: { pk: { S: executionId }, sk: { S: sk } },
          UpdateExpression: 'SET bytes = :bytes',
          ExpressionAttributeValues: { ':bytes': { B: Buffer.from('short') } },
        }),
    ],
  ])(
    'DynamoDbCheckpointStore refuses a state of which a part %s, and does not begin again',
    async (_what, spoil) => {
      const { store, tableName } = await openCounted();
      await store.save(large('a'), undefined);
      const part = (await dynamoDb.readItems(tableName)).find(({ sk }) => sk?.S?.startsWith('part#'));
      await dynamoDb.client.send(spoil(part?.sk?.S ?? '', tableName) as DeleteItemCommand);
      await expect(store.load(executionId)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
    },
  );

  test('DynamoDbCheckpointStore takes no reference that leads elsewhere', async () => {
    const { store, tableName } = await openCounted();
    await store.save(large('a'), undefined);
    await store.save(sampleExecution({ executionId: 'other', state: 'b'.repeat(900_000) }), undefined);
    const update = new UpdateItemCommand({
      TableName: tableName,
      Key: { pk: { S: executionId }, sk: { S: 'record' } },
      UpdateExpression: 'SET layout = :layout',
      ExpressionAttributeValues: { ':layout': { S: '{"state":["../other#part",900000,3],"stale":[]}' } },
    });
    await dynamoDb.client.send(update);
    await expect(store.load(executionId)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
  });

  test.each(['job', 'status', 'startedAtMs', 'expiresAtMs', 'revision'])(
    'DynamoDbCheckpointStore refuses an item without its attribute %s, and lists the others',
    async (name) => {
      const { store, tableName } = await openCounted();
      await store.save(sampleExecution(), undefined);
      await store.save(sampleExecution({ executionId: 'sound' }), undefined);
      const update = new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: { S: executionId }, sk: { S: 'record' } },
        UpdateExpression: 'REMOVE #name',
        ExpressionAttributeNames: { '#name': name },
      });
      await dynamoDb.client.send(update);
      await expect(store.load(executionId)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
      expect((await store.list({ status: 'running' })).map((one) => one.executionId)).toContain('sound');
      expect((await store.list({})).map((one) => one.executionId)).toContain('sound');
    },
  );

  test('DynamoDbCheckpointStore lists the others when a part of a head is missing, and the one without its head', async () => {
    const { store, tableName } = await openCounted();
    await store.save(sampleExecution({ head: 'h'.repeat(500_000) }), undefined);
    await store.save(sampleExecution({ executionId: 'sound' }), undefined);
    const part = (await dynamoDb.readItems(tableName)).find(({ sk }) => sk?.S?.startsWith('part#'));
    await dynamoDb.client.send(
      new DeleteItemCommand({
        TableName: tableName,
        Key: { pk: { S: executionId }, sk: part?.sk ?? { S: '' } },
      }),
    );
    const listed = await store.list({ status: 'running' });
    expect(new Map(listed.map((one) => [one.executionId, one.head === '']))).toEqual(
      new Map([
        [executionId, true],
        ['sound', false],
      ]),
    );
  });

  test.each(['', '~sha256~x', '\uD83D', '\uDE9A', 'x'.repeat(3_000)])(
    'DynamoDbCheckpointStore keeps the id %j, which no key can hold',
    async (id) => {
      const { store } = await openCounted();
      const revision = await store.save(sampleExecution({ executionId: id }), undefined);
      expect(await store.load(id)).toEqual({ ...sampleExecution({ executionId: id }), revision });
      await store.save(sampleExecution({ executionId: '\uDE9B' }), undefined);
      expect(await store.load(id)).toMatchObject({ executionId: id });
    },
  );
});

describe('DynamoDbCheckpointStore with a bucket', () => {
  let s3: LocalS3;
  beforeAll(async () => {
    s3 = await LocalS3.start();
  });
  afterAll(() => s3.stop());

  const cases = checkpointStoreContract(async () => {
    const bucket = await s3.createBucket();
    const under = await dynamoDb.open({ bucket, s3Client: s3.client });
    return { ...under, countParts: async () => (await s3.readKeys(bucket)).length };
  });
  for (const { title, run } of cases.filter((one) => /state|head|limit/.test(one.title))) test(title, run);

  test('DynamoDbCheckpointStore with a bucket puts large states there, below the prefix and the id, and none into the table', async () => {
    const bucket = await s3.createBucket();
    const tableName = await dynamoDb.createTable();
    const store = new DynamoDbCheckpointStore({
      tableName,
      client: dynamoDb.client,
      bucket,
      prefix: 'big/',
      s3Client: s3.client,
    });
    await store.save({ ...large('a'), executionId: 'plain-id' }, undefined);
    expect(await s3.readKeys(bucket)).toEqual([expect.stringMatching(/^big\/plain-id\/part-[0-9a-f]{24}$/)]);
    expect(await dynamoDb.readItems(tableName)).toHaveLength(1);
  });
});
