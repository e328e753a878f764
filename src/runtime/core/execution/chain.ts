/** What AWS does with a function that invokes itself again and again: its recursion setting. */
export type RecursionSetting = 'allow' | 'terminate' | 'unknown';

/** The chain of invocations, each started by the one before, that an execution is in: what AWS's recursion detection counts. */
export interface Chain {
  /** How many invocations of the chain lie behind this one: 0 for the first one, and for one that was started from outside. */
  readonly length: number;
  /** `unknown`: asked in vain. Null: not asked yet. */
  readonly setting: RecursionSetting | null;
}

/** About how many invocations of a chain AWS lets pass under `Terminate`, before it drops the next one without a word. */
export const recursionLimit = 16;
/** How many of them lambda-baton counts on, since AWS says "about": the last one parks the execution, where there is a store. */
export const maxChain = recursionLimit - 2;

/** The chain of an execution that starts. */
export const firstChain: Chain = Object.freeze({ length: 0, setting: null });

/** Whether AWS would soon stop an execution without a word, if it were handed over to an invocation with this chain behind it. */
export function isChainSpent({ chain }: { readonly chain: Chain }): boolean {
  return chain.setting === 'terminate' && chain.length >= maxChain;
}

/** Says whether a value is the length of a chain. */
export function isChainLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Says whether a value is a chain. */
export function isChain(value: unknown): value is Chain {
  const { length, setting } = (value ?? {}) as Partial<Chain>;
  return (
    isChainLength(length) &&
    (setting === null || ['allow', 'terminate', 'unknown'].includes(setting as string))
  );
}
