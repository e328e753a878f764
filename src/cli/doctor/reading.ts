import type { Finding } from './finding';

/** Something that was read, or why it was not. */
export type Reading<Value> =
  | { readonly kind: 'known'; readonly value: Value }
  | {
      readonly kind: 'unread';
      /** One sentence. */
      readonly reason: string;
      readonly fix: string;
      /** What it is called to the reader: an error, unless nobody asked for it. */
      readonly level: 'error' | 'warning';
    };

/** It was read. */
export function know<Value>(value: Value): Reading<Value> {
  return { kind: 'known', value };
}

/** It could not be read: which nobody may take for health. */
export function missOut(reason: string, fix: string, level: 'error' | 'warning' = 'error'): Reading<never> {
  return { kind: 'unread', reason, fix, level };
}

/** Checks what was read. That something was not is a finding of its own, made in one place. */
export function checkKnown<Value>(
  reading: Reading<Value>,
  check: (value: Value) => readonly Finding[],
): readonly Finding[] {
  return reading.kind === 'known' ? check(reading.value) : [];
}

/** The value, where there is one. */
export function unwrap<Value>(reading: Reading<Value>): Value | undefined {
  return reading.kind === 'known' ? reading.value : undefined;
}
