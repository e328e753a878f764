import { declare } from './declare';
import type { PredicateDecorator } from './decorator-types';

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
