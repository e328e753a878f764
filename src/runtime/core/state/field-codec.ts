/**
 * Turns one `@State` field into something that can be stored and back, for values that plain data cannot express.
 *
 * `Stored` is what the two halves agree on: what `encode` returns is what `decode` is given.
 *
 * @example `@State({ codec: { encode: (d: Decimal) => d.toString(), decode: (s: string) => new Decimal(s) } })`
 */
// biome-ignore lint/suspicious/noExplicitAny: who names only the value says nothing about what is stored
export interface FieldCodec<Value, Stored = any> {
  /** Makes of the value what is stored. */
  readonly encode: (value: Value) => Stored;
  /** Makes the value again of what was stored. */
  readonly decode: (stored: Stored) => Value;
}
