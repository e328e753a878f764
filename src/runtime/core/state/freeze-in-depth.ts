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

/**
 * A type whose data cannot be changed, at any depth: objects, arrays, tuples, maps and sets.
 *
 * Left as they are: functions, `Date` and the like, and what has methods or hidden fields (instances of classes with behaviour): they
 * would no longer be what functions that take them ask for.
 */
export type DeepReadonly<Value> = Value extends Whole
  ? Value
  : Value extends ReadonlyMap<infer Key, infer Item>
    ? ReadonlyMap<DeepReadonly<Key>, DeepReadonly<Item>>
    : Value extends ReadonlySet<infer Item>
      ? ReadonlySet<DeepReadonly<Item>>
      : Value extends readonly unknown[]
        ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
        : Value extends object
          ? HasBehaviour<Value> extends true
            ? Value
            : { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
          : Value;

// biome-ignore lint/suspicious/noExplicitAny: functions of any shape
type AnyFunction = (...parameters: any[]) => unknown;

/** What is taken as a whole. */
type Whole =
  | bigint
  | boolean
  | number
  | string
  | symbol
  | null
  | undefined
  | AnyFunction
  | ArrayBuffer
  | ArrayBufferView
  | Date
  | Error
  | RegExp;

/** Whether a type has methods, or fields that a copy of its public ones would lack. `any` among its fields says nothing. */
type HasBehaviour<Value> = 0 extends 1 & Value[keyof Value]
  ? false
  : [Extract<Value[keyof Value], AnyFunction>] extends [never]
    ? [{ [Key in keyof Value]: Value[Key] }] extends [Value]
      ? false
      : true
    : true;
