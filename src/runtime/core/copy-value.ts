import { copyArrayBuffer, copyView } from './copy-binary';
import { kindOf } from './copy-kind';
import { refuseProperty, refuseValue, StateRefusal } from './copy-refusal';
import { type CopyWalk, sharedReference } from './copy-walk';

/**
 * How deep the state may nest. Well below what the call stack of a codec allows, so that what was accepted can always be written and read.
 */
export const maxDepth = 1000;

type Dictionary = Record<string, unknown>;

/** Copies any value of the state in depth. `depth` is the number of containers around it. */
export function copyValue(value: unknown, walk: CopyWalk, depth: number): unknown {
  if (typeof value === 'object' && value !== null) return copyObjectOnce(value, walk, depth);
  checkPrimitive(value, walk);
  return value;
}

/** Copies the properties of an ordinary object, whatever its prototype was: the copy's is `Object.prototype`. */
export function copyProperties(source: Dictionary, walk: CopyWalk, depth: number): Dictionary {
  // Spreading clones the hidden class and all values at once, symbols and an own `__proto__` included, and never calls a setter.
  return copyInto({ ...source }, source, walk, depth);
}

/** Replaces what is nested in `copy`, a shallow copy of `source`, by copies. */
function copyInto(copy: Dictionary, source: Dictionary, walk: CopyWalk, depth: number): Dictionary {
  walk.copies?.set(source, copy);
  let keyCount = 0;
  for (const key in copy) {
    if (!Object.hasOwn(copy, key)) continue;
    keyCount += 1;
    const value = copy[key];
    if (typeof value === 'string') continue;
    // The property exists, so this assignment finds it, even when its name is `__proto__`.
    if (typeof value === 'object' && value !== null) copy[key] = copyObjectOnce(value, walk, depth + 1);
    else checkPrimitive(value, walk);
  }
  if (Object.getOwnPropertyNames(source).length !== keyCount) refuseHiddenProperty(source);
  if (Object.getOwnPropertySymbols(source).length > 0) refuseSymbolKey(source);
  return copy;
}

/** Copies an array without holes; hands one with holes on. */
function copyArray(source: unknown[], walk: CopyWalk, depth: number): unknown[] {
  // `Object.values` copies the elements at once and counts named properties too, which `slice` would drop in silence.
  const copy = Object.values(source);
  if (copy.length !== source.length) return copySparseArray(source, walk, depth);
  walk.copies?.set(source, copy);
  for (let index = 0; index < copy.length; index += 1) {
    const value = source[index];
    if (typeof value === 'string') continue;
    if (typeof value === 'object' && value !== null) copy[index] = copyObjectOnce(value, walk, depth + 1);
    else if (value === undefined && !Object.hasOwn(source, index)) return copySparseArray(source, walk, depth);
    else checkPrimitive(value, walk);
  }
  if (Object.getOwnPropertySymbols(source).length > 0) refuseSymbolKey(source);
  return copy;
}

function copySparseArray(source: unknown[], walk: CopyWalk, depth: number): unknown[] {
  const copy: unknown[] = [];
  walk.isPlain = false;
  walk.copies?.set(source, copy);
  if (source.length > 0) {
    // Touching the last index makes a long array a table; setting `length` first would allocate every hole.
    copy[source.length - 1] = undefined;
    delete copy[source.length - 1];
  }
  let elementCount = 0;
  for (const key of Object.keys(source)) {
    if (!isIndex(key)) refuseProperty(source, key, 'a named property of an array', 'named property');
    copy[Number(key)] = copyValue(source[Number(key)], walk, depth + 1);
    elementCount += 1;
  }
  if (elementCount > source.length) refuseValue(source);
  if (Object.getOwnPropertySymbols(source).length > 0) refuseSymbolKey(source);
  return copy;
}

/** Copies an object, or returns the copy that was made of it before. */
function copyObjectOnce(source: object, walk: CopyWalk, depth: number): object {
  if (walk.copies === undefined) {
    const { seen } = walk;
    const countBefore = seen.size;
    seen.add(source);
    if (seen.size === countBefore) throw sharedReference;
  } else {
    const known = walk.copies.get(source);
    if (known !== undefined) return known;
  }
  if (depth > maxDepth) refuseDepth(source);
  const prototype = Object.getPrototypeOf(source);
  if (prototype === Object.prototype) return copyProperties(source as Dictionary, walk, depth);
  if (prototype === Array.prototype && Array.isArray(source)) return copyArray(source, walk, depth);
  return copyOther(source, walk, depth);
}

