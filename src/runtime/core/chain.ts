/** What AWS does with a function that invokes itself again and again: its recursion setting. */
export type RecursionSetting = 'allow' | 'terminate' | 'unknown';

/** The chain of invocations, each started by the one before, that an execution is in: what AWS's recursion detection counts. */
export interface Chain {
  /** The invocation that it began with: 1, or the first one after a redrive, which comes from outside. */
  readonly since: number;
  /** `unknown`: asked in vain. Null: not asked yet. */
  readonly setting: RecursionSetting | null;
}

/** About how many invocations of a chain AWS lets pass under `Terminate`, before it drops the next one without a word. */
export const recursionLimit = 16;
/** How many of them lambda-baton counts on, since AWS says "about": the last one parks the execution, where there is a store. */
export const longestChain = recursionLimit - 2;

/** The chain of an execution that starts, or that was written by a version that knew of none. */
export const firstChain: Chain = Object.freeze({ since: 1, setting: null });

/** Whether AWS would soon stop an execution without a word, if it were handed over to this invocation. */
export function isChainSpent({ chain, invocation }: { readonly chain: Chain; readonly invocation: number }): boolean {
  return chain.setting === 'terminate' && invocation - chain.since >= longestChain;
}

/** Says whether a value is a chain. */
export function isChain(value: unknown): value is Chain {
  const { since, setting } = (value ?? {}) as Partial<Chain>;
  return Number.isSafeInteger(since) && (setting === null || ['allow', 'terminate', 'unknown'].includes(setting as string));
}
