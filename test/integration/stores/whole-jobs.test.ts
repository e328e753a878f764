import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CHECKPOINT_STORE,
  createHandler,
  FileCheckpointStore,
  type InvocationAnswer,
  LongRunning,
  OnComplete,
  State,
  Step,
  Terminate,
} from '../../../src';
import {
  fakeLambdaContext,
  MemoryCheckpointStore,
  RecordingSender,
  type StoreUnderTest,
} from '../../../src/testing';
import { LocalDynamoDb } from '../../contract/stand-ins/dynamodb';
import { LocalS3 } from '../../contract/stand-ins/s3';
import { virtualWorld } from '../../helpers/virtual-world';

const directory = mkdtempSync(join(tmpdir(), 'whole-jobs-'));
let dynamoDb: LocalDynamoDb;
let s3: LocalS3;
beforeAll(async () => {
  [dynamoDb, s3] = await Promise.all([LocalDynamoDb.start(), LocalS3.start()]);
});
afterAll(async () => {
  await Promise.all([dynamoDb.stop(), s3.stop()]);
  rmSync(directory, { recursive: true });
});

/** A text that does not compress. */
function draw(seed: number, length: number): string {
  const bytes = Buffer.alloc(length);
  for (let index = 0, value = seed + 1; index < length; index += 1) {
    value = (value * 48_271) % 2_147_483_647;
    bytes[index] = 0x23 + (value % 56);
  }
  return bytes.toString('latin1');
}

/** Characters of the state in each cycle: it swings around every store's limit, and is 3 MB once. */
const swing = [10, 600_000, 3_000_000, 250_000, 20, 1_200_000];

/** Runs a job of one step per length, two to an invocation, delivering every continuation twice. */
async function runJob(store: StoreUnderTest['store'], lengths: readonly number[]) {
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const isRight: boolean[] = [];

  @LongRunning({ name: 'swinging', safeMs: 10_000, intervalMs: 1_000 })
  class Swinging {
    @State() n = 0;
    @State() text = '';
    @Step() grow() {
      isRight.push(this.text === (this.n === 0 ? '' : draw(this.n, lengths[this.n - 1] ?? 0)));
      this.n += 1;
      this.text = draw(this.n, lengths[this.n - 1] ?? 0);
      world.clock.block(20_000);
    }
    @Terminate() isDone() {
      return this.n === lengths.length;
    }
    @OnComplete() end() {
      return this.n;
    }
  }

  const handler = createHandler(Swinging, {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const call = (event: unknown, awsRequestId: string) =>
    handler(
      event,
      fakeLambdaContext({ clock: world.clock, remainingMs: 50_000, awsRequestId }),
    ) as Promise<InvocationAnswer>;
  const start = { lambdaBaton: { v: 1, start: { executionId: 'execution-1', input: {} } } };
  const answers = [await call(start, 'r0')];
  while (sender.sent.length === answers.length) {
    const event = JSON.parse(sender.sent.at(-1)?.body ?? '');
    answers.push(await call(event, `r${answers.length}`));
    await call(event, `r${answers.length} again`);
  }
  return { answers, isRight, again: () => call(start, 'r0') };
}

describe.each<[string, () => Promise<StoreUnderTest>]>([
  ['MemoryCheckpointStore', async () => openSame(new MemoryCheckpointStore())],
  [
    'FileCheckpointStore',
    async () => openSame(new FileCheckpointStore({ directory: mkdtempSync(join(directory, 'store-')) })),
  ],
  ['DynamoDbCheckpointStore', () => dynamoDb.open()],
  ['DynamoDbCheckpointStore with a bucket', openWithBucket],
  ['S3CheckpointStore', () => s3.open()],
])('a whole job with %s', (name, open) => {
  test('A whole job goes through its invocations, though its state swings around every limit, and leaves no part', async () => {
    const { store, reopen, countParts } = await open();
    const lengths = [...swing, 20];
    const { answers, isRight, again } = await runJob(store, lengths);
    expect(answers.map(({ status }) => status)).toEqual([
      'handed-off',
      'handed-off',
      'handed-off',
      'completed',
    ]);
    expect(isRight).toEqual(lengths.map(() => true));
    expect(answers.at(-1)).toMatchObject({ result: lengths.length });
    expect(await again()).toMatchObject({ status: 'completed', result: lengths.length });
    expect((await reopen().load('execution-1'))?.status).toBe('completed');
    if (countParts !== undefined) expect(await countParts()).toBe(0);
  });

  test('A whole job leaves the parts of its last state alone when that is large', async () => {
    const { store, countParts, reopen } = await open();
    await runJob(store, swing);
    const stored = await reopen().load('execution-1');
    expect(stored?.state.length).toBeGreaterThan(900_000);
    if (countParts === undefined) return;
    const piecesOfItems = Math.ceil((stored?.state.length ?? 0) / 400_000);
    expect(await countParts()).toBe(name === 'DynamoDbCheckpointStore' ? piecesOfItems : 1);
  });
});

async function openWithBucket(): Promise<StoreUnderTest> {
  const bucket = await s3.createBucket();
  const under = await dynamoDb.open({ bucket, s3Client: s3.client });
  return { ...under, countParts: async () => (await s3.readKeys(bucket)).length };
}

function openSame(store: StoreUnderTest['store']): StoreUnderTest {
  return { store, reopen: () => store };
}
