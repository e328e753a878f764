/** Turns the whole state into text and back. Behind the token `STATE_CODEC`. Field codecs are applied before and after. */
export interface StateCodec {
  /** Whether `encode` writes JSON exactly as `JSON.stringify` would. Such text stands in the envelope as it is. @defaultValue false */
  readonly isJson?: boolean;
  /** Makes a text of the state. */
  encode(state: Record<string, unknown>): string;
  /** Must throw on text that it did not write. Must never run code or touch a prototype. */
  decode(text: string): Record<string, unknown>;
}
