import { equal, ok } from 'node:assert/strict';
import { setImmediate as takeTurn } from 'node:timers/promises';
import type { CheckpointStore, StoredExecution } from '../../runtime/ports';
import {
  expectStored,
  type StoreRule,
  type StoreUnderTest,
  sampleExecution,
  sampleId,
  saveSurely,
  textOfBytes,
} from './store-under-test';

const defaultLimitBytes = 400_000;
const unchanged = { isStateUnchanged: true };

/** Nobody's writer sends more requests than this to save one execution. */
const maxRequests = 40;

/** What becomes of states, large and small. */
export const stateRules: readonly StoreRule[] = [
  ...[0, 1, 399_000, 3_000_000].map((length) => ({
    title: `keeps a state of ${length} characters, of four bytes each`,
    async check({ store, reopen }: StoreUnderTest) {
      const execution = sampleExecution({ state: '🚚'.repeat(length / 2) });
      const revision = await saveSurely(store, execution, undefined);
      await expectStored(reopen(), execution, revision);
    },
  })),
  {
    title: 'keeps a head of a million characters, as a large input makes it',
    async check({ store, reopen }) {
      const head = textOfBytes('head ü', 1_000_000);
      const first = await saveSurely(store, sampleExecution({ head }), undefined);
      await expectStored(reopen(), sampleExecution({ head }), first);
      const second = await saveSurely(
        store,
        sampleExecution({ head: `${head}2`, status: 'completed' }),
        first,
        unchanged,
      );
      await expectStored(reopen(), sampleExecution({ head: `${head}2`, status: 'completed' }), second);
    },
  },
  ...(['small', 'large'] as const).map((size) => ({
    title: `still has a ${size} state after writes that were told that it has not changed`,
    async check({ store, reopen, inlineLimitBytes = defaultLimitBytes }: StoreUnderTest) {
      const state = size === 'small' ? 'small ü' : textOfBytes('large ü', 3 * inlineLimitBytes);
      let revision = await saveSurely(store, sampleExecution({ state }), undefined);
      for (const head of ['h2', 'h3', 'h4']) {
        const stale = revision;
        revision = await saveSurely(reopen(), sampleExecution({ head, state }), revision, unchanged);
        await expectStored(store, sampleExecution({ head, state }), revision);
        equal(
          await store.save(sampleExecution({ head: 'stale', state }), stale, unchanged),
          undefined,
          'a stale writer is refused',
        );
        await expectStored(reopen(), sampleExecution({ head, state }), revision);
      }
      revision = await saveSurely(store, sampleExecution({ state: 'changed' }), revision);
      await expectStored(reopen(), sampleExecution({ state: 'changed' }), revision);
    },
  })),
  {
    title: 'reads no stale state, and leaves none behind, when states swing around its limit',
    async check(under) {
      const { store, reopen, inlineLimitBytes: limit = defaultLimitBytes } = under;
      const sizes = [
        2 * limit,
        10,
        limit,
        limit + 1,
        limit - 1,
        3 * limit,
        2 * limit,
        0,
        limit - 64,
        limit + 64,
        3 * limit,
        20,
      ];
      let revision: string | undefined;
      for (const [index, bytes] of sizes.entries()) {
        const execution = sampleExecution({
          head: `h${index}`,
          state: textOfBytes(`t${index} `, bytes, index % 2 ? 'x' : '🚚'),
        });
        revision = await saveSurely(index % 3 ? store : reopen(), execution, revision);
        await expectStored(reopen(), execution, revision);
      }
      if (under.countParts)
        equal(await under.countParts(), 0, 'a small state has no part, also while the execution runs');
      await expectNoOrphan(under, revision);
    },
  },
  {
    title: 'keeps a large state whole when its reply was lost and when a stale writer comes by',
    async check(under) {
      const { store, reopen, inlineLimitBytes: limit = defaultLimitBytes } = under;
      const large = (mark: string) => sampleExecution({ head: mark, state: textOfBytes(mark, 2 * limit) });
      const first = await saveSurely(store, large('one '), undefined);
      const second = await saveSurely(reopen(), large('two '), first);
      const partCount = await under.countParts?.();
      equal(await store.save(large('two '), first), undefined, 'a write that was made again is refused');
      equal(await reopen().save(large('stale '), first), undefined, 'a stale writer is refused');
      equal(await reopen().save(large('another '), undefined), undefined, 'a second creator is refused');
      await expectStored(store, large('two '), second);
      equal(await under.countParts?.(), partCount, 'a refused write leaves no part');
      await expectNoOrphan(under, second);
    },
  },
  {
    title: 'lets exactly one of several writers of large states through, and mixes none of them',
    async check(under) {
      const { store, reopen, inlineLimitBytes: limit = defaultLimitBytes } = under;
      const execution = (mark: string) =>
        sampleExecution({ head: mark, state: textOfBytes(mark, 2 * limit) });
      let revision: string | undefined;
      for (let round = 0; round < 3; round += 1) {
        const marks = [0, 1, 2, 3].map((index) => `${round}-${index} `);
        const revisions = await Promise.all(marks.map((mark) => reopen().save(execution(mark), revision)));
        equal(
          revisions.filter((candidate) => candidate !== undefined).length,
          1,
          'exactly one writer gets a revision',
        );
        const winner = revisions.findIndex((candidate) => candidate !== undefined);
        revision = revisions[winner];
        await expectStored(store, execution(marks[winner] ?? ''), revision);
      }
      await expectNoOrphan(under, revision);
    },
  },
  {
    title: 'never shows a reader half of a state, while a writer replaces it again and again',
    async check({ store, reopen, inlineLimitBytes: limit = defaultLimitBytes }) {
      const execution = (mark: string) =>
        sampleExecution({ head: mark, state: textOfBytes(mark, 2 * limit) });
      let revision = await saveSurely(store, execution('0 '), undefined);
      let isWriting = true;
      const read = async (reader: CheckpointStore) => {
        while (isWriting) {
          const stored = await reader.load(sampleId);
          ok(stored?.state === execution(stored?.head ?? '').state, 'head and state are of one write');
          await takeTurn();
        }
      };
      const readers = [read(reopen()), read(reopen())];
      try {
        for (let count = 1; count <= 6; count += 1)
          revision = await saveSurely(store, execution(`${count} `), revision);
      } finally {
        isWriting = false;
        await Promise.all(readers);
      }
    },
  },
  ...(['before', 'after'] as const).map((when) => ({
    title: `has the old revision whole, or the new one, when a writer dies ${when} any of its requests`,
    check: (under: StoreUnderTest) => killWriters(under, when),
  })),
];

