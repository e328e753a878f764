/** How an invocation ended, as its handler answers it. */
export type InvocationStatus =
  | 'cancelled'
  | 'completed'
  | 'duplicate'
  | 'handed-off'
  | 'skipped'
  | 'superseded'
  | 'waiting';

/** What the handler answers to anything but an SQS batch. */
export interface InvocationAnswer {
  /** What became of the execution in this invocation. */
  readonly status: InvocationStatus;
  /** The execution's id. */
  readonly executionId: string;
  /** Number of this Lambda call within the execution, from 1. */
  readonly invocation: number;
  /** The execution's result, when it has completed with one. */
  readonly result?: unknown;
  /** Of a skipped execution: the ids of those that were running, ten at most. */
  readonly running?: readonly string[];
}

/** How the invocation of an execution ends that has not failed. */
export type EndedAnswer = InvocationAnswer & { readonly status: Exclude<InvocationStatus, 'duplicate'> };

/** What the handler answers to a signal: it has been kept, and runs nothing itself. */
export interface SignalAnswer {
  /** A signal was taken. */
  readonly status: 'signalled';
  /** The execution that it was sent to. */
  readonly executionId: string;
  /** The id under which it counts once. */
  readonly signalId: string;
  /** `repeated`: the execution has had a signal of this id before. `ended`: it is over, and nothing was kept. */
  readonly kind: 'accepted' | 'ended' | 'repeated';
}

/** What the handler answers to an SQS batch: the records that SQS has to deliver again. */
export interface BatchAnswer {
  /** The messages that the queue is to deliver again. */
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
