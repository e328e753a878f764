import type { FieldCodec } from '../runtime/core/state/field-codec';
import { declare } from './declare';
import type { FieldDecorator } from './decorator-types';

/** How one field is stored. */
// biome-ignore lint/suspicious/noExplicitAny: who names only the value says nothing about what is stored
export interface StateOptions<Value = unknown, Stored = any> {
  /** Turns a value that plain data cannot express, such as a class instance, into something that can be stored and back. @defaultValue none */
  codec?: FieldCodec<Value, Stored>;
  /**
   * Whether the field is kept out of every log line, at any level, and its keys out of the paths and messages of errors.
   * Not encryption: it is stored like the others. @defaultValue false
   */
  secret?: boolean;
}

/**
 * Makes a field part of the state: saved at safe points, and restored after construction and field initialisers.
 *
 * Plain data, `Date`, `Map`, `Set`, `BigInt`, typed arrays, `URL`, cycles and shared references survive; anything else needs a `codec`.
 *
 * @example
 * ```ts
 * @State() cursor: string | null = '';
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function State<Value = unknown, Stored = any>(options?: StateOptions<Value, Stored>): FieldDecorator;
export function State(...args: unknown[]): unknown {
  return declare('State', args);
}
