/** How the children of a batch have ended so far. Skipped ones count as cancelled. */
export interface ChildCounts {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** One child as it is asked for. */
export interface ChildItem {
  readonly id: string;
  readonly input: unknown;
}

/** The children that one `startChildren` started, as their parent keeps them: bounded by `concurrency`, however many there are. */
export interface Batch extends ChildCounts {
  /** Counts the parent's `startChildren`, from 1. */
  readonly number: number;
  /** The claim that has written the items: those of another one are not these. */
  readonly epoch: number;
  /** The first item that has not been started. */
  readonly next: number;
  /** Items whose children have not ended, as far as the parent knows. */
  readonly running: readonly number[];
  /** Items whose children have ended, and for which `@OnChildEnd` has still to be called. */
  readonly due: readonly number[];
  /** The ids of the first that failed. */
  readonly failures: readonly string[];
  readonly concurrency: number;
  readonly maxFailures: number;
  readonly job: string;
  /** The function that runs them; undefined for the parent's own. */
  readonly functionName?: string;
  /** The step that started them. */
  readonly step: string;
}
