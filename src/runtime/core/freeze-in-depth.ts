/**
 * Freezes JSON data in depth, and returns it. Keeps a list of what is left instead of calling itself: JSON can be nested deeper than calls.
 * Bytes stay as they are: JavaScript cannot freeze a typed array.
 */
export function freezeInDepth<Value>(value: Value): Value {
  const seen = new Set<object>();
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
    seen.add(next);
    for (const inner of Object.values(Object.freeze(next))) left.push(inner);
  }
  return value;
}
