/** A generator or async generator, as a step returns it. */
export interface StepGenerator {
  next(): unknown;
  return(value: unknown): unknown;
}

/** Says whether a step gave back a generator (also one that a compiler made out of an older target). */
export function isGenerator(value: unknown): value is StepGenerator {
  if (typeof value !== 'object' || value === null) return false;
  const { next, return: end } = value as Partial<StepGenerator>;
  return typeof next === 'function' && typeof end === 'function' && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** Says whether a value has to be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
