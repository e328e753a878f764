import type { CheckpointStore, StoredExecution } from '../../src/runtime/ports';

/** An execution to store, with something hostile in every part. */
export function storedExecution(overrides: Partial<StoredExecution> = {}): StoredExecution {
  return {
    executionId: 'payments/2026-11-23 #1',
    job: 'reconcile-payments',
    status: 'running',
    startedAtMs: 1_795_000_000_000,
    expiresAtMs: 1_798_000_000_000,
    head: 'deadbeef {"step":"über \u2028 \u0000 \uFFFE 🚚"}',
    state: 't{"json":{"cursor":""}}',
    ...overrides,
  };
}

/** What every checkpoint store must do. `create` gives an empty store; `reopen` another one on the same data, as another process would have. */
export function describeCheckpointStore(
  name: string,
  create: () => Promise<{ store: CheckpointStore; reopen: () => CheckpointStore }>,
): void {
  describe(`the checkpoint store ${name}`, () => {
    test('knows nothing of an execution that was never saved', async () => {
      const { store } = await create();
      expect(await store.load('nobody')).toBeUndefined();
    });

    test('gives back, whole, what was saved, also to another process', async () => {
      const { store, reopen } = await create();
      const revision = await store.save(storedExecution(), undefined);
      expect(revision).toEqual(expect.any(String));
      expect(await reopen().load(storedExecution().executionId)).toEqual({ ...storedExecution(), revision });
    });

    test('creates an execution once', async () => {
      const { store, reopen } = await create();
      await store.save(storedExecution(), undefined);
      expect(await reopen().save(storedExecution({ state: 't2' }), undefined)).toBeUndefined();
      expect((await store.load(storedExecution().executionId))?.state).toBe(storedExecution().state);
    });

    test('replaces an execution at the expected revision only', async () => {
      const { store, reopen } = await create();
      const first = await store.save(storedExecution(), undefined);
      const second = await store.save(storedExecution({ state: 't2' }), first);
      expect(second).not.toBe(first);
      expect(await reopen().save(storedExecution({ state: 't3' }), first)).toBeUndefined();
      expect((await store.load(storedExecution().executionId))?.state).toBe('t2');
    });

    test('refuses to replace an execution that is not there', async () => {
      const { store } = await create();
      const revision = await store.save(storedExecution(), undefined);
      expect(await store.save(storedExecution({ executionId: 'another' }), revision)).toBeUndefined();
      expect(await store.load('another')).toBeUndefined();
    });

    test('refuses a writer that slept through many revisions', async () => {
      const { store, reopen } = await create();
      let revision = await store.save(storedExecution(), undefined);
      const stale = revision;
      for (let count = 0; count < 12; count += 1) revision = await store.save(storedExecution({ state: `t${count}` }), revision);
      expect(await reopen().save(storedExecution({ state: 'stale' }), stale)).toBeUndefined();
      expect(await store.load(storedExecution().executionId)).toMatchObject({ state: 't11', revision });
    });

    test('lets exactly one of many writers at once through, time after time', async () => {
      const { store, reopen } = await create();
      let revision = await store.save(storedExecution(), undefined);
      for (let round = 0; round < 10; round += 1) {
        const writers = Array.from({ length: 8 }, reopen);
        const revisions = await Promise.all(
          writers.map((writer, index) => writer.save(storedExecution({ state: `t${round}-${index}` }), revision)),
        );
        const winner = revisions.findIndex((candidate) => candidate !== undefined);
        expect(revisions.filter((candidate) => candidate !== undefined)).toHaveLength(1);
        revision = revisions[winner];
        expect(await store.load(storedExecution().executionId)).toMatchObject({ state: `t${round}-${winner}`, revision });
      }
    });

    test.each(['.', '..', '../up', 'a/b', 'a\\b', 'ü 🚚', 'CON', "it's (a) ~ * !", 'x'.repeat(256), '%2e', 'UPPER', 'upper'])(
      'keeps the id %j apart from every other',
      async (executionId) => {
        const { store } = await create();
        await store.save(storedExecution({ executionId, state: 'mine' }), undefined);
        await store.save(storedExecution({ executionId: `${executionId.slice(0, 200)}x`, state: 'other' }), undefined);
        expect(await store.load(executionId)).toMatchObject({ executionId, state: 'mine' });
      },
    );

    test.each([0, 1, 399_000, 3_000_000])('keeps a state of %d characters, of four bytes each', async (length) => {
      const { store } = await create();
      const state = '🚚'.repeat(length / 2);
      await store.save(storedExecution({ state }), undefined);
      expect((await store.load(storedExecution().executionId))?.state === state).toBe(true);
    });

    test('lists by job and status, newest start first, and no more than asked for', async () => {
      const { store } = await create();
      for (let index = 0; index < 5; index += 1) {
        const status = index % 2 === 0 ? 'running' : 'failed';
        await store.save(storedExecution({ executionId: `e${index}`, startedAtMs: index, status }), undefined);
      }
      await store.save(storedExecution({ executionId: 'foreign', job: 'another' }), undefined);
      const list = async (query: Parameters<CheckpointStore['list']>[0]) => (await store.list(query)).map(({ executionId }) => executionId);
      expect(await list({ job: 'reconcile-payments' })).toEqual(['e4', 'e3', 'e2', 'e1', 'e0']);
      expect(await list({ job: 'reconcile-payments', status: 'failed' })).toEqual(['e3', 'e1']);
      expect(await list({ job: 'reconcile-payments', limit: 2 })).toEqual(['e4', 'e3']);
      expect(await list({ job: 'nothing' })).toEqual([]);
    });
  });
}
