/** How the whole suite is run once more. */
export interface HostileConfiguration {
  /** Its name, which the register knows it by. */
  readonly name: string;
  /** Every invocation hands over after every step and every `yield`. */
  readonly handsOff: boolean;
  /** Every event comes as the one message of an SQS batch. */
  readonly isByQueue: boolean;
  /** Executions are kept in a store, also where a test has none. */
  readonly hasStore: boolean;
  /** Every event is delivered again: at the same moment, and when it is too late. */
  readonly isTwice: boolean;
}

/** The configuration of this run, from jest.config.mjs. */
export const configuration = (globalThis as unknown as { readonly batonHostile: HostileConfiguration })
  .batonHostile;
