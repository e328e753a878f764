/** Turns the whole state into text and back. Behind the token `STATE_CODEC`. Field codecs are applied before and after. */
export interface StateCodec {
  encode(state: Record<string, unknown>): string;
  /** Must throw on text that it did not write. Must never run code or touch a prototype. */
  decode(text: string): Record<string, unknown>;
}
