/**
 * Turns one `@State` field into something that can be stored and back, for values that plain data cannot express.
 *
 * @example `@State({ codec: { encode: (d: Decimal) => d.toString(), decode: (s: string) => new Decimal(s) } })`
 */
export interface FieldCodec<Value> {
  encode(value: Value): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back has the type that encode returned, which the interface does not know
  decode(stored: any): Value;
}

/** Turns the whole state into text and back. Behind the token `STATE_CODEC`. Field codecs are applied before and after. */
export interface StateCodec {
  encode(state: Record<string, unknown>): string;
  /** Must throw on text that it did not write. Must never run code or touch a prototype. */
  decode(text: string): Record<string, unknown>;
}
