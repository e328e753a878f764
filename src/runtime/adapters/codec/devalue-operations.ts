import { defaultParseOperations, defaultStringifyOperations } from 'devalue';

type Dictionary = Record<string, unknown>;

/**
 * How devalue looks into the copy it writes. devalue refuses an own `__proto__` key; here it is written with a `~` behind it,
 * and so is every key that could be mistaken for one that was.
 */
export const stringifyOperations = {
  shapeOf: (value: object) => {
    const shape = defaultStringifyOperations.shapeOf(value);
    return 'keys' in shape ? { ...shape, keys: shape.keys.map(escapeKey) } : shape;
  },
  get: (value: object, key: string | number): unknown => (value as Dictionary)[unescapeKey(key)],
};

/** How devalue builds what it reads: only what we write, and no prototype is ever touched. */
export const parseOperations = {
  set: (target: object, key: string | number, value: unknown): void => {
    const name = unescapeKey(key);
    if (name !== '__proto__') (target as Dictionary)[name] = value;
    else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  },
  fromStringValue: (tag: string, text: string): unknown =>
    tag === 'URL' ? defaultParseOperations.fromStringValue('URL', text) : refuse(tag),
  fromRegExpInfo: (): never => refuse('RegExp'),
  box: (): never => refuse('Object'),
};

function escapeKey(key: string): string {
  return /^__proto__~*$/.test(key) ? `${key}~` : key;
}

function unescapeKey(key: string | number): string | number {
  return typeof key === 'string' && /^__proto__~+$/.test(key) ? key.slice(0, -1) : key;
}

function refuse(tag: string): never {
  throw new Error(`the tag ${tag} is never written`);
}
