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
