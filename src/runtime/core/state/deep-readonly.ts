/**
 * A type whose data cannot be changed, at any depth: objects, arrays, tuples, maps and sets.
 *
 * Left as they are: functions, `Date` and the like, and what has methods or hidden fields (instances of classes with behaviour): they
 * would no longer be what functions that take them ask for.
 */
export type DeepReadonly<Value> = Value extends Whole
  ? Value
  : Value extends ReadonlyMap<infer Key, infer Item>
    ? ReadonlyMap<DeepReadonly<Key>, DeepReadonly<Item>>
    : Value extends ReadonlySet<infer Item>
      ? ReadonlySet<DeepReadonly<Item>>
      : Value extends readonly unknown[]
        ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
        : Value extends object
          ? HasBehaviour<Value> extends true
            ? Value
            : { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
          : Value;

// biome-ignore lint/suspicious/noExplicitAny: functions of any shape
type AnyFunction = (...parameters: any[]) => unknown;

/** What is taken as a whole. */
type Whole =
  | bigint
  | boolean
  | number
  | string
  | symbol
  | null
  | undefined
  | AnyFunction
  | ArrayBuffer
  | ArrayBufferView
  | Date
  | Error
  | RegExp;

/** Whether a type has methods, or fields that a copy of its public ones would lack. `any` among its fields says nothing. */
type HasBehaviour<Value> = 0 extends 1 & Value[keyof Value]
  ? false
  : [Extract<Value[keyof Value], AnyFunction>] extends [never]
    ? [{ [Key in keyof Value]: Value[Key] }] extends [Value]
      ? false
      : true
    : true;
