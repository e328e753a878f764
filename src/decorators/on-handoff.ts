import { declare } from './declare';
import type { ContextMethodDecorator } from './decorator-types';

/**
 * Makes a method the hook that runs before an invocation hands the execution over. Called with the `StepContext`.
 *
 * What it throws is logged and changes nothing, and it never gets the time kept for the hand-off. At most one in a class.
 */
export function OnHandoff(): ContextMethodDecorator;
export function OnHandoff(...args: unknown[]): unknown {
  return declare('OnHandoff', args);
}
