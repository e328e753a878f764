import type { Target } from '../functions/function-registry';

/** One event on its way to a function. */
export interface Delivery {
  readonly target: Target;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** From 1. */
  readonly attempt: number;
  readonly channel: 'invoke' | 'sqs';
  readonly invocationType: 'Event' | 'RequestResponse';
  /** The trace header it came with. */
  readonly traceHeader?: string;
  /** JSON text. */
  readonly clientContext?: string;
}
