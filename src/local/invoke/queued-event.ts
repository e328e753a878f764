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
