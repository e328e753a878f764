import { declare } from './declare';
import type { ContextMethodDecorator } from './decorator-types';

/**
 * Makes a method the hook that runs once, before the first step of an execution. Called with the `StepContext`.
 *
 * It is work: retried like a step, and when its last attempt fails the execution fails. At most one in a class.
 */
export function OnStart(): ContextMethodDecorator;
export function OnStart(...args: unknown[]): unknown {
  return declare('OnStart', args);
}
