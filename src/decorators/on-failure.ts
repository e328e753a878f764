import { declare } from './declare';
import type { FailureMethodDecorator } from './decorator-types';

/**
 * Makes a method the hook that runs when the execution has failed for good. Called with the error and the `StepContext`.
 *
 * What it throws is logged and changes nothing. At most one in a class.
 */
export function OnFailure(): FailureMethodDecorator;
export function OnFailure(...args: unknown[]): unknown {
  return declare('OnFailure', args);
}
