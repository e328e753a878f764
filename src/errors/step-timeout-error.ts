import { BatonError } from './baton-error';

/** An attempt ran longer than its step's `timeoutMs`. It counts as a failed attempt and is retried by policy. */
export class StepTimeoutError extends BatonError<{ step: string; timeoutMs: number; attempt: number }> {
  override readonly name = 'StepTimeoutError';
  readonly code = 'STEP_TIMEOUT';
  override readonly retryable = true;
}
