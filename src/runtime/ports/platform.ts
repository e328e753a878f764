/** What the runtime needs of Node.js itself. Not a token: there is one platform. */
export interface Platform {
  /** The processor's: Lambda charges them differently. */
  readonly architecture: 'arm64' | 'x86_64';
  /** The checksum of a text, as eight hexadecimal digits. */
  checksum(text: string): string;
  /** A text of 64 hexadecimal digits that stands for another one, and for no other (SHA-256). */
  digest(text: string): string;
  /** Eight hexadecimal digits that are others every time. */
  drawNonce(): string;
  /** UTF-8 bytes of a text. */
  countBytes(text: string): number;
  /** The text compressed, in Base64. */
  pack(text: string): string;
  /** How many UTF-8 bytes a text may have that is packed, or unpacked. */
  readonly maxUnpackedBytes: number;
  /** The text that was packed. Throws on anything else, and on more than `maxUnpackedBytes`. */
  unpack(packed: string): string;
  /** Lets the event loop turn once, so that timers and sockets get their chance between steps that never wait. */
  yieldToEventLoop(): Promise<void>;
}
