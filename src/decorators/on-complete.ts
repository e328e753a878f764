import { declare } from './declare';
import type { ContextMethodDecorator } from './decorator-types';

/**
 * Makes a method the hook that runs when the execution has come to its end. Called with the `StepContext`.
 *
 * What it returns is the execution's result, unless that is `undefined`. It is work: retried like a step, and when its last attempt
 * fails the execution fails. At most one in a class.
 */
export function OnComplete(): ContextMethodDecorator;
export function OnComplete(...args: unknown[]): unknown {
  return declare('OnComplete', args);
}
