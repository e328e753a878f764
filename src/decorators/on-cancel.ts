import { declare } from './declare';
import type { ContextMethodDecorator } from './decorator-types';

/**
 * Makes a method the hook that runs when the execution was cancelled. Called with the `StepContext`.
 *
 * What it throws is logged and changes nothing. At most one in a class.
 */
export function OnCancel(): ContextMethodDecorator;
export function OnCancel(...args: unknown[]): unknown {
  return declare('OnCancel', args);
}
