import type { Workload } from '../estimate/workload';

/** What `baton estimate` was asked for. */
export interface EstimateOptions extends Omit<Workload, 'prices'> {
  /** A file or JSON text; undefined means the list prices. */
  readonly prices: string | undefined;
  readonly output: 'json' | 'text';
}
