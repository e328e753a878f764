import { declare } from './declare';
import type { ContextMethodDecorator, FailureMethodDecorator } from './decorator-types';

/**
 * Makes a method the hook that runs once, before the first step of an execution. Called with the `StepContext`.
 *
 * It is work: retried like a step, and when its last attempt fails the execution fails. At most one in a class.
 */
export function OnStart(): ContextMethodDecorator;
export function OnStart(...args: unknown[]): unknown {
  return declare('OnStart', args);
}

/**
 * Makes a method the hook that runs when an invocation carries an execution on, after its state was restored. Called with the `StepContext`.
 *
 * What it throws is logged and changes nothing. At most one in a class.
 */
export function OnResume(): ContextMethodDecorator;
export function OnResume(...args: unknown[]): unknown {
  return declare('OnResume', args);
}

/**
 * Makes a method the hook that runs before an invocation hands the execution over. Called with the `StepContext`.
 *
 * What it throws is logged and changes nothing, and it never gets the time kept for the hand-off. At most one in a class.
 */
export function OnHandoff(): ContextMethodDecorator;
export function OnHandoff(...args: unknown[]): unknown {
  return declare('OnHandoff', args);
}

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

/**
 * Makes a method the hook that runs when the execution has failed for good. Called with the error and the `StepContext`.
 *
 * What it throws is logged and changes nothing. At most one in a class.
 */
export function OnFailure(): FailureMethodDecorator;
export function OnFailure(...args: unknown[]): unknown {
  return declare('OnFailure', args);
}

/**
 * Makes a method the hook that runs when the execution was cancelled. Called with the `StepContext`.
 *
 * What it throws is logged and changes nothing. At most one in a class.
 */
export function OnCancel(): ContextMethodDecorator;
export function OnCancel(...args: unknown[]): unknown {
  return declare('OnCancel', args);
}
