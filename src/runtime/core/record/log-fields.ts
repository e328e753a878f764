import { describeError, isErrorRecord } from './describe-error';
import { describeValue, setField } from './describe-value';

/** The fields of a log line that are the logger's own. */
export const headFields: readonly string[] = ['level', 'message', 'timestamp'];
/** Those that no user's field replaces: `event` is the runtime's. */
export const reservedFields: readonly string[] = [...headFields, 'event'];

/** What a field is called that would have replaced a reserved one. */
const keptPrefix = 'field_';

/** Reads whatever a logger was given beside the message, one level deep: an error becomes the field `error`. Never throws. */
export function readFields(given: unknown): Record<string, unknown> {
  if (given === undefined || given === null) return {};
  try {
    if (typeof given !== 'object') return { value: given };
    if (isError(given)) return { error: given };
    if (Array.isArray(given) || given instanceof Map || given instanceof Set) return { values: given };
    const fields: Record<string, unknown> = {};
    for (const name of Object.keys(given))
      setField(fields, name, readField(given as Record<string, unknown>, name));
    return fields;
  } catch {
    return { fields: given };
  }
}

/** The fields with every reserved name replaced by one of its own, `field_message` for `message`. */
export function renameFields(
  fields: Record<string, unknown>,
  isReserved: (name: string) => boolean,
): Record<string, unknown> {
  const renamed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    let free = name;
    while (isReserved(free) || (free !== name && Object.hasOwn(fields, free))) free = `${keptPrefix}${free}`;
    setField(renamed, free, value);
  }
  return renamed;
}

/** What a logger writes beside the message: plain data of bounded size, under names that are not the logger's own. Never throws. */
export function describeFields(
  given: unknown,
  reserved: readonly string[] = headFields,
): Record<string, unknown> {
  const fields = renameFields(readFields(given), (name) => reserved.includes(name));
  return describeValue(fields, describeErrorIn) as Record<string, unknown>;
}

/** A message as a text, whatever was given for one. Never throws. */
export function describeMessage(message: unknown): string {
  return describeError(message).message;
}

function readField(fields: Record<string, unknown>, name: string): unknown {
  try {
    return fields[name];
  } catch {
    return '[cannot be written as JSON]';
  }
}

function describeErrorIn(value: object): unknown {
  if (isErrorRecord(value)) return value;
  return isError(value) ? describeError(value) : undefined;
}

/** Whether it is an error, of another realm too. */
function isError(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}
