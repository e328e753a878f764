import { BatonError } from './baton-error';

/** A checkpoint is of another job, another step list, or a version that this code cannot take over. Nothing was run; the execution is untouched. */
export class IncompatibleStateError extends BatonError<{
  executionId?: string;
  expected: string | number;
  received: string | number;
}> {
  override readonly name = 'IncompatibleStateError';
  readonly code = 'INCOMPATIBLE_STATE';
}
