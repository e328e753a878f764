import { companionRules } from './companion-rules';
import { identityRules } from './identity-rules';
import { listRules } from './list-rules';
import { revisionRules } from './revision-rules';
import { stateRules } from './state-rules';
import type { StoreUnderTest } from './store-under-test';

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
