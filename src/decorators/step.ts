import type { RetryPolicy } from '../runtime/core/execution/retry-policy';
import { declare } from './declare';
import type { StepDecorator } from './decorator-types';

/** How one step is run. */
export interface StepOptions<Compensating extends string = string> {
  /** Whether the step runs in the first cycle only. @defaultValue false */
  once?: boolean;
  /** When a failed attempt is tried again; what is left out keeps its default. */
  retry?: Partial<RetryPolicy>;
  /**
   * The longest that one attempt may take, in milliseconds from its start. An integer ≥ 1. When it is over, the step's `signal` aborts
   * and the attempt has failed. Not a limit for all attempts together, nor for the time between them.
   * @defaultValue none: only the end of the invocation limits it
   */
  timeoutMs?: number;
  /**
   * The step is not started with less than this many milliseconds before the safe window; the execution is handed over first.
   * An integer ≥ 0. Not a reservation: the step may take longer.
   * @defaultValue 0
   */
  minBudgetMs?: number;
  /**
   * The name of the method that undoes a run of this step, should the execution fail for good or be cancelled. It is no step and no hook,
   * and called with a `StepContext` whose `undo` says which run. Called in reverse order of the runs, each a unit of work with the retries
   * of this step, with the state as it is then, before `@OnFailure` or `@OnCancel`. A run of which only an attempt has begun is undone too.
   * @defaultValue none: what the step has done stays
   */
  compensate?: Compensating;
}

/**
 * Makes a method a step. Steps run in the order they are written, a base class's first; after the last one comes the next cycle.
 *
 * The method is called with a `StepContext`, may be async or a generator (every `yield` is a safe point), and may return a directive.
 *
 * @example
 * ```ts
 * @Step({ retry: { maxAttempts: 5 } })
 * async reconcilePage(ctx: StepContext<ReconcileInput>) {}
 * ```
 */
export function Step<Compensating extends string = never>(
  options?: StepOptions<Compensating>,
): StepDecorator<Compensating>;
export function Step(...args: unknown[]): unknown {
  return declare('Step', args);
}
