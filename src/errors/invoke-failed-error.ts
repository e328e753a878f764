import { BatonError } from './baton-error';
import type { HandOffFailure } from './hand-off-failed-error';

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
