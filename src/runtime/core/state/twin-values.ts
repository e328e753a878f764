import { copyArrayBuffer, copyView } from './copy-binary';
import { startWalk } from './copy-walk';
import type { StateTwin } from './state-twin';

/** Bytes are compared up to this many; copying more is faster. */
const maxComparedBytes = 2_048;

/** Compares a Date or a URL by what it stands for. */
export function compareValue<Value>(twin: StateTwin, value: Value, write: (value: Value) => object): object {
  if (twin.slots.length === 0 || !Object.is(value, twin.slots[0])) {
    twin.slots[0] = value;
    twin.copy = write(value);
  }
  return twin.copy;
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
  if (length !== other.byteLength || length > maxComparedBytes || length === 0) return false;
  const [ours, theirs] = [bytesOf(one), bytesOf(other)];
  for (let index = 0; index < length; index += 1) if (ours[index] !== theirs[index]) return false;
  return true;
}

function bytesOf(bytes: Bytes): Uint8Array {
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}
