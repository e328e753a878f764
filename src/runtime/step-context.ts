import type { Logger } from './ports/logger';

/** Why a step's `signal` aborted. */
export type AbortCode = 'cancelled' | 'safe-window' | 'timeout';

/** What a step, a hook and the `@Terminate` predicate are called with. */
export interface StepContext<Input = unknown> {
  readonly executionId: string;
  /** The start event's input, frozen in depth. */
  readonly input: Input;
  /** Number of this Lambda call within the execution, from 1. */
  readonly invocation: number;
  /** Number of the pass through the steps, from 1. */
  readonly cycle: number;
  /** Number of this try of the same unit of work, from 1. */
  readonly attempt: number;
  /** The name of the method that is called. */
  readonly step: string;
  /**
   * The same for every re-run of the same unit of work (another attempt, another invocation), different for any other.
   * Give it to whatever the step writes to, so that a repetition can be recognised. Moves on with every `yield`.
   */
  readonly idempotencyKey: string;
  /** Aborts at the safe window, at cancellation, or at the step's own time-out; `signal.reason.code` says which. */
  readonly signal: AbortSignal;
  /** Writes lines that carry the execution's id, invocation and step. */
  readonly logger: Logger;
  /** Milliseconds until Lambda kills this invocation. Not the time until the safe window: see `shouldYield`. */
  remainingMs(): number;
  /** Says whether to stop at the next good place: the safe window has begun, or the signal has aborted. */
  shouldYield(): boolean;
  /** Reports how far the work is, for logs and `baton dev`. */
  progress(done: number, total?: number, note?: string): void;
}
