import type { CheckpointStore } from '../../runtime/ports';

/** A store as its contract suite takes it: empty at first, and the same data for everybody who opens it again. */
export interface StoreUnderTest {
  /** The store to try. */
  readonly store: CheckpointStore;
  /** Another store on the same data, as another process would have it. */
  reopen(): CheckpointStore;
  /**
   * Roughly where the store begins to keep a state apart from its head, in bytes: states are made to swing around it.
   *
   * @defaultValue 400,000
   */
  readonly inlineLimitBytes?: number;
  /** How many parts hold states apart from their heads now, whoever needs them. Without it nobody looks for orphans. */
  countParts?(): Promise<number>;
  /**
   * A store on the same data whose process dies at its request with this number, from 1, before the request or after its effect: that call
   * and every later one rejects. Without it the case of a writer that dies has nothing to do and passes.
   */
  openDying?(requestNumber: number, when: 'after' | 'before'): CheckpointStore;
  /** Called when the case is over. */
  close?(): Promise<void>;
}

/** One rule, and how to see whether a store keeps it. */
export interface StoreRule {
  /** A sentence about the store. */
  readonly title: string;
  check(under: StoreUnderTest): Promise<void>;
}