function copyOther(source: object, walk: CopyWalk, depth: number): object {
  const kind = kindOf(source);
  if (kind === 'object') return copyProperties(source as Dictionary, walk, depth);
  if (kind === 'array') return copyArray(source as unknown[], walk, depth);
  walk.isPlain = false;
  switch (kind) {
    case 'null-object':
      return copyInto(Object.assign(Object.create(null), source), source as Dictionary, walk, depth);
    case 'map':
      return copyMap(source as Map<unknown, unknown>, walk, depth);
    case 'set':
      return copySet(source as Set<unknown>, walk, depth);
    case undefined:
      return refuseValue(source);
    default:
      return copyLeaf(kind, source, walk);
  }
}

/** Copies what holds no other value of the state. */
function copyLeaf(kind: 'buffer' | 'date' | 'url' | 'view', source: object, walk: CopyWalk): object {
  const copy = leafCopy(kind, source, walk);
  if (kind !== 'view') refuseAnyProperty(source);
  if (kind !== 'buffer') walk.copies?.set(source, copy);
  return copy;
}

function leafCopy(kind: 'buffer' | 'date' | 'url' | 'view', source: object, walk: CopyWalk): object {
  switch (kind) {
    case 'date':
      return new Date(Date.prototype.getTime.call(source));
    case 'url':
      return new URL((source as URL).href);
    case 'buffer':
      return copyArrayBuffer(source as ArrayBuffer, walk);
    case 'view':
      return copyView(source as ArrayBufferView, walk);
  }
}

function copyMap(source: Map<unknown, unknown>, walk: CopyWalk, depth: number): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>();
  walk.copies?.set(source, copy);
  for (const [key, value] of Map.prototype.entries.call(source)) {
    copy.set(copyValue(key, walk, depth + 1), copyValue(value, walk, depth + 1));
  }
  refuseAnyProperty(source);
  return copy;
}

function copySet(source: Set<unknown>, walk: CopyWalk, depth: number): Set<unknown> {
  const copy = new Set<unknown>();
  walk.copies?.set(source, copy);
  for (const member of Set.prototype.values.call(source)) copy.add(copyValue(member, walk, depth + 1));
  refuseAnyProperty(source);
  return copy;
}

/** Notes what JSON cannot express; refuses functions and symbols. */
function checkPrimitive(value: unknown, walk: CopyWalk): void {
  if (typeof value === 'number') {
    // The difference is not zero for NaN and the infinities only.
    if (value - value !== 0 || (value === 0 && 1 / value < 0)) walk.isPlain = false;
  } else if (value === undefined || typeof value === 'bigint') walk.isPlain = false;
  else if (typeof value === 'function' || typeof value === 'symbol') refuseValue(value);
}

function isIndex(key: string): boolean {
  const index = Number(key);
  return index >>> 0 === index && String(index) === key && index < 2 ** 32 - 1;
}

function refuseDepth(source: object): never {
  throw new StateRefusal(source, {
    phrase: `nested more than ${maxDepth} levels deep`,
    type: 'nesting',
    cure: 'Keep long chains in an array, with indices instead of references.',
  });
}

function refuseSymbolKey(source: object): never {
  const [key] = Object.getOwnPropertySymbols(source);
  return refuseProperty(source, key as symbol, 'a property whose key is a symbol', 'symbol key');
}

function refuseHiddenProperty(source: object): never {
  const hidden = Object.getOwnPropertyNames(source).find((name) => !Object.prototype.propertyIsEnumerable.call(source, name));
  return refuseProperty(source, String(hidden), 'a property that is not enumerable', 'hidden property');
}

/** A Date or Map with properties of its own would come back without them. */
function refuseAnyProperty(source: object): void {
  const [key] = Reflect.ownKeys(source);
  if (key !== undefined) refuseProperty(source, key, 'a property added to a built-in object', 'added property');
}
