import { CorruptContinuationError } from '../../../errors';
import type { Seal } from '../../core/state/seal';
import type { Platform } from '../../ports';

const mb = 1_024 * 1_024;
/** A small message must not be able to fill the memory: this part of it may be unpacked, as a text is there several times while it is read. */
const unpackedShare = 1 / 8;
/** The most that is unpacked, whatever the memory, in bytes: half of what a text of Node.js can hold. */
const maxUnpackedBytes = 256 * mb;

/** Level 1 takes half the time of level 4, and its texts of JSON are as short (bench/pack-state.mjs). */
const packLevel = 1;

/** Taken once, so that a test's fake timers do not stop the loop. */
const takeTurn = setImmediate;

/** Node's own checksum and compression, loaded when they are first used. */
export class NodePlatform implements Platform {
  readonly architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  readonly maxUnpackedBytes = readMaxUnpackedBytes(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);

  checksum(text: string): string {
    return loadZlib().crc32(text).toString(16).padStart(8, '0');
  }

  digest(text: string): string {
    return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
  }

  drawNonce(): string {
    return Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }

  countBytes(text: string): number {
    return Buffer.byteLength(text);
  }

  pack(text: string): string {
    return loadZlib().gzipSync(text, { level: packLevel }).toString('base64');
  }

  unpack(packed: string): string {
    try {
      return loadZlib()
        .gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: this.maxUnpackedBytes })
        .toString();
    } catch (cause) {
      const isTooLarge = (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
      throw isTooLarge ? tooLargeError(this.maxUnpackedBytes, cause) : damagedError(cause);
    }
  }

  yieldToEventLoop(): Promise<void> {
    return new Promise((resolve) => {
      takeTurn(resolve);
    });
  }
}

function loadZlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

/** Outside Lambda there is no size to go by. */
function readMaxUnpackedBytes(memoryMb: string | undefined): number {
  const memoryBytes = Number(memoryMb) * mb;
  return memoryBytes > 0
    ? Math.min(Math.floor(memoryBytes * unpackedShare), maxUnpackedBytes)
    : maxUnpackedBytes;
}

function damagedError(cause: unknown): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: 'The continuation cannot be read: its compressed state does not unpack.',
    fix: 'Send continuations on exactly as they were sent; redrive the dead letter that holds the original one.',
    details: { reason: 'its compressed state does not unpack' },
    cause,
  });
}

function tooLargeError(maxBytes: number, cause: unknown): CorruptContinuationError {
  return new CorruptContinuationError({
    problem: `The continuation cannot be read: its compressed state unpacks to more than ${maxBytes} bytes, an eighth of the function's memory.`,
    fix: 'If the function had more memory when it was written, give it as much again; else somebody else made it: leave it alone.',
    details: { reason: `its compressed state unpacks to more than ${maxBytes} bytes` },
    cause,
  });
}

/**
 * Seals continuations with HMAC-SHA-256. The first key signs; each of them is good for reading, so that keys can be changed
 * while continuations are under way.
 */
export class SignatureSeal implements Seal {
  readonly part = 'signature';
  readonly #keys: readonly [string, ...string[]];

  constructor(keys: readonly [string, ...string[]]) {
    this.#keys = keys;
  }

  seal(text: string): string {
    return sign(this.#keys[0], text).toString('base64url');
  }

  isSealOf(text: string, received: unknown): boolean {
    if (typeof received !== 'string') return false;
    const signature = Buffer.from(received, 'base64url');
    // Decoding overlooks what is no Base64, and the bits that are left over at the end: another text of the same bytes was changed too.
    if (signature.toString('base64url') !== received) return false;
    return this.#keys.some((key) => isSame(sign(key, text), signature));
  }
}

function sign(key: string, text: string): Buffer {
  return process.getBuiltinModule('node:crypto').createHmac('sha256', key).update(text).digest();
}

/** Takes the same time wherever the two differ. */
function isSame(expected: Buffer, received: Buffer): boolean {
  return (
    expected.length === received.length &&
    process.getBuiltinModule('node:crypto').timingSafeEqual(expected, received)
  );
}
