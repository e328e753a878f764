import { defaultParseOperations, defaultStringifyOperations, stringify, unflatten } from 'devalue';
import { CorruptContinuationError } from '../../../errors/execution-errors';
import { UnserializableStateError } from '../../../errors/step-errors';
import { copyState, type StateCopy } from '../../core/state/copy-state';
import { maxDepth } from '../../core/state/copy-value';
import type { StateCodec } from '../../ports/checkpoint-store';

/**
 * Writes a state as JSON when JSON can express it, with devalue when it cannot. The default behind the token `STATE_CODEC`.
 *
 * The text is always valid JSON, an object with exactly one key that says how the rest is written: `{"json":{…}}` or `{"devalue":[…]}`.
 * It lies outside the user's values, so no value can imitate it, and it can stand inside an envelope as it is.
 */
export class DevalueCodec implements StateCodec {
  readonly isJson = true;

  /** @throws UnserializableStateError naming the path of what cannot be stored */
  encode(state: Record<string, unknown>): string {
    return this.encodeCopy(copyState(state));
  }

  /** Writes a state that `copyState` has already checked, without walking it again. */
  encodeCopy({ values, isPlain }: StateCopy): string {
    try {
      if (isPlain) return `{"json":${JSON.stringify(values)}}`;
      // devalue escapes more than JSON does; an envelope is checked in the form that JSON.stringify gives.
      return `{"devalue":${JSON.stringify(JSON.parse(stringify(values, undefined, { operations: stringifyOperations })))}}`;
    } catch (cause) {
      throw new UnserializableStateError({
        problem: `The state cannot be written as text: ${String(cause)}.`,
        fix: 'Keep less in @State: large data belongs in a store of its own, with its key in @State.',
        details: { path: '', type: 'text' },
      });
    }
  }

  /** @throws CorruptContinuationError on text that this codec did not write */
  decode(text: string): Record<string, unknown> {
    return this.decodeParsed(parseJson(text));
  }

  /**
   * Reads a state whose text was already parsed as JSON, as part of an envelope. A state written as JSON is not copied.
   *
   * @throws CorruptContinuationError on anything that this codec did not write
   */
  decodeParsed(parsed: unknown): Record<string, unknown> {
    const [form, ...rest] = isDictionary(parsed) ? Object.keys(parsed) : [];
    if (!isDictionary(parsed) || form === undefined || rest.length > 0)
      throw corrupt('the state has no known form');
    const written = parsed[form];
    if (form === 'json' && isDictionary(written)) return checkDepth(written);
    if (form === 'devalue' && Array.isArray(written)) return unflattenState(written);
    throw corrupt('the state has no known form');
  }
}

// What a parser throws quotes the text, and the text is state, which belongs in no log: it is not kept as a cause.

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw corrupt('the state is not JSON');
  }
}

function unflattenState(written: unknown[]): Record<string, unknown> {
  const state = tryUnflatten(written);
  if (!isDictionary(state)) throw corrupt('the state is not an object of fields');
  return state;
}

function tryUnflatten(written: unknown[]): unknown {
  try {
    return unflatten(written, undefined, { operations: parseOperations });
  } catch {
    throw corrupt('the state is damaged');
  }
}

/** Nothing deeper than the limit was ever written; what is deeper would overflow the stack of whoever walks it. */
function checkDepth(state: Record<string, unknown>): Record<string, unknown> {
  if (isDeeper(state, maxDepth + 1)) throw corrupt('the state is nested too deeply');
  return state;
}

function isDeeper(value: object, levels: number): boolean {
  if (levels === 0) return true;
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null && isDeeper(inner, levels - 1)) return true;
  }
  return false;
}

/** An ordinary object: no array, no Map, nothing without a prototype. */
function isDictionary(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]' && Object.getPrototypeOf(value) !== null;
}

function corrupt(reason: string): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: `The checkpoint cannot be read: ${reason}.`,
    fix: 'Resume from an earlier checkpoint, or start the execution again.',
    details: { reason },
  });
}

type Dictionary = Record<string, unknown>;

/**
 * How devalue looks into the copy it writes. devalue refuses an own `__proto__` key; here it is written with a `~` behind it,
 * and so is every key that could be mistaken for one that was.
 */
const stringifyOperations = {
  shapeOf: (value: object) => {
    const shape = defaultStringifyOperations.shapeOf(value);
    return 'keys' in shape ? { ...shape, keys: shape.keys.map(escapeKey) } : shape;
  },
  get: (value: object, key: string | number): unknown => (value as Dictionary)[unescapeKey(key)],
};

/** How devalue builds what it reads: only what we write, and no prototype is ever touched. */
const parseOperations = {
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
