import type { ValidationArguments, ValidationOptions } from 'class-validator';
import type { JobFault } from '../../errors';

const separator = '\n→ ';

/** Makes class-validator report a fault of ours in place of its own message. A missing value has the same words everywhere. */
export function say(describe: (property: string, shown: string) => JobFault): ValidationOptions {
  return {
    message: ({ property, value }: ValidationArguments) =>
      encodeFault(describe(property, value === undefined ? `${property}` : `${property} (${show(value)})`)),
  };
}

/** Writes a fault as the one string that a class-validator message can be. */
export function encodeFault({ problem, cure }: JobFault): string {
  return `${problem}${separator}${cure}`;
}

/** Reads back what {@link encodeFault} wrote. A value in the problem is shown escaped and cannot hold the separator. */
export function decodeFault(message: string): JobFault {
  const [problem = '', cure = ''] = message.split(separator, 2);
  return { problem, cure };
}

/** Shows a value as a reader would write it, short, on one line; never runs code of the value. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
