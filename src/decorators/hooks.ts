import type { StandardSchema } from '../runtime/core/state/codec-and-schema';
import {
  type ContextMethodDecorator,
  declare,
  type FailureMethodDecorator,
  type ToldMethodDecorator,
} from './declare';

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

/** How the signals of a name are taken. */
export interface OnSignalOptions {
  /**
   * What their payload must look like: a class with class-validator's decorators, or a Standard Schema. A sender who comes through the
   * function is refused; what comes otherwise is dropped when it is read. @defaultValue any payload is taken as it is
   */
  payload?: (new () => object) | StandardSchema;
}

/**
 * Makes a method the one that is called for each signal of a name, with its payload and the `StepContext`: at safe points, in order of
 * arrival, once per signal, whether a step waits for it or not.
 *
 * It is work: retried like a step, with a key of its own, and when its last attempt fails the execution fails. At most one for a name.
 *
 * @example
 * ```ts
 * @OnSignal('paused') onPaused(payload: { until: string }, ctx: StepContext) {}
 * ```
 */
export function OnSignal(name: string, options?: OnSignalOptions): ToldMethodDecorator;
export function OnSignal(...args: unknown[]): unknown {
  const [name, options] = args;
  // Two arguments would be taken for a target and its member.
  const isNamed = typeof name === 'string' || args.length === 0;
  return declare('OnSignal', isNamed ? [{ name, options }] : args);
}

/**
 * Makes a method the one that is called once for each child of the execution, as it learns of its end: with
 * `{ id, status, result?, error? }` and the `StepContext`.
 *
 * It is work: retried like a step, with a key of its own, and when its last attempt fails the execution fails. At most one in a class.
 */
export function OnChildEnd(): ToldMethodDecorator;
export function OnChildEnd(...args: unknown[]): unknown {
  return declare('OnChildEnd', args);
}
