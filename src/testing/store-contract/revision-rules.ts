import { equal, ok } from 'node:assert/strict';
import { expectStored, type StoreRule, sampleExecution, sampleId, saveSurely } from './store-under-test';

const writerCount = 8;

/** Who may write: the rules that the promise of one line of invocations rests on. */
export const revisionRules: readonly StoreRule[] = [
  {
    title: 'knows nothing of an execution that was never saved',
    async check({ store }) {
      equal(await store.load('nobody'), undefined);
    },
  },
  {
    title: 'gives back, whole, what was saved, also to another process',
    async check({ store, reopen }) {
      const revision = await saveSurely(store, sampleExecution(), undefined);
      await expectStored(reopen(), sampleExecution(), revision);
      for (const status of ['waiting', 'failed', 'cancelled', 'completed'] as const) {
        const executionId = `ended ${status}`;
        await saveSurely(
          store,
          sampleExecution({ executionId, status, startedAtMs: 0, head: '', state: '' }),
          undefined,
        );
        await expectStored(
          reopen(),
          sampleExecution({ executionId, status, startedAtMs: 0, head: '', state: '' }),
        );
      }
    },
  },
  {
    title: 'creates an execution once',
    async check({ store, reopen }) {
      const revision = await saveSurely(store, sampleExecution(), undefined);
      equal(
        await reopen().save(sampleExecution({ state: 't2' }), undefined),
        undefined,
        'a second creation is refused',
      );
      await expectStored(store, sampleExecution(), revision);
    },
  },
  {
    title: 'lets exactly one of many creators at once through',
    async check({ store, reopen }) {
      const creators = Array.from({ length: writerCount }, reopen);
      const revisions = await Promise.all(
        creators.map((creator, index) => creator.save(sampleExecution({ state: `t${index}` }), undefined)),
      );
      const winner = expectOneWinner(revisions);
      await expectStored(store, sampleExecution({ state: `t${winner}` }), revisions[winner]);
    },
  },
  {
    title: 'replaces an execution at the expected revision only',
    async check({ store, reopen }) {
      const first = await saveSurely(store, sampleExecution(), undefined);
      const second = await saveSurely(store, sampleExecution({ state: 't2' }), first);
      equal(
        await reopen().save(sampleExecution({ state: 't3' }), first),
        undefined,
        'a write that expects the revision before is refused',
      );
      await expectStored(store, sampleExecution({ state: 't2' }), second);
    },
  },
  {
    title: 'gives a write of its own revision to a text that was there before',
    async check({ store, reopen }) {
      const first = await saveSurely(store, sampleExecution({ state: 'a' }), undefined);
      const second = await saveSurely(store, sampleExecution({ state: 'b' }), first);
      const third = await saveSurely(store, sampleExecution({ state: 'a' }), second);
      ok(third !== first, 'the same texts at another time are another revision');
      equal(
        await reopen().save(sampleExecution({ state: 'c' }), first),
        undefined,
        'the first revision stays past',
      );
      await expectStored(store, sampleExecution({ state: 'a' }), third);
    },
  },
  {
    title: 'refuses to replace an execution that is not there',
    async check({ store }) {
      const revision = await saveSurely(store, sampleExecution(), undefined);
      equal(await store.save(sampleExecution({ executionId: 'another' }), revision), undefined);
      equal(await store.load('another'), undefined, 'and does not create it');
    },
  },
  {
    title: 'refuses a writer that slept through many revisions',
    async check({ store, reopen }) {
      const stale = await saveSurely(store, sampleExecution(), undefined);
      let revision = stale;
      for (let count = 0; count < 12; count += 1)
        revision = await saveSurely(store, sampleExecution({ state: `t${count}` }), revision);
      equal(await reopen().save(sampleExecution({ state: 'stale' }), stale), undefined);
      await expectStored(store, sampleExecution({ state: 't11' }), revision);
    },
  },
  {
    title: 'lets exactly one of many writers at once through, time after time',
    async check({ store, reopen }) {
      let revision: string | undefined = await saveSurely(store, sampleExecution(), undefined);
      for (let round = 0; round < 10; round += 1) {
        const writers = Array.from({ length: writerCount }, reopen);
        const save = (index: number) =>
          writers[index]?.save(sampleExecution({ state: `t${round}-${index}` }), revision);
        const revisions = await Promise.all(writers.map((_writer, index) => save(index)));
        const winner = expectOneWinner(revisions);
        revision = revisions[winner];
        await expectStored(store, sampleExecution({ state: `t${round}-${winner}` }), revision);
      }
    },
  },
  {
    title: 'refuses a write that is made again because its reply was lost, and keeps what it wrote',
    async check({ store, reopen }) {
      const first = await saveSurely(store, sampleExecution(), undefined);
      const again = sampleExecution({ head: 'deadbeef {}', state: 't2' });
      const second = await saveSurely(store, again, first);
      equal(await reopen().save(again, first), undefined);
      await expectStored(store, again, second);
      equal(
        await reopen().save(sampleExecution({ executionId: sampleId }), undefined),
        undefined,
        'nor is it created again',
      );
      await expectStored(store, again, second);
    },
  },
];

/** The number of the one writer that got a revision. */
function expectOneWinner(revisions: readonly (string | undefined)[]): number {
  equal(
    revisions.filter((revision) => revision !== undefined).length,
    1,
    'exactly one writer gets a revision',
  );
  return revisions.findIndex((revision) => revision !== undefined);
}
