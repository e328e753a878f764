import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { UnserializableStateError } from '../../../../../src/errors';
import { copyState } from '../../../../../src/runtime/core/state/copy-state';
import { anyCharacter, anyText, hostileStrings } from '../../../../helpers/hostile-text';

const text = fc.oneof(fc.constantFrom(...hostileStrings), anyText({ maxLength: 8 }));
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER, 5e-324),
);

/** Any state with no reference shared, in all the types that structuredClone knows too. */
export const treeState: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  text,
  fc.anything({
    key: text,
    values: [text, number, fc.boolean(), fc.constantFrom(null, undefined), fc.string()],
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 4,
  }),
  { maxKeys: 6, noNullPrototype: true },
);

/** What JSON was made for, and no reference shared. */
export const jsonState = fc.dictionary(text, fc.jsonValue({ maxDepth: 4, stringUnit: anyCharacter }), {
  maxKeys: 6,
  noNullPrototype: true,
});

/** Any state, with a few references added that share or close a cycle. */
export const graphState: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(treeState, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }))
  .map(([state, links]) => {
    for (const [from, to] of links) {
      const objects = objectsIn(state);
      link(objects[from % objects.length] as object, objects[to % objects.length] as object);
    }
    return state;
  });

function link(from: object, to: object): void {
  if (from instanceof Map) from.set(to, from.size).set(from.size, to);
  else if (from instanceof Set) from.add(to);
  else if (Array.isArray(from)) from.push(to);
  else if (isDictionary(from)) from[`link ${Object.keys(from).length}`] = to;
}

/** Every object that can be reached, the state itself first, buffers of views included. */
export function objectsIn(state: object): object[] {
  const found = new Set<object>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || found.has(value)) return;
    found.add(value);
    for (const inner of childrenOf(value)) visit(inner);
  };
  visit(state);
  return [...found];
}

function childrenOf(value: object): unknown[] {
  if (ArrayBuffer.isView(value)) return [value.buffer];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  return Object.keys(value).map((key) => (value as Record<string, unknown>)[key]);
}

function isDictionary(value: object): value is Record<string, unknown> {
  const tag = tagOf(value);
  return tag === 'Object';
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** How {@link differenceBetween} looks. */
export interface ComparisonOptions {
  /** structuredClone gives every object a prototype. */
  readonly ignoreNullPrototypes?: boolean;
}

/**
 * Where two states differ, undefined when they do not. Strict about -0, holes, the order of keys, null prototypes
 * and about who refers to whom; indifferent to realms.
 */
export function differenceBetween(
  left: unknown,
  right: unknown,
  options: ComparisonOptions = {},
): string | undefined {
  const pairs = new Map<object, object>();
  const partners = new Map<object, object>();

  function compare(a: unknown, b: unknown, path: string): string | undefined {
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null)
      return Object.is(a, b) ? undefined : path;
    if (pairs.has(a) || partners.has(b))
      return pairs.get(a) === b && partners.get(b) === a ? undefined : `${path} (identity)`;
    pairs.set(a, b);
    partners.set(b, a);
    if (tagOf(a) !== tagOf(b)) return `${path} (type)`;
    if (
      !options.ignoreNullPrototypes &&
      (Object.getPrototypeOf(a) === null) !== (Object.getPrototypeOf(b) === null)
    )
      return `${path} (prototype)`;
    return compareContents(a, b, path);
  }

  function compareContents(a: object, b: object, path: string): string | undefined {
    if (a instanceof Map || a instanceof Set)
      return compareLists([...a].flat(1), [...(b as Set<unknown>)].flat(1), path, 'entry');
    if (tagOf(a) === 'Date')
      return Object.is((a as Date).getTime(), (b as Date).getTime()) ? undefined : path;
    if (tagOf(a) === 'URL') return String(a) === String(b) ? undefined : path;
    if (tagOf(a) === 'ArrayBuffer')
      return sameBytes(new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer)) ? undefined : path;
    if (ArrayBuffer.isView(a)) return compareViews(a, b as ArrayBufferView, path);
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) return `${path} (length)`;
    return compareProperties(a as Record<string, unknown>, b as Record<string, unknown>, path);
  }

  function compareViews(a: ArrayBufferView, b: ArrayBufferView, path: string): string | undefined {
    if (pairs.has(a.buffer) || partners.has(b.buffer)) {
      if (pairs.get(a.buffer) !== b.buffer || partners.get(b.buffer) !== a.buffer) return `${path} (buffer)`;
    }
    pairs.set(a.buffer, b.buffer);
    partners.set(b.buffer, a.buffer);
    return sameBytes(bytesOf(a), bytesOf(b)) ? undefined : path;
  }

  function compareProperties(
    a: Record<string, unknown>,
    b: Record<string, unknown>,
    path: string,
  ): string | undefined {
    const keys = Object.keys(a);
    if (JSON.stringify(keys) !== JSON.stringify(Object.keys(b))) return `${path} (keys)`;
    return firstOf(keys, (key) => compare(a[key], b[key], `${path}[${JSON.stringify(key)}]`));
  }

  function compareLists(a: unknown[], b: unknown[], path: string, name: string): string | undefined {
    if (a.length !== b.length) return `${path} (size)`;
    return firstOf([...a.keys()], (index) => compare(a[index], b[index], `${path}.${name}(${index})`));
  }

  return compare(left, right, 'state');
}

function firstOf<Item>(items: readonly Item[], look: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Changes everything in a state that can be changed in place. */
export function scramble(state: object): void {
  for (const object of objectsIn(state)) {
    if (object instanceof Map) object.set('scrambled', object.size).delete([...object.keys()][0]);
    else if (object instanceof Set) object.add('scrambled');
    else if (object instanceof Date) object.setTime(4711);
    else if (object instanceof URL) object.pathname = '/scrambled';
    else if (tagOf(object) === 'ArrayBuffer') new Uint8Array(object as ArrayBuffer).fill(99);
    else if (Array.isArray(object)) object.push('scrambled');
    else if (isDictionary(object)) {
      delete object[Object.keys(object)[0] as string];
      object.scrambled = true;
    }
  }
}

/** A chain of `levels` objects, each in the one before. */
export function nest(levels: number, wrap: (inner: unknown) => object = (next) => ({ next })): object {
  let value: object = {};
  for (let level = 1; level < levels; level += 1) value = wrap(value);
  return value;
}

/** The values of another realm, which share no prototype with this one. */
export function foreign(source: string): unknown {
  return runInNewContext(source);
}

/** An array of `length` with nothing but the given elements and properties. */
export function withHoles(length: number, elements: object): unknown[] {
  return Object.assign(new Array(length), elements);
}

/** A buffer whose bytes were transferred away. */
export function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

/** A proxy that throws whatever is done to it. */
export function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** The error that copyState refuses a state with. */
export function refusalOf(state: Record<string, unknown>): UnserializableStateError {
  try {
    copyState(state);
  } catch (error) {
    if (error instanceof UnserializableStateError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** A class instance, which no state can hold. */
export class Socket {
  readonly port = 1;
}
