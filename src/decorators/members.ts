import type { RetryPolicy } from '../runtime/core/execution/retry-policy';
import type { FieldCodec } from '../runtime/core/state/codec-and-schema';
import { declare, type FieldDecorator, type PredicateDecorator, type StepDecorator } from './declare';

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

/** How one field is stored. */
// biome-ignore lint/suspicious/noExplicitAny: who names only the value says nothing about what is stored
export interface StateOptions<Value = unknown, Stored = any> {
  /** Turns a value that plain data cannot express, such as a class instance, into something that can be stored and back. @defaultValue none */
  codec?: FieldCodec<Value, Stored>;
  /**
   * Whether the field is kept out of every log line, at any level, and its keys out of the paths and messages of errors.
   * Not encryption: it is stored like the others. @defaultValue false
   */
  secret?: boolean;
}

/**
 * Makes a field part of the state: saved at safe points, and restored after construction and field initialisers.
 *
 * Plain data, `Date`, `Map`, `Set`, `BigInt`, typed arrays, `URL`, cycles and shared references survive; anything else needs a `codec`.
 *
 * @example
 * ```ts
 * @State() cursor: string | null = '';
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function State<Value = unknown, Stored = any>(options?: StateOptions<Value, Stored>): FieldDecorator;
export function State(...args: unknown[]): unknown {
  return declare('State', args);
}

/** When the end is looked for. */
export interface TerminateOptions {
  /** `'cycle'` asks before each pass through the steps, `'step'` before each step. @defaultValue 'cycle' */
  check?: 'cycle' | 'step';
}

/**
 * Makes a method the predicate that ends the execution: it does when this returns exactly `true`. A job has exactly one.
 *
 * Called with the `StepContext`, sync or async. A result that is no boolean is an error, never "not yet".
 *
 * @example
 * ```ts
 * @Terminate()
 * isDone() { return this.cursor === null; }
 * ```
 */
export function Terminate(options?: TerminateOptions): PredicateDecorator;
export function Terminate(...args: unknown[]): unknown {
  return declare('Terminate', args);
}
