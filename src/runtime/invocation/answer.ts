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

/** How the invocation of an execution ends that has not failed. */
export type EndedAnswer = InvocationAnswer & { readonly status: Exclude<InvocationStatus, 'duplicate'> };

/** What the handler answers to a signal: it has been kept, and runs nothing itself. */
export interface SignalAnswer {
  readonly status: 'signalled';
  readonly executionId: string;
  readonly signalId: string;
  /** `repeated`: the execution has had a signal of this id before. `ended`: it is over, and nothing was kept. */
  readonly kind: 'accepted' | 'ended' | 'repeated';
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
  readonly answer: InvocationAnswer | SignalAnswer;
  /** @defaultValue nobody: the execution has ended, or has gone on without this delivery */
  readonly live?: LiveOwner;
}
