import { declare } from './declare';
import type { InstanceSide } from './decorator-types';

/** A method that is called with what went wrong and the `StepContext`. */
// biome-ignore lint/suspicious/noExplicitAny: the context's type depends on the job's input, which a decorator cannot know
type FailureMethod = (error: any, context: any) => unknown;

/**
 * Makes a method the hook that runs when the execution has failed for good. Called with the error and the `StepContext`.
 *
 * What it throws is logged and changes nothing. At most one in a class.
 */
export function OnFailure(): <Method extends FailureMethod>(
  target: InstanceSide,
  member: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;
export function OnFailure(...args: unknown[]): unknown {
  return declare('OnFailure', args);
}
