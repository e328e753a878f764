import { StateRefusal, withArticle } from './copy-refusal';

/** Thrown when the first walk meets an object twice: a second walk, which keeps a table of copies, has to be made. Never leaves `copyState`. */
export const sharedReference = Symbol('shared reference');

/**
 * The memory of one walk over the state.
 *
 * The first walk only notes which objects it met, which is cheaper than a table of copies.
 * Few states share references; those that do are walked again with {@link copies}.
 */
export interface CopyWalk {
  /** Objects met so far; used by the first walk only. */
  readonly seen: Set<object>;
  /** Copies by original; undefined in the first walk. */
  readonly copies: Map<object, object> | undefined;
  /** Buffers met so far, and those among them that more than one view or field refers to. Created when the first is met. */
  buffers: BufferUse | undefined;
  /** Another walk is needed, because it only now became known that a buffer is shared. */
  mustRepeat: boolean;
  /** JSON can express everything met so far. */
  isPlain: boolean;
  /** Someone put enumerable properties on `Object.prototype`, which every `for…in` meets. */
  readonly hasInheritedKeys: boolean;
}

/** Who refers to which ArrayBuffer. */
interface BufferUse {
  readonly met: Set<object>;
  /** Copied whole, once, so that views which shared a buffer still do. Filled by one walk for the next. */
  readonly shared: Set<object>;
}

/** Starts the first walk, or the next one after a walk that found shared references. */
export function startWalk(previous?: CopyWalk): CopyWalk {
  return {
    seen: new Set(),
    copies: previous === undefined ? undefined : new Map(),
    buffers: previous?.buffers && { met: new Set(), shared: previous.buffers.shared },
    mustRepeat: false,
    isPlain: previous === undefined,
    hasInheritedKeys: anyKeyOf({}),
  };
}

function anyKeyOf(value: object): boolean {
  for (const _key in value) return true;
  return false;
}

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
