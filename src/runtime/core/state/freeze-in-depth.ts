/** What changes a built-in object whose content `Object.freeze` does not reach. */
const changers: Readonly<Record<string, readonly string[]>> = {
  Map: ['set', 'delete', 'clear'],
  Set: ['add', 'delete', 'clear'],
  Date: Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set')),
};

/** Stands before each of them on a frozen object. */
function refuseChange(): never {
  throw new TypeError('Cannot change a frozen object: copy it first.');
}

/**
 * Freezes data in depth, and returns it. Keeps a list of what is left instead of calling itself: JSON can be nested deeper than calls.
 * The methods that would change a Map, Set or Date throw a TypeError then. Bytes and URLs stay as they are: nothing can freeze them.
 */
export function freezeInDepth<Value>(value: Value): Value {
  const seen = new Set<object>();
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
    seen.add(next);
    guard(next);
    for (const inner of Object.values(Object.freeze(next))) left.push(inner);
    for (const inner of membersOf(next)) left.push(inner);
  }
  return value;
}

/** Whether a property is one that {@link freezeInDepth} put before a method: no data of the object's. */
export function isGuard(owner: object, key: PropertyKey): boolean {
  return Object.getOwnPropertyDescriptor(owner, key)?.value === refuseChange;
}

function guard(value: object): void {
  if (Object.isFrozen(value)) return;
  for (const name of changers[kindOf(value)] ?? [])
    Object.defineProperty(value, name, { value: refuseChange });
}

function membersOf(value: object): unknown[] {
  switch (kindOf(value)) {
    case 'Map':
      return [...(value as Map<unknown, unknown>)].flat(1);
    case 'Set':
      return [...(value as Set<unknown>)];
    default:
      return [];
  }
}

function kindOf(value: object): string {
  if (value instanceof Map) return 'Map';
  if (value instanceof Set) return 'Set';
  return value instanceof Date ? 'Date' : '';
}
