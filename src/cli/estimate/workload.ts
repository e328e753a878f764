import type { Prices } from '../../runtime/core/prices';

/** What is to be done, and by which function. */
export interface Workload {
  readonly itemCount: number;
  readonly msPerItem: number;
  readonly itemsPerStep: number;
  /** Bytes of state in a checkpoint. */
  readonly stateBytes: number;
  readonly store: 'none' | 'table';
  readonly memoryMb: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly timeoutMs: number;
  readonly safeMs: number;
  /** Cold start of every invocation, in milliseconds. */
  readonly startMs: number;
  readonly prices: Prices;
}
