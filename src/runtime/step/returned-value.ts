/** A generator or async generator, as a step returns it. */
export interface StepGenerator {
  next(): unknown;
  return(value: unknown): unknown;
}

/** Says whether a step gave back a generator (also one that a compiler made out of an older target). */
export function isGenerator(value: unknown): value is StepGenerator {
  if (typeof value !== 'object' || value === null) return false;
  const { next, return: end } = value as Partial<StepGenerator>;
  return (
    typeof next === 'function' &&
    typeof end === 'function' &&
    (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

/**
 * What `await` would wait for; undefined when the value is there already. A thenable may be a function too. Its `then` is read once
 * and called once, and only the first that it answers counts.
 */
export function readPromise(value: unknown): Promise<unknown> | undefined {
  if (value instanceof Promise) return value;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const { then } = value as { readonly then?: unknown };
  return typeof then === 'function'
    ? new Promise((resolve, reject) => then.call(value, resolve, reject))
    : undefined;
}
