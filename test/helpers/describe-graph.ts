/** Every object in a value, and every buffer under a view. */
export function listObjects(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  if (ArrayBuffer.isView(value)) return found.add(value.buffer);
  if (value instanceof Map) for (const entry of value) for (const part of entry) listObjects(part, found);
  if (value instanceof Set) for (const member of value) listObjects(member, found);
  for (const key of Object.keys(value)) listObjects((value as Record<string, unknown>)[key], found);
  return found;
}

/** A text for a value that tells apart all that a state may hold: kinds, keys in their order, -0, holes, shared references, cycles. */
export function describeGraph(value: unknown, numbers = new Map<object, number>()): string {
  if (typeof value !== 'object' || value === null) return describeLeaf(value);
  const known = numbers.get(value);
  if (known !== undefined) return `#${known}`;
  numbers.set(value, numbers.size);
  const tell = (inner: unknown) => describeGraph(inner, numbers);
  const prototype = Object.getPrototypeOf(value);
  const kind = prototype === null ? 'null' : prototype.constructor.name;
  if (value instanceof Map) return `Map{${[...value].map((entry) => entry.map(tell).join(':')).join()}}`;
  if (value instanceof Set) return `Set{${[...value].map(tell).join()}}`;
  if (value instanceof Date) return `Date{${describeLeaf(value.getTime())}}`;
  if (value instanceof URL) return `URL{${value.href}}`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer{${new Uint8Array(value).join()}}`;
  if (ArrayBuffer.isView(value))
    return `${kind}{${tell(value.buffer)}@${value.byteOffset}+${value.byteLength}}`;
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${tell(inner)}`);
  return `${kind}(${Array.isArray(value) ? value.length : ''}){${entries.join()}}`;
}

function describeLeaf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}
