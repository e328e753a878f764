import { DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { S3CheckpointStore } from '../../../src';
import { checkpointStoreContract } from '../../../src/testing';
import { sampleExecution } from '../../../src/testing/store-contract/store-under-test';
import { FailingClient } from '../../contract/stand-ins/failing-client';
import { LocalS3 } from '../../contract/stand-ins/s3';

let s3: LocalS3;
beforeAll(async () => {
  s3 = await LocalS3.start();
});
afterAll(() => s3.stop());

async function openCounted() {
  const bucket = await s3.createBucket();
  const client = new FailingClient(s3.client);
  const store = new S3CheckpointStore({ bucket, client });
  const countCalls = async (call: () => Promise<unknown>) => {
    const before = client.sent.length;
    await call();
    return client.sent.slice(before);
  };
  return { bucket, client, store, countCalls };
}

function awsError(name: string, httpStatusCode: number, attempts = 1) {
  return Object.assign(new Error(`${name} said the stand-in`), {
    name,
    $fault: 'client',
    $metadata: { attempts, httpStatusCode },
  });
}

const large = (mark: string) => sampleExecution({ state: mark.repeat(900_000) });
const { executionId } = sampleExecution();

describe('S3CheckpointStore', () => {
  for (const { title, run } of checkpointStoreContract(() => s3.open())) test(title, run);
});

describe('checkpointStoreContract', () => {
  test('checkpointStoreContract fails an S3 that ignores If-Match and If-None-Match', async () => {
    const careless = await LocalS3.start('--ignore-conditions');
    const failed: string[] = [];
    try {
      for (const { title, run } of checkpointStoreContract(() => careless.open()))
        await run().catch(() => failed.push(title));
    } finally {
      await careless.stop();
    }
    expect(failed).toEqual([
      'creates an execution once',
      'lets exactly one of many creators at once through',
      'replaces an execution at the expected revision only',
      'gives a write of its own revision to a text that was there before',
      'refuses to replace an execution that is not there',
      'refuses a writer that slept through many revisions',
      'lets exactly one of many writers at once through, time after time',
      'refuses a write that is made again because its reply was lost, and keeps what it wrote',
      'still has a small state after writes that were told that it has not changed',
      'still has a large state after writes that were told that it has not changed',
      'keeps a large state whole when its reply was lost and when a stale writer comes by',
      'lets exactly one of several writers of large states through, and mixes none of them',
      'keeps the history of an execution beside it: the last 200 invocations, and the sums of those before',
    ]);
  });
});

describe('S3CheckpointStore, by the calls it makes', () => {
  test('S3CheckpointStore saves a small execution by one conditional write, and loads it by one read', async () => {
    const { store, client, countCalls } = await openCounted();
    const first = await store.save(sampleExecution(), undefined);
    expect(client.inputs.at(-1)).toMatchObject({ IfNoneMatch: '*' });
    expect(await countCalls(() => store.save(sampleExecution({ status: 'waiting' }), first))).toEqual([
      'PutObject',
    ]);
    expect(client.inputs.at(-1)).toMatchObject({ IfMatch: first?.split('#')[0] });
    expect(await countCalls(() => store.load(executionId))).toEqual(['GetObject']);
  });

  test('S3CheckpointStore writes the record alone when a large state has not changed, and removes the old state after the record when it has', async () => {
    const { store, countCalls } = await openCounted();
    let revision = await store.save(sampleExecution(), undefined);
    const save = (mark: string, isStateUnchanged: boolean) => async () => {
      revision = await store.save(large(mark), revision, { isStateUnchanged });
    };
    expect(await countCalls(save('a', false))).toEqual(['PutObject', 'PutObject']);
    expect(await countCalls(save('a', true))).toEqual(['PutObject']);
    expect(await countCalls(save('b', false))).toEqual(['PutObject', 'PutObject', 'DeleteObjects']);
  });

  test('S3CheckpointStore keeps an execution in a folder of its own below the prefix', async () => {
    const bucket = await s3.createBucket();
    const plain = new S3CheckpointStore({ bucket, client: s3.client });
    await plain.save(sampleExecution({ executionId: 'payments-2026.11' }), undefined);
    await plain.save({ ...large('a'), executionId: '../../up' }, undefined);
    await new S3CheckpointStore({ bucket, client: s3.client, prefix: 'elsewhere/' }).save(
      sampleExecution({ executionId: 'e' }),
      undefined,
    );
    expect((await s3.readKeys(bucket)).sort()).toEqual([
      expect.stringMatching(/^elsewhere\/!live\/\d{16}\.[0-9a-f]{12}\.e$/),
      'elsewhere/!live/complete',
      'elsewhere/e/record.json',
      ...Array.from({ length: 2 }, () =>
        expect.stringMatching(
          /^lambda-baton\/!live\/\d{16}\.[0-9a-f]{12}\.(______up~[0-9a-f]{40}|payments-2026\.11)$/,
        ),
      ),
      'lambda-baton/!live/complete',
      expect.stringMatching(/^lambda-baton\/______up~[0-9a-f]{40}\/part-[0-9a-f]{24}$/),
      expect.stringMatching(/^lambda-baton\/______up~[0-9a-f]{40}\/record\.json$/),
      'lambda-baton/payments-2026.11/record.json',
    ]);
    expect(await plain.list({})).toHaveLength(2);
  });
});

describe('S3CheckpointStore, when something is wrong', () => {
  test('S3CheckpointStore says which bucket is missing', async () => {
    const store = new S3CheckpointStore({ bucket: 'nowhere', client: s3.client });
    for (const call of [
      () => store.load('e'),
      () => store.save(sampleExecution(), undefined),
      () => store.list({}),
    ]) {
      const error = await call().catch((caught) => caught);
      expect(error).toMatchObject({
        code: 'CHECKPOINT_STORE',
        details: { place: 'nowhere', failure: 'missing' },
      });
      expect(error.message).toMatch(/bucket nowhere does not exist.*\n→ Create it/);
    }
  });

  test('S3CheckpointStore says what to grant when it is denied', async () => {
    const { store, client } = await openCounted();
    client.before = () => {
      throw awsError('AccessDenied', 403);
    };
    await expect(store.load('e')).rejects.toThrow(/→ Grant s3:GetObject.*s3:ListBucket/);
  });

  test('S3CheckpointStore throws SlowDown as it is', async () => {
    const { store, client } = await openCounted();
    client.before = () => {
      throw awsError('SlowDown', 503);
    };
    await expect(store.save(sampleExecution(), undefined)).rejects.toMatchObject({ name: 'SlowDown' });
    await expect(store.load('e')).rejects.toMatchObject({ name: 'SlowDown' });
  });

  test('S3CheckpointStore throws a conflict that left the expected revision where it was, and answers one that did not', async () => {
    const { store, client, bucket } = await openCounted();
    const first = await store.save(sampleExecution(), undefined);
    const conflict = (_call: number, command: string) => {
      if (command === 'PutObject') throw awsError('ConditionalRequestConflict', 409);
    };
    client.before = conflict;
    await expect(store.save(sampleExecution({ state: 't2' }), first)).rejects.toMatchObject({
      name: 'ConditionalRequestConflict',
    });
    await expect(store.save(sampleExecution({ executionId: 'new' }), undefined)).rejects.toMatchObject({
      name: 'ConditionalRequestConflict',
    });
    await new S3CheckpointStore({ bucket, client: s3.client }).save(
      sampleExecution({ state: 'theirs' }),
      first,
    );
    expect(await store.save(sampleExecution({ state: 't2' }), first)).toBeUndefined();
  });

  test.each([
    [412, 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict'],
  ])(
    "S3CheckpointStore knows its own write when the SDK's second try was refused by its first, with %i",
    async (status, name) => {
      const { store, client } = await openCounted();
      client.after = (_call, command) => {
        if (command === 'PutObject' && client.inputs.at(-1)?.IfNoneMatch) throw awsError(name, status, 2);
      };
      const revision = await store.save(large('a'), undefined);
      expect(await store.load(executionId)).toEqual({ ...large('a'), revision });
    },
  );

  test('S3CheckpointStore refuses a state whose object is gone, or of another length, and does not begin again', async () => {
    const { store, bucket } = await openCounted();
    await store.save(large('a'), undefined);
    const Key = (await s3.readKeys(bucket)).find((key) => key.includes('/part-')) ?? '';
    await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'short' }));
    await expect(store.load(executionId)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
    await s3.client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key }] } }));
    await expect(store.load(executionId)).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
  });

  test.each([' ', 'null', '[]', '{"v":2}', '{"v":1', 'x'])(
    'S3CheckpointStore refuses %j in the place of a record',
    async (text) => {
      const { store, bucket } = await openCounted();
      await store.save(sampleExecution({ executionId: 'e' }), undefined);
      await s3.client.send(
        new PutObjectCommand({ Bucket: bucket, Key: 'lambda-baton/e/record.json', Body: text }),
      );
      await expect(store.load('e')).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
    },
  );
});
