import type { Seal } from '../../core/state/seal';

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
