import { crc32, inflateRawSync } from 'node:zlib';
import { TerminalError } from 'lambda-baton';

/** How much a member may unpack to, in bytes: more is no log, but an attack on the function's memory. */
const maxOutputLength = 67_108_864;
const trailerBytes = 8;
const flags = { checksum: 2, extra: 4, name: 8, comment: 16 } as const;

/**
 * Unpacks the gzip members at the begin of some bytes that are whole, until they have made `enough` bytes. A gzip file is a row of members, and a member is the smallest
 * part that can be unpacked by itself: the place where a later invocation can begin.
 *
 * @returns what they hold, and how many packed bytes they are: 0 when not even one is whole
 */
export function readMembers(bytes: Uint8Array, enough: number): { bytes: Uint8Array; length: number } {
  const contents: Uint8Array[] = [];
  let [length, unpacked] = [0, 0];
  while (unpacked < enough) {
    const member = readMember(bytes.subarray(length));
    if (member === undefined) break;
    contents.push(member.content);
    length += member.length;
    unpacked += member.content.length;
  }
  return { bytes: Buffer.concat(contents), length };
}

/** Undefined when its end is missing. */
function readMember(bytes: Uint8Array): { content: Uint8Array; length: number } | undefined {
  const start = bytes.length < 18 ? bytes.length : measureHeader(bytes);
  if (start >= bytes.length) return undefined;
  try {
    const { buffer, engine } = inflate(bytes.subarray(start));
    const length = start + engine.bytesWritten + trailerBytes;
    if (length > bytes.length) return undefined;
    if (readUint32(bytes, length - trailerBytes) !== crc32(buffer)) throw damagedError();
    return { content: buffer, length };
  } catch (error) {
    if ((error as { code?: string }).code === 'Z_BUF_ERROR') return undefined;
    throw error;
  }
}

/** Reading it again would find the same. */
function damagedError(): TerminalError {
  return new TerminalError('A gzip member is damaged.');
}

/** With `info`, Node answers the engine too, which knows how much it has read. */
function inflate(bytes: Uint8Array) {
  const answer: unknown = inflateRawSync(bytes, { maxOutputLength, info: true });
  return answer as { buffer: Buffer; engine: { bytesWritten: number } };
}

function measureHeader(bytes: Uint8Array): number {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw damagedError();
  const flag = bytes[3] ?? 0;
  let length = 10;
  if (flag & flags.extra) length += 2 + (bytes[length] ?? 0) + (bytes[length + 1] ?? 0) * 256;
  for (const text of [flags.name, flags.comment]) {
    if (!(flag & text)) continue;
    const end = bytes.indexOf(0, length);
    length = end === -1 ? bytes.length : end + 1;
  }
  return flag & flags.checksum ? length + 2 : length;
}

function readUint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}
