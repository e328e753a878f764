import { equal } from 'node:assert/strict';
import { companionRules } from './companion-rules';
import { listRules } from './list-rules';
import { revisionRules } from './revision-rules';
import { stateRules } from './state-rules';
import {
  expectStored,
  type StoreRule,
  type StoreUnderTest,
  sampleExecution,
  saveSurely,
} from './store-under-test';

/** One test of a checkpoint store, for any test framework. */
export interface ContractCase {
  /** A sentence about the store. No two are the same. */
  readonly title: string;
  /** Rejects, with an `AssertionError` or with what the store threw, when the store breaks the rule. */
  run(): Promise<void>;
}

/**
 * What every checkpoint store must do, as tests. A store that keeps all of it keeps the runtime's promise: one line of invocations, nothing lost.
 *
 * @param open - opens an empty store; called once per case. Cases write states of up to 6 MB and take a few seconds on a slow store.
 * @example
 * ```ts
 * const open = async () => {
 *   const table = await createEmptyTable();
 *   return { store: new PostgresStore(table), reopen: () => new PostgresStore(table) };
 * };
 * for (const { title, run } of checkpointStoreContract(open)) test(title, run); // Jest, Vitest, node:test
 * ```
 */
export function checkpointStoreContract(open: () => Promise<StoreUnderTest>): readonly ContractCase[] {
  return [...revisionRules, ...stateRules, ...companionRules, ...identityRules, ...listRules].map(
    ({ title, check }) => ({
      title,
      run: async () => {
        const under = await open();
        try {
          await check(under);
        } finally {
          await under.close?.();
        }
      },
    }),
  );
}

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
const identityRules: readonly StoreRule[] = [
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
