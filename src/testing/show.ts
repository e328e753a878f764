import { inspect } from 'node:util';

/** A value on one line, cut where it gets long. */
export function show(value: unknown): string {
  const text = inspect(value, {
    breakLength: Number.POSITIVE_INFINITY,
    depth: 4,
    maxArrayLength: 12,
    maxStringLength: 80,
  });
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}

const maxText = 240;
