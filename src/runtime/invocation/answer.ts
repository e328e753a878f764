/** How an invocation ended, as its handler answers it. */
export type InvocationStatus =
  | 'cancelled'
  | 'completed'
  | 'duplicate'
  | 'handed-off'
  | 'superseded'
  | 'waiting';

/** What the handler answers to anything but an SQS batch. */
export interface InvocationAnswer {
  readonly status: InvocationStatus;
  readonly executionId: string;
  readonly invocation: number;
  /** The execution's result, when it has completed with one. */
  readonly result?: unknown;
}

/** What the handler answers to an SQS batch: the records that SQS has to deliver again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Somebody else who is at work where a delivery would be. */
export interface LiveOwner {
  /** The delivery that owns the execution. */
  readonly owner: string;
  /** Until when it may be alive, in epoch milliseconds. */
  readonly leaseUntilMs: number;
}

/** What became of a delivery, and who may still need it. */
export interface InvocationResult {
  readonly answer: InvocationAnswer;
  /** @defaultValue nobody: the execution has ended, or has gone on without this delivery */
  readonly live?: LiveOwner;
}
