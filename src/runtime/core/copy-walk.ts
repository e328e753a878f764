/** Thrown when the first walk meets an object twice: a second walk, which keeps a table of copies, has to be made. Never leaves `copyState`. */
export const sharedReference = Symbol('shared reference');

/**
 * The memory of one walk over the state.
 *
 * The first walk only notes which objects it met, which is half the price of a table of copies.
 * Few states share references; those that do are walked again with {@link copies}.
 */
export interface CopyWalk {
  /** Objects met so far; used by the first walk only. */
  readonly seen: Set<object>;
  /** Copies by original; undefined in the first walk. */
  readonly copies: Map<object, object> | undefined;
  /** Buffers met so far. */
  readonly buffers: Set<object>;
  /** Buffers that more than one view or field refers to: these are copied whole, once. Known only after a walk. */
  readonly sharedBuffers: Set<object>;
  /** Another walk is needed, because `sharedBuffers` has grown. */
  mustRepeat: boolean;
  /** JSON can express everything met so far. */
  isPlain: boolean;
}

/** Starts the first walk, or the next one after a walk that found shared references. */
export function startWalk(previous?: CopyWalk): CopyWalk {
  return {
    seen: new Set(),
    copies: previous === undefined ? undefined : new Map(),
    buffers: new Set(),
    sharedBuffers: previous?.sharedBuffers ?? new Set(),
    mustRepeat: false,
    isPlain: previous === undefined,
  };
}
