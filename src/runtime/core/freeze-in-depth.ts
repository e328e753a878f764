/** Freezes JSON data in depth, and returns it. */
export function freezeInDepth<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key of Object.keys(value)) freezeInDepth((value as Record<string, unknown>)[key]);
  return value;
}
