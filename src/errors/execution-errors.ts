import { BatonError } from './baton-error';

/** An execution ended in failure. Thrown by the handler, so that alarms and dead-letter queues see it; `cause` is what failed it. */
export class ExecutionFailedError extends BatonError<{
  executionId: string;
  job: string;
  invocation: number;
  step: string;
}> {
  override readonly name = 'ExecutionFailedError';
  readonly code = 'EXECUTION_FAILED';
}

/**
 * The limits that end an execution with a {@link FuseBlownError}. `maxRememberedRuns` is none of the job's: it is 10,000 runs of steps that
 * can be undone.
 */
export type FuseName =
  | 'maxCostUsd'
  | 'maxDepth'
  | 'maxDurationMs'
  | 'maxIdleInvocations'
  | 'maxInvocations'
  | 'maxRememberedRuns'
  | 'maxStalledInvocations';

/** One of the job's `limits` was reached: what stops a job that would never end. */
export class FuseBlownError extends BatonError<{ limit: FuseName; allowed: number; actual: number }> {
  override readonly name = 'FuseBlownError';
  readonly code = 'FUSE_BLOWN';
}

/** A checkpoint is of another job, another step list, or a version that this code cannot take over. Nothing was run; the execution is untouched. */
export class IncompatibleStateError extends BatonError<{
  executionId?: string;
  expected: string | number;
  received: string | number;
}> {
  override readonly name = 'IncompatibleStateError';
  readonly code = 'INCOMPATIBLE_STATE';
}

/**
 * The continuation does not fit any channel, and there is no store to keep its state. Raised before any call is made, where the limits are
 * known; a queue with a smaller limit of its own tells it by refusing.
 */
export class StateTooLargeError extends BatonError<{
  bytes: number;
  maxBytes: number;
  biggestField: string;
}> {
  override readonly name = 'StateTooLargeError';
  readonly code = 'STATE_TOO_LARGE';
}

/**
 * What a sender's failure means for the hand-off:
 * `retry` may pass on its own, `too-large` cannot pass on this channel, `refused` needs someone to change something,
 * `recursion` is AWS's guard against self-invoking functions.
 */
export type HandOffFailure = 'recursion' | 'refused' | 'retry' | 'too-large';

/**
 * A continuation could not be sent. Thrown by a sender for one channel, and by the runtime when every channel failed:
 * then Lambda's own retry resumes from the last checkpoint.
 */
export class HandOffFailedError extends BatonError<{
  /** The channel, or all that were tried, in their order. */
  channel: string;
  failure: HandOffFailure;
  /** The name that AWS gave the error; `ResourceNotFoundException`: the function, or the version that was invoked, does not exist. */
  reason?: string;
  /** The largest message that the channel takes, in bytes, when this one was too large and the answer said so. */
  maxBytes?: number;
}> {
  override readonly name = 'HandOffFailedError';
  readonly code = 'HAND_OFF_FAILED';
  override readonly retryable = true;
}

/** The store did not take a checkpoint while there was time. The invocation ends, and Lambda's own retry resumes from the last one. */
export class CheckpointFailedError extends BatonError<{ executionId: string; tries: number }> {
  override readonly name = 'CheckpointFailedError';
  readonly code = 'CHECKPOINT_FAILED';
  override readonly retryable = true;
}

/**
 * An execution cannot have one of the slots of its job's `concurrency`: its `key` gives no text, or 10,000 wait for one.
 * It is recorded as failed.
 */
export class SlotRefusedError extends BatonError<{ job: string; reason: 'key' | 'queue-full' }> {
  override readonly name = 'SlotRefusedError';
  readonly code = 'SLOT_REFUSED';
}

/** A checkpoint store cannot do its work: its table or bucket is missing, refuses, or took only a part of what it was given. */
export class CheckpointStoreError extends BatonError<{
  store: string;
  place: string;
  failure: 'incomplete' | 'missing' | 'refused';
}> {
  override readonly name = 'CheckpointStoreError';
  readonly code = 'CHECKPOINT_STORE';
  override readonly retryable = true;
}

/** A continuation or start envelope is damaged or was changed. Nothing was run. */
export class CorruptContinuationError extends BatonError<{ reason: string }> {
  override readonly name = 'CorruptContinuationError';
  readonly code = 'CORRUPT_CONTINUATION';
}