async function killWriters(under: StoreUnderTest, when: 'after' | 'before'): Promise<void> {
  const { store, openDying, inlineLimitBytes: limit = defaultLimitBytes } = under;
  if (openDying === undefined) return;
  const execution = (mark: string): StoredExecution =>
    sampleExecution({ head: mark, state: textOfBytes(mark, 2 * limit) });
  let current = execution('0 ');
  let revision = await saveSurely(store, current, undefined);
  let hasSurvived = false;
  for (let request = 1; request <= maxRequests && !hasSurvived; request += 1) {
    const next = execution(`${request} `);
    hasSurvived = await openDying(request, when)
      .save(next, revision)
      .then((written) => written !== undefined)
      .catch(() => false);
    const stored = await store.load(sampleId);
    ok(stored !== undefined, 'the execution is still there');
    if (stored.revision === revision) ok(!hasSurvived, 'what is answered as written is written');
    else current = next;
    ({ revision } = await expectStored(store, current, stored.revision));
  }
  ok(hasSurvived, `a writer that never dies gets through with ${maxRequests} requests`);
  await expectNoOrphan(under, revision);
}

/** Ends the execution with a small state; nothing may then be left beside its record. */
async function expectNoOrphan(
  { store, countParts }: StoreUnderTest,
  revision: string | undefined,
): Promise<void> {
  const ended = sampleExecution({ status: 'completed', state: 'ended' });
  const last = await saveSurely(store, ended, revision);
  await expectStored(store, ended, last);
  if (countParts !== undefined) equal(await countParts(), 0, 'no part is left that nobody needs');
}
