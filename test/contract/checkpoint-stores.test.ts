import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCheckpointStore, S3CheckpointStore } from '../../src/runtime/adapters/store/checkpoint-stores';
import { MemoryCheckpointStore } from '../../src/runtime/adapters/store/memory-store';
import type { CheckpointStore, StoredExecution } from '../../src/runtime/ports';
import { checkpointStoreContract, type StoreUnderTest } from '../../src/testing';
import { sampleExecution } from '../../src/testing/store-contract/store-under-test';
import { MemoryS3 } from './stand-ins/memory-s3';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stores-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe.each<[string, () => Promise<StoreUnderTest>]>([
  ['MemoryCheckpointStore', openMemory],
  ['FileCheckpointStore', async () => openFiles(directory)],
])('%s', (_name, open) => {
  for (const { title, run } of checkpointStoreContract(open)) test(title, run);
});

/** What the runtime keeps for itself: as a heartbeat, or the stop mark of a job. */
const companion = (overrides: Partial<StoredExecution> = {}) =>
  sampleExecution({
    executionId: 'lambda-baton:heartbeat:e',
    job: 'lambda-baton:heartbeat',
    status: 'cancelled',
    startedAtMs: 0,
    ...overrides,
  });

test.each<[string, () => CheckpointStore]>([
  ['MemoryCheckpointStore', () => new MemoryCheckpointStore()],
  ['FileCheckpointStore', () => new FileCheckpointStore({ directory })],
  ['S3CheckpointStore', () => new S3CheckpointStore({ bucket: 'b', client: new MemoryS3() })],
])('%s lists nothing that the runtime keeps for itself, and keeps it', async (_name, open) => {
  const store = open();
  const revision = await store.save(companion(), undefined);
  await store.save(sampleExecution({ status: 'cancelled' }), undefined);
  for (const query of [{}, { status: 'cancelled' }, { limit: 1 }] as const) {
    expect((await store.list(query)).map((one) => one.executionId)).toEqual([sampleExecution().executionId]);
  }
  expect(await store.list({ job: 'lambda-baton:heartbeat' })).toEqual([]);
  expect(await store.load(companion().executionId)).toMatchObject({ revision });
});

