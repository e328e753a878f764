/** What makes a change to a text visible: the checksum of a text. */
export type Checksum = (text: string) => string;

/** What a continuation carries so that a change to it is seen: a checksum, or a signature when there is a key. */
export interface Seal {
  /** The name that it has in the envelope. */
  readonly part: 'checksum' | 'signature';
  seal(text: string): string;
  /** Whether `received` is what `text` was sealed with. */
  isSealOf(text: string, received: unknown): boolean;
}

/** The seal without a key: shows damage, not intent. */
export function sealByChecksum(checksum: Checksum): Seal {
  return { part: 'checksum', seal: checksum, isSealOf: (text, received) => received === checksum(text) };
}
