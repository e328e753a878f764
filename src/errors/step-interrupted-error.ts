import { BatonError } from './baton-error';

/** A step was cut off too often in a row (`limits.maxInterruptions`) without reaching a safe point. */
export class StepInterruptedError extends BatonError<{ step: string; limit: 'maxInterruptions'; allowed: number; actual: number }> {
  override readonly name = 'StepInterruptedError';
  readonly code = 'STEP_INTERRUPTED';
}