describe('FileCheckpointStore on its disk', () => {
  const { executionId } = sampleExecution();

  test('FileCheckpointStore on its disk keeps a handful of files, however often it saves', async () => {
    const store = new FileCheckpointStore({ directory });
    let revision = await store.save(sampleExecution(), undefined);
    for (let count = 0; count < 30; count += 1) revision = await store.save(sampleExecution(), revision);
    const [folder = ''] = await readdir(directory);
    expect((await readdir(join(directory, folder))).sort()).toEqual(['29.json', '30.json', '31.json']);
  });

  test('FileCheckpointStore on its disk does not mind what a process that was killed left behind', async () => {
    const store = new FileCheckpointStore({ directory });
    const revision = await store.save(sampleExecution(), undefined);
    const [folder = ''] = await readdir(directory);
    await writeFile(join(directory, folder, 'scratch-killed'), '{"half":');
    expect(await store.load(executionId)).toMatchObject({ revision });
    expect(await store.save(sampleExecution(), revision)).toBeDefined();
  });

  test('FileCheckpointStore on its disk refuses a write whose number was free again because its revision is long past', async () => {
    const store = new FileCheckpointStore({ directory });
    let revision = await store.save(sampleExecution(), undefined);
    const stale = revision;
    for (let count = 0; count < 5; count += 1) revision = await store.save(sampleExecution(), revision);
    const [folder = ''] = await readdir(directory);
    for (const name of await readdir(join(directory, folder))) {
      if (name !== '6.json' && name !== '1.json') await rm(join(directory, folder, name));
    }
    expect(await store.save(sampleExecution({ state: 'stale' }), stale)).toBeUndefined();
    expect(await store.load(executionId)).toMatchObject({ revision });
  });

  test.each<[string, (text: string) => string]>([
    ['cut in half', (text) => text.slice(0, text.length / 2)],
    ['emptied', () => ''],
    [
      'without one of its quotes',
      (text) => text.slice(0, text.lastIndexOf('"')) + text.slice(text.lastIndexOf('"') + 1),
    ],
    ['of another kind', () => '[]'],
    ['without its state', (text) => JSON.stringify({ ...JSON.parse(text), state: undefined })],
    ['of an unknown status', (text) => JSON.stringify({ ...JSON.parse(text), status: 'asleep' })],
    ['of another execution', (text) => JSON.stringify({ ...JSON.parse(text), executionId: 'other' })],
  ])(
    'FileCheckpointStore on its disk refuses a file that is %s, as damaged, and never shows what is in it',
    async (_what, damage) => {
      const store = new FileCheckpointStore({ directory });
      await store.save(sampleExecution({ state: 'TOP-SECRET' }), undefined);
      const [folder = ''] = await readdir(directory);
      const file = join(directory, folder, '1.json');
      await writeFile(file, damage(await readFile(file, 'utf8')));
      const error = await store.load(executionId).catch((caught) => caught);
      expect(error).toMatchObject({ code: 'CORRUPT_CONTINUATION', retryable: false });
      expect(`${error.stack}`).not.toContain('TOP-SECRET');
    },
  );

  test('FileCheckpointStore on its disk reads over a byte-order mark that an editor has put in front of a file', async () => {
    const store = new FileCheckpointStore({ directory });
    const revision = await store.save(sampleExecution(), undefined);
    const [folder = ''] = await readdir(directory);
    const file = join(directory, folder, '1.json');
    await writeFile(file, `\uFEFF${await readFile(file, 'utf8')}`);
    expect(await store.load(executionId)).toEqual({ ...sampleExecution(), revision });
  });

  test('FileCheckpointStore on its disk makes files and folders that only their owner can read, and leaves the mode of a folder that is there', async () => {
    await chmod(directory, 0o755);
    const inner = join(directory, 'a', 'b');
    await new FileCheckpointStore({ directory: inner }).save(sampleExecution(), undefined);
    const modes = new Set<string>();
    for (const name of await readdir(directory, { recursive: true })) {
      const { mode } = await stat(join(directory, name));
      modes.add(
        `${(await stat(join(directory, name))).isDirectory() ? 'folder' : 'file'} ${(mode & 0o777).toString(8)}`,
      );
    }
    expect([...modes].sort()).toEqual(['file 600', 'folder 700']);
    expect((await stat(directory)).mode & 0o777).toBe(0o755);
  });

  test('FileCheckpointStore on its disk removes what the runtime keeps for itself when its time is over, with the next list, and no execution', async () => {
    const store = new FileCheckpointStore({ directory });
    await store.save(companion({ expiresAtMs: 1 }), undefined);
    await store.save(companion({ executionId: 'lambda-baton:stop:j' }), undefined);
    await store.save(sampleExecution({ status: 'completed', expiresAtMs: 1 }), undefined);
    expect(await store.list({})).toHaveLength(1);
    expect(await store.load(companion().executionId)).toBeUndefined();
    expect(await store.load('lambda-baton:stop:j')).toBeDefined();
    expect(await store.load(executionId)).toBeDefined();
  });

  test('FileCheckpointStore on its disk lists what it has beside files that are not its own', async () => {
    const store = new FileCheckpointStore({ directory });
    await store.save(sampleExecution(), undefined);
    await writeFile(join(directory, '.DS_Store'), 'x');
    expect(await store.list({})).toHaveLength(1);
  });

  test('FileCheckpointStore on its disk fails loudly, and keeps what it has, when nothing can be written', async () => {
    const store = new FileCheckpointStore({ directory: join(directory, 'file') });
    await writeFile(join(directory, 'file'), 'not a directory');
    await expect(store.save(sampleExecution(), undefined)).rejects.toThrow(/EEXIST|ENOTDIR/);
    await rm(join(directory, 'file'));
    await mkdir(join(directory, 'file'));
    expect(await store.load(executionId)).toBeUndefined();
  });
});

async function openMemory(): Promise<StoreUnderTest> {
  const store = new MemoryCheckpointStore();
  return { store, reopen: () => store };
}

function openFiles(directory: string): StoreUnderTest {
  return {
    store: new FileCheckpointStore({ directory }),
    reopen: () => new FileCheckpointStore({ directory }),
  };
}
