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
