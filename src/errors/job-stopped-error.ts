import { BatonError } from './baton-error';

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
