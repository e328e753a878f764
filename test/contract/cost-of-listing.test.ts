import fs, { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatonClient,
  type CheckpointStore,
  FileCheckpointStore,
  MemoryCheckpointStore,
  S3CheckpointStore,
} from '../../src';
import type { StoredExecution } from '../../src/runtime/ports';
import { sampleExecution } from '../../src/testing/store-contract/store-under-test';
import { clientWorld } from '../helpers/client-world';
import { MemoryS3 } from './stand-ins/memory-s3';

const hourMs = 3_600_000;
const job = 'counting';

/** An execution that is abandoned after its first invocation has died, and can be swept. */
async function sampleLive(): Promise<StoredExecution> {
  const { deliverAndKill, store } = clientWorld();
  await deliverAndKill({ lambdaBaton: { v: 1, start: { executionId: 'sample', input: {} } } }, 250);
  const { revision: _revision, ...stored } = (await store.load('sample')) ?? ({ revision: '' } as never);
  return stored as StoredExecution;
}

/** Fills a store with executions that have ended and some that are live. */
async function fill(store: CheckpointStore, endedCount: number, liveCount: number): Promise<void> {
  const live = await sampleLive();
  const save = (executionId: string, n: number, status: StoredExecution['status']) =>
    store.save({ ...live, executionId, status, startedAtMs: 1_000 + n }, undefined);
  for (let n = 0; n < endedCount; n += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, endedCount - n) }, (_one, i) =>
        save(`ended ${n + i}`, n + i, 'completed'),
      ),
    );
  }
  for (let n = 0; n < liveCount; n += 1) await save(`live ${n}`, n, n % 2 === 0 ? 'running' : 'waiting');
}

/** A client that takes every execution for abandoned. */
const clientOf = (store: CheckpointStore) =>
  new BatonClient({ store, functionName: 'count', client: { send: async () => ({}) } });

describe('S3CheckpointStore with 5,000 executions that have ended and 100 that are live', () => {
  let s3: MemoryS3;
  const open = () => new S3CheckpointStore({ bucket: 'b', client: s3 });
  beforeAll(async () => {
    s3 = new MemoryS3();
    await fill(open(), 5_000, 100);
  });

  test('S3CheckpointStore with 5,000 executions that have ended and 100 that are live reads the live ones to list what is running, and no more than asked for', async () => {
    const listed: number[] = [];
    const list = (limit: number) =>
      s3.count(async () => listed.push((await open().list({ status: 'running', limit })).length));
    expect(await list(1_000)).toEqual({ GetObject: 101, ListObjectsV2: 1 });
    expect((await list(5)).GetObject).toBeLessThan(20);
    expect(listed).toEqual([50, 5]);
  });

  test('S3CheckpointStore with 5,000 executions that have ended and 100 that are live reads the live ones once to sweep', async () => {
    const sweep = async () =>
      expect((await clientOf(open()).sweep({ isDryRun: true, limit: 1_000 })).swept).toHaveLength(100);
    expect(await s3.count(sweep)).toEqual({ GetObject: 101, ListObjectsV2: 1 });
  });

  test('S3CheckpointStore with 5,000 executions that have ended and 100 that are live reads the live ones, and each again to ask it to end, to stop', async () => {
    const stop = async () => expect((await clientOf(open()).stop(job)).executionIds).toHaveLength(100);
    const { GetObject = 0, ListObjectsV2 = 0, PutObject = 0 } = await s3.count(stop);
    expect(GetObject).toBeLessThan(220);
    expect({ ListObjectsV2, PutObject }).toEqual({ ListObjectsV2: 1, PutObject: 101 });
  });
});

test('MemoryCheckpointStore gives 2,600 live executions in pages of a thousand', async () => {
  const store = new MemoryCheckpointStore();
  await fill(store, 10, 2_600);
  const list = jest.spyOn(store, 'list');
  expect((await clientOf(store).sweep({ isDryRun: true, limit: 5_000 })).swept).toHaveLength(2_600);
  expect(list).toHaveBeenCalledTimes(3);
});

