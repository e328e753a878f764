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

/** What validators such as Zod, Valibot and ArkType have in common (standardschema.dev), as far as lambda-baton uses it. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
  };
}

/** Either the checked value or what is wrong with it. */
type StandardResult<Output = unknown> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value, and where in it. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}
