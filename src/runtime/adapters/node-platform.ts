import { CorruptContinuationError } from '../../errors';
import type { Platform } from '../ports';

/** The largest state that is unpacked, in bytes: a small message must not be able to fill the memory. */
const maxUnpackedBytes = 256 * 1_024 * 1_024;

/** Level 1 takes half the time of level 4, and its texts of JSON are as short (bench/pack-state.mjs). */
const packLevel = 1;

/** Taken once, so that a test's fake timers do not stop the loop. */
const takeTurn = setImmediate;

/** Node's own checksum and compression, loaded when they are first used. */
export class NodePlatform implements Platform {
  readonly architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';

  checksum(text: string): string {
    return loadZlib().crc32(text).toString(16).padStart(8, '0');
  }

  countBytes(text: string): number {
    return Buffer.byteLength(text);
  }

  pack(text: string): string {
    return loadZlib().gzipSync(text, { level: packLevel }).toString('base64');
  }

  unpack(packed: string): string {
    try {
      return loadZlib().gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: maxUnpackedBytes }).toString();
    } catch (cause) {
      throw new CorruptContinuationError({
        problem: 'The continuation cannot be read: its compressed state does not unpack.',
        cure: 'Send continuations on exactly as they were sent; redrive the dead letter that holds the original one.',
        details: { reason: 'its compressed state does not unpack' },
        cause,
      });
    }
  }

  breathe(): Promise<void> {
    return new Promise((resolve) => {
      takeTurn(resolve);
    });
  }
}

function loadZlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}
