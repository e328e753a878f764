import { BatonError } from './baton-error';

/** What a {@link StepInterruptedError} knows. */
export interface StepInterruptedDetails {
  readonly step: string;
  /** `maxDeaths`: not at one place, but ten times in a row wherever it stood. */
  readonly limit: 'maxDeaths' | 'maxInterruptions';
  readonly allowed: number;
  readonly actual: number;
  /** How the last attempt ended, as far as it can be known. */
  readonly ending: 'crash' | 'hard-edge' | 'out-of-memory' | 'safe-window' | 'timeout' | 'unknown';
}

/** A step was cut off too often in a row (`limits.maxInterruptions`) without reaching a safe point. */
export class StepInterruptedError extends BatonError<StepInterruptedDetails> {
  override readonly name = 'StepInterruptedError';
  readonly code = 'STEP_INTERRUPTED';
}
