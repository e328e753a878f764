import { equal } from 'node:assert/strict';
import { expectStored, type StoreRule, sampleExecution, saveSurely } from './store-under-test';

/** Ids that mean something to a file system, a URL, a query or a JavaScript object. */
const hostileIds = [
  '.',
  '..',
  '../up',
  '/',
  '//',
  'a/b',
  'a/../b',
  'a\\b',
  'ü 🚚',
  'CON',
  "it's (a) ~ * !",
  'x'.repeat(256),
  '🚚'.repeat(128),
  '\uFFFD',
  '%2e',
  '%',
  'a b+c&d=e?f#g',
  ' ',
  ' x ',
  'line\nbreak',
  '\u0000',
  '__proto__',
  'UPPER',
  'upper',
  '\u00E9',
  'e\u0301',
  'head',
  'state',
  '<a>&amp;"',
  "'; drop table executions; --",
];

/** Ids are anybody's text: they tell executions apart and do nothing else. */
export const identityRules: readonly StoreRule[] = [
  ...hostileIds.map((executionId) => ({
    title: `keeps the id ${JSON.stringify(executionId)} apart from every other`,
    async check({ store, reopen }: Parameters<StoreRule['check']>[0]) {
      const mine = sampleExecution({ executionId, state: 'mine' });
      const other = sampleExecution({ executionId: `${executionId.slice(0, 200)}x`, state: 'other' });
      const revision = await saveSurely(store, mine, undefined);
      await saveSurely(store, other, undefined);
      await expectStored(reopen(), mine, revision);
      await expectStored(reopen(), other);
    },
  })),
  {
    title: 'keeps all hostile ids apart, with large states too, and lists them as they are',
    async check({ store, inlineLimitBytes = 400_000 }) {
      const ids = [...new Set(hostileIds)];
      for (const [index, executionId] of ids.entries()) {
        const state =
          index % 5 === 0
            ? executionId.repeat(Math.ceil((2 * inlineLimitBytes) / executionId.length))
            : executionId;
        const revision = await saveSurely(store, sampleExecution({ executionId, state }), undefined);
        await expectStored(store, sampleExecution({ executionId, state }), revision);
      }
      const listed = await store.list({ job: sampleExecution().job });
      equal(JSON.stringify(listed.map(({ executionId }) => executionId).sort()), JSON.stringify(ids.sort()));
    },
  },
];
