import { kindOf } from './copy-kind';
import { refuseAddedProperty } from './copy-refusal';
import { copyArrayBuffer, copyView, startWalk } from './copy-walk';

/** Thrown where the plain copier has to decide: an object that is met twice, a value without a twin. Never leaves the tracker. */
export const odd = Symbol('odd');

/** A kind of object that has a twin. Everything else the state may hold is left to the plain copier. */
type TwinKind = 'array' | 'buffer' | 'date' | 'map' | 'object' | 'root' | 'set' | 'url' | 'view';

/**
 * What is known of one live object of the state: the copy that was made of it last, and what that copy was made of.
 *
 * A copy is never written to: what has changed gets another one, and so do all objects on the way to it. So earlier captures keep
 * their meaning, and share what has not changed.
 */
export class StateTwin {
  readonly kind: TwinKind;
  /** The live object. */
  readonly source: object;
  copy: object;
  /** An object's keys, in their order. */
  keys: readonly string[] = [];
  /**
   * What was copied, in order: a primitive, or the copy of an object. An object's by key, an array's its elements (then this is `copy`),
   * a Map's keys and values by turns, a Set's members, one for a Date and a URL.
   */
  slots: unknown[] = [];
  /** The twins of the objects among the slots, by the same index. */
  kids: (StateTwin | undefined)[] | undefined = undefined;
  /** The number of the capture that has met the object last. */
  seenAt: number;
  /** Whether JSON can express an object or array and its primitives. */
  isPlain = true;

  constructor(kind: TwinKind, source: object, copy: object, seenAt: number) {
    this.kind = kind;
    this.source = source;
    this.copy = copy;
    this.seenAt = seenAt;
  }
}

/** The twin of an array or a built-in object that is met first. */
export function createOther(source: object, seenAt: number): StateTwin {
  // Another prototype than ours is found with the elements.
  if (Array.isArray(source)) return new StateTwin('array', source, source, seenAt);
  const kind = kindOf(source);
  if (kind === undefined || kind === 'object' || kind === 'null-object') throw odd;
  if (kind !== 'view') refuseAddedProperty(source);
  return new StateTwin(kind, source, source, seenAt);
}

/** Whether JSON can express a primitive, or the value is an object, which speaks for itself. */
export function isPlainSlot(value: unknown): boolean {
  switch (typeof value) {
    case 'number':
      // The difference is not zero for NaN and the infinities only.
      return value - value === 0 && (value !== 0 || 1 / value > 0);
    case 'undefined':
    case 'bigint':
      return false;
    default:
      return true;
  }
}

/** Leaves symbol keys, hidden properties, and a prototype that is no longer ours to the plain copier. */
export function checkObject(source: object, keyCount: number): void {
  if (
    Object.getPrototypeOf(source) !== Object.prototype ||
    Object.getOwnPropertyNames(source).length !== keyCount ||
    Object.getOwnPropertySymbols(source).length > 0
  )
    throw odd;
}

/** The same for an array, and for holes and names on it. */
export function checkArray(source: unknown[]): void {
  if (
    Object.getPrototypeOf(source) !== Array.prototype ||
    Object.values(source).length !== source.length ||
    Object.getOwnPropertySymbols(source).length > 0
  )
    throw odd;
}

/** Bytes are compared up to this many; copying more is faster. */
const maxComparedBytes = 2_048;

/** Compares a Date or a URL by what it stands for. */
export function compareValue<Value>(twin: StateTwin, value: Value, write: (value: Value) => object): object {
  if (!Object.is(value, twin.slots[0])) {
    twin.slots[0] = value;
    twin.copy = write(value);
  }
  return twin.copy;
}

/** Makes a Map of keys and values by turns. */
export function writeMap(slots: readonly unknown[]): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>();
  for (let index = 0; index < slots.length; index += 2) copy.set(slots[index], slots[index + 1]);
  return copy;
}

/** Compares the bytes of a buffer that nothing else of the state refers to, or of the one view of one. */
export function compareBytes(twin: StateTwin): object {
  const { source, kind } = twin;
  const isSame = twin.copy !== source && hasSameBytes(source as Bytes, twin.copy as Bytes);
  if (!isSame) {
    twin.copy =
      kind === 'view'
        ? copyView(source as ArrayBufferView, startWalk())
        : copyArrayBuffer(source as ArrayBuffer, startWalk());
  }
  return twin.copy;
}

type Bytes = ArrayBuffer | ArrayBufferView;

function hasSameBytes(one: Bytes, other: Bytes): boolean {
  const length = one.byteLength;
  if (length !== other.byteLength || length > maxComparedBytes) return false;
  const [ours, theirs] = [bytesOf(one), bytesOf(other)];
  for (let index = 0; index < length; index += 1) if (ours[index] !== theirs[index]) return false;
  return true;
}

function bytesOf(bytes: Bytes): Uint8Array {
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}