describe('S3CheckpointStore, of the marks of what is live', () => {
  const live = sampleExecution({ executionId: 'e', startedAtMs: 5_000 });
  const ids = async (store: CheckpointStore) =>
    (await store.list({ status: 'running' })).map(({ executionId }) => executionId);
  const marksIn = (s3: MemoryS3) => [...s3.objects.keys()].filter((key) => /!live\/\d/.test(key));

  test('S3CheckpointStore writes a mark before the first record and removes it behind the last, and none for a checkpoint', async () => {
    const s3 = new MemoryS3();
    const store = new S3CheckpointStore({ bucket: 'b', client: s3 });
    let revision: string | undefined;
    const save = (status: StoredExecution['status']) =>
      s3.count(async () => (revision = await store.save({ ...live, status }, revision)));
    await save('running');
    expect(marksIn(s3)).toHaveLength(1);
    expect(await save('waiting')).toEqual({ PutObject: 1 });
    expect(await save('running')).toEqual({ PutObject: 1 });
    expect(await save('completed')).toEqual({ PutObject: 1, DeleteObjects: 1 });
    expect(marksIn(s3)).toEqual([]);
  });

  test('S3CheckpointStore lists nothing by a mark that was left over, and removes it when no writer can need it any more', async () => {
    const s3 = new MemoryS3();
    const store = new S3CheckpointStore({ bucket: 'b', client: s3 });
    const revision = await store.save(live, undefined);
    const [mark = ''] = marksIn(s3);
    await store.save({ ...live, status: 'completed' }, revision);
    s3.objects.set(mark, { text: '{}', etag: '"x"', at: new Date() });
    expect(await ids(store)).toEqual([]);
    expect(marksIn(s3)).toEqual([mark]);
    s3.age(2 * hourMs);
    expect(await ids(store)).toEqual([]);
    expect(marksIn(s3)).toEqual([]);
  });

  test('S3CheckpointStore finds what was stored before there were marks, by reading everything once', async () => {
    const s3 = new MemoryS3();
    const old = (executionId: string, status: string) => {
      const body = { v: 1, nonce: 'n', ...sampleExecution({ executionId, startedAtMs: 5_000 }), status };
      s3.objects.set(`lambda-baton/${executionId}/record.json`, {
        text: JSON.stringify(body),
        etag: `"${executionId}"`,
        at: new Date(),
      });
    };
    old('old', 'running');
    for (let n = 0; n < 30; n += 1) old(`ended-${n}`, 'failed');
    const store = new S3CheckpointStore({ bucket: 'b', client: s3 });
    await store.save(live, undefined);
    expect((await ids(store)).sort()).toEqual(['e', 'old']);
    const again = new S3CheckpointStore({ bucket: 'b', client: s3 });
    expect(await s3.count(() => ids(again))).toEqual({ GetObject: 3, ListObjectsV2: 1 });
    expect((await ids(again)).sort()).toEqual(['e', 'old']);
    const stored = await store.load('old');
    await store.save({ ...live, executionId: 'old' }, stored?.revision);
    expect((await ids(again)).sort()).toEqual(['e', 'old']);
  });

  test('S3CheckpointStore goes on reading everything while the code before the marks may still start executions', async () => {
    const s3 = new MemoryS3();
    const old = (executionId: string, startedAtMs: number) => {
      const body = { v: 1, nonce: 'n', ...sampleExecution({ executionId, startedAtMs }) };
      s3.objects.set(`lambda-baton/${executionId}/record.json`, {
        text: JSON.stringify(body),
        etag: `"${executionId}"`,
        at: new Date(),
      });
    };
    const store = new S3CheckpointStore({ bucket: 'b', client: s3 });
    old('before', Date.now() - hourMs);
    expect(await ids(store)).toEqual(['before']);
    old('late', Date.now());
    expect((await ids(store)).sort()).toEqual(['before', 'late']);
  });

  test('S3CheckpointStore lists the others when an object is damaged, and warns of that one', async () => {
    const s3 = new MemoryS3();
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const store = new S3CheckpointStore({ bucket: 'b', client: s3 });
    await store.save(live, undefined);
    await store.save({ ...live, executionId: 'damaged' }, undefined);
    const key = 'lambda-baton/damaged/record.json';
    s3.objects.set(key, { text: '', etag: '"x"', at: new Date() });
    await expect(store.load('damaged')).rejects.toMatchObject({ code: 'CORRUPT_CONTINUATION' });
    expect(await ids(store)).toEqual(['e']);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(key), { code: 'LAMBDA_BATON_STORE' });
    warn.mockRestore();
  });
});

describe('FileCheckpointStore with 2,000 executions that have ended and 100 that are live', () => {
  let directory: string;
  let openCount = 0;
  let maxOpen = 0;
  let readCount = 0;
  const open = () => new FileCheckpointStore({ directory });
  const countReads = async (call: () => Promise<unknown>) => {
    [readCount, maxOpen] = [0, 0];
    await call();
    return readCount;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'crowded-'));
    await fill(open(), 2_000, 100);
  });
  beforeEach(() => {
    for (const name of ['readFile', 'readdir'] as const) {
      const original = fs[name].bind(fs) as (...args: unknown[]) => Promise<unknown>;
      const counted = async (...args: unknown[]) => {
        if (name === 'readFile') readCount += 1;
        openCount += 1;
        maxOpen = Math.max(maxOpen, openCount);
        try {
          return await original(...args);
        } finally {
          openCount -= 1;
        }
      };
      jest.spyOn(fs, name).mockImplementation(counted as never);
    }
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => rm(directory, { recursive: true }));

  test('FileCheckpointStore with 2,000 executions that have ended and 100 that are live opens a few files at a time, however many there are', async () => {
    expect(
      await countReads(async () => expect(await open().list({ limit: 5_000 })).toHaveLength(2_100)),
    ).toBe(2_100);
    expect(maxOpen).toBeLessThan(64);
  });

  test('FileCheckpointStore with 2,000 executions that have ended and 100 that are live reads the live ones to list what is running, and no more than asked for', async () => {
    expect(
      await countReads(async () =>
        expect(await open().list({ status: 'running', limit: 1_000 })).toHaveLength(50),
      ),
    ).toBe(100);
    expect(maxOpen).toBeLessThan(64);
    expect(await countReads(() => open().list({ status: 'running', limit: 5 }))).toBeLessThan(20);
  });

  test('FileCheckpointStore with 2,000 executions that have ended and 100 that are live reads the live ones once to sweep', async () => {
    const sweep = async () =>
      expect((await clientOf(open()).sweep({ isDryRun: true, limit: 1_000 })).swept).toHaveLength(100);
    expect(await countReads(sweep)).toBe(100);
  });

  test('FileCheckpointStore with 2,000 executions that have ended and 100 that are live reads the live ones, and each again to ask it to end, to stop', async () => {
    const stop = async () => expect((await clientOf(open()).stop(job)).executionIds).toHaveLength(100);
    expect(await countReads(stop)).toBeLessThan(220);
  });
});

