import type { Collaborators } from './collaborators';
import type { Arrival } from './core/arrival';
import { resumeExecution } from './core/continuation';
import { beginExecution, type Execution } from './core/execution';
import { freezeInDepth } from './core/freeze-in-depth';
import type { JobPlan } from './core/job-plan';
import { migrateState } from './core/migrate-state';
import { readContinuationMessage } from './write-continuation';

/** An execution as a delivery brought it: where it stands, its input, and its state if it has one. */
export interface OpenedExecution {
  readonly execution: Execution;
  /** Frozen in depth. */
  readonly input: unknown;
  /** The state to restore, in this code's version; undefined at the start. */
  readonly values: Record<string, unknown> | undefined;
}

/** Validates a start event's input. */
export type InputValidator = (plan: JobPlan, input: unknown) => Promise<unknown>;

/**
 * Opens the execution that a delivery starts or carries on.
 *
 * @throws InvalidInputError, CorruptContinuationError or IncompatibleStateError; nothing has been run then.
 */
export async function openExecution(
  plan: JobPlan,
  arrival: Arrival,
  collaborators: Collaborators,
  validate: InputValidator,
): Promise<OpenedExecution> {
  if (arrival.kind === 'start') {
    const input = plan.input === undefined ? arrival.input : await validate(plan, arrival.input);
    const execution = beginExecution(plan, arrival.executionId, collaborators.clock.now());
    return { execution, input: freezeInDepth(input), values: undefined };
  }
  const { continuation, values } = readContinuationMessage(plan, arrival.envelope, collaborators);
  return {
    execution: resumeExecution(plan, continuation),
    input: freezeInDepth(continuation.input),
    values: migrateState(plan, continuation, values),
  };
}
