import type { Target } from '../functions/function-registry';

/** An asynchronous event that was accepted and has not ended yet. */
export interface QueuedEvent {
  readonly requestId: string;
  /** Name or ARN and qualifier as the caller gave them: an alias is looked up at each attempt. */
  readonly reference: string;
  readonly target: Target;
  /** JSON text. */
  readonly payload: string;
  readonly traceHeader?: string;
  readonly acceptedAt: number;
  /** The attempt that comes next, from 1. */
  readonly attempt: number;
}

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