describe('FileCheckpointStore, of the marks of what is live', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'marks-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const live = sampleExecution({ executionId: 'e', startedAtMs: 5_000 });
  const ids = async () =>
    (await new FileCheckpointStore({ directory }).list({ status: 'running' }))
      .map(({ executionId }) => executionId)
      .sort();
  const marks = async () => (await readdir(join(directory, '~live'))).filter((name) => /^\d/.test(name));
  const markFile = (name: string) => join(directory, '~live', name);

  test('FileCheckpointStore has a mark for each execution that is live, and removes it behind the last record', async () => {
    const store = new FileCheckpointStore({ directory });
    const first = await store.save(live, undefined);
    const second = await store.save({ ...live, status: 'waiting' }, first);
    expect(await marks()).toHaveLength(1);
    const third = await store.save({ ...live, status: 'failed' }, second);
    expect(await marks()).toEqual([]);
    await store.save(live, third);
    expect(await ids()).toEqual(['e']);
  });

  test('FileCheckpointStore leaves no mark behind a write that was refused', async () => {
    const store = new FileCheckpointStore({ directory });
    const revision = await store.save({ ...live, status: 'failed' }, undefined);
    const saves = Array.from({ length: 8 }, () =>
      new FileCheckpointStore({ directory }).save(live, revision),
    );
    expect((await Promise.all(saves)).filter((one) => one !== undefined)).toHaveLength(1);
    expect(await marks()).toHaveLength(1);
    expect(await ids()).toEqual(['e']);
  });

  test('FileCheckpointStore tolerates the mark of a writer that died before its record, and removes it when it is old', async () => {
    const store = new FileCheckpointStore({ directory });
    await store.save({ ...live, executionId: 'other' }, undefined);
    const link = jest.spyOn(fs, 'link').mockRejectedValue(new Error('the process is dead'));
    await expect(store.save(live, undefined)).rejects.toThrow('the process is dead');
    link.mockRestore();
    expect(await marks()).toHaveLength(2);
    expect(await ids()).toEqual(['other']);
    await store.save(live, undefined);
    expect(await marks()).toHaveLength(3);
    const old = (Date.now() - 2 * hourMs) / 1_000;
    for (const name of await marks()) await utimes(markFile(name), old, old);
    expect(await ids()).toEqual(['e', 'other']);
    expect(await marks()).toHaveLength(2);
    expect(await ids()).toEqual(['e', 'other']);
  });

  test('FileCheckpointStore finds what was stored before there were marks', async () => {
    const store = new FileCheckpointStore({ directory });
    await store.save(live, undefined);
    await store.save({ ...live, executionId: 'ended', status: 'failed' }, undefined);
    await rm(join(directory, '~live'), { recursive: true });
    for (const folder of await readdir(directory)) {
      const file = join(directory, folder, '1.json');
      const { mark: _mark, ...before } = JSON.parse(await fs.readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify(before));
    }
    await new FileCheckpointStore({ directory }).save({ ...live, executionId: 'new' }, undefined);
    expect(await ids()).toEqual(['e', 'new']);
    expect(await ids()).toEqual(['e', 'new']);
    expect(await marks()).toHaveLength(2);
    const stored = await store.load('e');
    const next = await store.save(live, stored?.revision);
    expect(await ids()).toEqual(['e', 'new']);
    await store.save({ ...live, status: 'completed' }, next);
    expect(await ids()).toEqual(['new']);
  });

  test('FileCheckpointStore lists a damaged execution by what its revision before says, without a head, and the others as they are', async () => {
    const store = new FileCheckpointStore({ directory });
    const revision = await store.save(live, undefined);
    await store.save(live, revision);
    await store.save({ ...live, executionId: 'sound' }, undefined);
    const folder = (await readdir(directory)).find((name) => name.startsWith('e-')) ?? '';
    await writeFile(join(directory, folder, '2.json'), '{"half":');
    const listed = await store.list({ status: 'running' });
    expect(listed.map(({ executionId, head }) => [executionId, head === '']).sort()).toEqual([
      ['e', true],
      ['sound', false],
    ]);
  });
});
