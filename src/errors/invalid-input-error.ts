import { BatonError } from './baton-error';

/** The start event is not what the job's `input` asks for. No execution was started. */
export class InvalidInputError extends BatonError<{ job: string; faults: readonly string[] }> {
  override readonly name = 'InvalidInputError';
  readonly code = 'INVALID_INPUT';
}
