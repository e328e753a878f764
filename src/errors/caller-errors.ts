import { BatonError } from './baton-error';
import type { HandOffFailure } from './execution-errors';

/** The start event is not what the job's `input` asks for. No execution was started. */
export class InvalidInputError extends BatonError<{ job: string; faults: readonly string[] }> {
  override readonly name = 'InvalidInputError';
  readonly code = 'INVALID_INPUT';
}

/** The same execution id was started with another input, or by another job. */
export class ExecutionConflictError extends BatonError<{ executionId: string; job: string }> {
  override readonly name = 'ExecutionConflictError';
  readonly code = 'EXECUTION_CONFLICT';
}

/** The job is stopped, by `baton stop` or `BatonClient.stop`: nothing of it is started or redriven. Nothing was recorded. */
export class JobStoppedError extends BatonError<{
  job: string;
  executionId: string;
  stoppedAtMs: number;
  reason?: string;
}> {
  override readonly name = 'JobStoppedError';
  readonly code = 'JOB_STOPPED';
  override readonly retryable = true;
}

/**
 * How an execution stands that cannot be redriven. `handed-off`: its next invocation is on its way. `compensated`: it has failed, and what
 * it had done was undone, so that it cannot go on from where it stood.
 */
export type RedriveObstacle =
  | 'cancelled'
  | 'compensated'
  | 'completed'
  | 'handed-off'
  | 'running'
  | 'skipped';

/** An execution cannot be redriven: somebody is at it, or it has ended well. Nothing was changed. */
export class RedriveRefusedError extends BatonError<{ executionId: string; standing: RedriveObstacle }> {
  override readonly name = 'RedriveRefusedError';
  readonly code = 'REDRIVE_REFUSED';
}

/** The store has no execution under this id. It may have none yet: what was just started becomes a record in a moment. */
export class UnknownExecutionError extends BatonError<{ executionId: string }> {
  override readonly name = 'UnknownExecutionError';
  readonly code = 'UNKNOWN_EXECUTION';
  override readonly retryable = true;
}

/** Too many signals wait for an execution that it has not handled yet: this one was not kept. */
export class SignalRefusedError extends BatonError<{ executionId: string; maxUnhandled: number }> {
  override readonly name = 'SignalRefusedError';
  readonly code = 'SIGNAL_REFUSED';
  override readonly retryable = true;
}

/**
 * The client could not send a start or a redrive to the function, or its answer was lost.
 * The same call may be made again with the same id: nothing is started or redriven twice.
 */
export class InvokeFailedError extends BatonError<{
  functionName: string;
  executionId: string;
  failure: HandOffFailure;
  reason: string;
}> {
  override readonly name = 'InvokeFailedError';
  readonly code = 'INVOKE_FAILED';
  override readonly retryable = true;
}
