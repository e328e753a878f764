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
export interface BufferUse {
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
