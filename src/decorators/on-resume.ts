import { declare } from './declare';
import type { ContextMethodDecorator } from './decorator-types';

/**
 * Makes a method the hook that runs when an invocation carries an execution on, after its state was restored. Called with the `StepContext`.
 *
 * What it throws is logged and changes nothing. At most one in a class.
 */
export function OnResume(): ContextMethodDecorator;
export function OnResume(...args: unknown[]): unknown {
  return declare('OnResume', args);
}
