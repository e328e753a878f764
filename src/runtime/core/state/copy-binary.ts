import { StateRefusal, withArticle } from './copy-refusal';
import type { CopyWalk } from './copy-walk';

type ViewConstructor = new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => ArrayBufferView;

/** Copies an ArrayBuffer that a field refers to itself. */
export function copyArrayBuffer(source: ArrayBuffer, walk: CopyWalk): ArrayBuffer {
  return isShared(source, walk) ? copyWhole(source, walk) : sliceOf(source, source, 0, source.byteLength);
}

/**
 * Copies a typed array or DataView. Its own bytes only: a small view on a large pool must not store the pool.
 * Views that share one buffer keep sharing it, and then the buffer is copied whole.
 */
export function copyView(source: ArrayBufferView, walk: CopyWalk): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = source;
  const Constructor = constructorOf(source);
  const length = 'length' in source ? (source.length as number) : byteLength;
  if (isShared(buffer, walk)) return new Constructor(copyWhole(buffer, walk, source), byteOffset, length);
  return new Constructor(sliceOf(buffer, source, byteOffset, byteOffset + byteLength), 0, length);
}

/** Answers whether a buffer is to be copied whole, and notes that it is in use. */
function isShared(buffer: ArrayBufferLike, walk: CopyWalk): boolean {
  walk.buffers ??= { met: new Set(), shared: new Set() };
  const { met, shared } = walk.buffers;
  if (shared.has(buffer)) return true;
  if (met.has(buffer)) {
    shared.add(buffer);
    walk.mustRepeat = true;
  }
  met.add(buffer);
  return false;
}

/** This realm's constructor of the same name, since a view's own `constructor` is the user's to change. */
function constructorOf(view: ArrayBufferView): ViewConstructor {
  const name = Object.prototype.toString.call(view).slice(8, -1);
  return Reflect.get(globalThis, name) as ViewConstructor;
}

function copyWhole(buffer: ArrayBufferLike, walk: CopyWalk, owner: object = buffer): ArrayBuffer {
  const known = walk.copies?.get(buffer);
  if (known !== undefined) return known as ArrayBuffer;
  const copy = sliceOf(buffer, owner, 0, buffer.byteLength);
  walk.copies?.set(buffer, copy);
  return copy;
}

function sliceOf(buffer: ArrayBufferLike, owner: object, start: number, end: number): ArrayBuffer {
  if (Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]')
    refuseBuffer(buffer, owner, 'SharedArrayBuffer');
  if ((buffer as { resizable?: boolean }).resizable === true)
    refuseBuffer(buffer, owner, 'resizable ArrayBuffer');
  return bytesOf(buffer, owner, start, end);
}

/** Not by `slice`, which asks the buffer itself for a constructor: another realm's, or one that the user put there. */
function bytesOf(buffer: ArrayBufferLike, owner: object, start: number, end: number): ArrayBuffer {
  const copy = new ArrayBuffer(end - start);
  try {
    new Uint8Array(copy).set(new Uint8Array(buffer, start, end - start));
  } catch {
    // An ordinary buffer can be read at any place within its length, unless it was transferred away.
    refuseBuffer(buffer, owner, 'detached ArrayBuffer');
  }
  return copy;
}

function refuseBuffer(buffer: ArrayBufferLike, owner: object, type: string): never {
  const view = Object.prototype.toString.call(owner).slice(8, -1);
  const claim =
    owner === buffer ? `is ${withArticle(type)}` : `is ${withArticle(view)} on ${withArticle(type)}`;
  throw new StateRefusal(owner, { claim, type, fix: 'Store a copy of its bytes in a Uint8Array.' });
}
