import { kindOf } from './copy-kind';
import {
  refuseAddedProperty,
  refuseDepth,
  refuseHiddenProperty,
  refuseNamedProperty,
  refuseSymbolKey,
  refuseValue,
} from './copy-refusal';
import { cloneShallow } from './copy-shallow';
import { type CopyWalk, copyArrayBuffer, copyView, sharedReference } from './copy-walk';

/**
 * How deep the state may nest. Well below what the call stack of a codec allows, so that what was accepted can always be written and read.
 */
export const maxDepth = 1000;

/** The length of the longest array; one less is the last index. */
const maxLength = 2 ** 32 - 1;

/** Objects with more keys are dictionaries to V8 too: cloning them costs more than filling a table. */
const maxClonedKeys = 64;

type Dictionary = Record<string, unknown>;

/** Copies any value of the state in depth. `depth` is the number of containers around it. */
function copyValue(value: unknown, walk: CopyWalk, depth: number): unknown {
  if (typeof value === 'object' && value !== null) return copyObjectOnce(value, walk, depth);
  checkPrimitive(value, walk);
  return value;
}

/** Copies the properties of an object. Whatever its prototype is, the copy's is `Object.prototype`. */
export function copyProperties(source: Dictionary, walk: CopyWalk, depth: number): Dictionary {
  const keyCount = Object.getOwnPropertyNames(source).length;
  if (Object.getOwnPropertySymbols(source).length > 0) refuseSymbolKey(source);
  if (keyCount > maxClonedKeys)
    return Object.setPrototypeOf(copyDictionary(source, keyCount, walk, depth), Object.prototype);
  const copy = cloneShallow(source, keyCount);
  walk.copies?.set(source, copy);
  if (copyNested(copy, walk, depth) !== keyCount) refuseHiddenProperty(source);
  return copy;
}

/** Replaces what is nested in a shallow copy by copies of it. Answers the number of keys. */
function copyNested(copy: Dictionary, walk: CopyWalk, depth: number): number {
  let keyCount = 0;
  for (const key in copy) {
    if (walk.hasInheritedKeys && !Object.hasOwn(copy, key)) continue;
    keyCount += 1;
    const value = copy[key];
    if (typeof value === 'string') continue;
    // The property exists, so this assignment finds it, even when its name is `__proto__`.
    if (typeof value === 'object' && value !== null) copy[key] = copyObjectOnce(value, walk, depth + 1);
    else checkPrimitive(value, walk);
  }
  return keyCount;
}

/** Copies into an object without a prototype: a table from the start, where an object with many keys would slowly become one. */
function copyDictionary(source: Dictionary, keyCount: number, walk: CopyWalk, depth: number): Dictionary {
  const copy: Dictionary = Object.create(null);
  walk.copies?.set(source, copy);
  const keys = Object.keys(source);
  if (keys.length !== keyCount) refuseHiddenProperty(source);
  for (let index = 0; index < keyCount; index += 1) {
    const key = keys[index] as string;
    copy[key] = copyValue(source[key], walk, depth + 1);
  }
  return copy;
}

/** Copies an object without a prototype to one that has none either, so that a look-up in it still finds nothing but its own keys. */
function copyNullObject(source: Dictionary, walk: CopyWalk, depth: number): Dictionary {
  if (Object.getOwnPropertySymbols(source).length > 0) refuseSymbolKey(source);
  return copyDictionary(source, Object.getOwnPropertyNames(source).length, walk, depth);
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
    else if (value === undefined && !Object.hasOwn(source, index))
      return copySparseArray(source, walk, depth);
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
  for (const key of Object.keys(source)) {
    if (!isIndex(key)) refuseNamedProperty(source, key);
    copy[Number(key)] = copyValue(source[Number(key)], walk, depth + 1);
  }
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
  if (depth > maxDepth) refuseDepth(source, maxDepth);
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
      return copyNullObject(source as Dictionary, walk, depth);
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
  if (kind !== 'view') refuseAddedProperty(source);
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
  refuseAddedProperty(source);
  return copy;
}

function copySet(source: Set<unknown>, walk: CopyWalk, depth: number): Set<unknown> {
  const copy = new Set<unknown>();
  walk.copies?.set(source, copy);
  for (const member of Set.prototype.values.call(source)) copy.add(copyValue(member, walk, depth + 1));
  refuseAddedProperty(source);
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
  return index >>> 0 === index && index < maxLength && String(index) === key;
}
