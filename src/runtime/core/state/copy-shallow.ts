type Dictionary = Record<string, unknown>;
type Clone = (source: Dictionary) => Dictionary;

/**
 * Spreads, all alike on purpose. V8 remembers up to four shapes of objects for each spread *in the source*, and clones those at once,
 * about five times as fast as others. One spread for all objects of all jobs would soon have forgotten; one for each number of keys does not.
 */
const clones: readonly Clone[] = [
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
  (source) => ({ ...source }),
];
const spread = clones[0] as Clone;

/** Copies the enumerable properties of an object with `keyCount` keys, an own `__proto__` included; never calls a setter. */
export function cloneShallow(source: Dictionary, keyCount: number): Dictionary {
  return (clones[keyCount] ?? spread)(source);
}
