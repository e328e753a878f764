/** The longest message that is recorded, in characters; what is longer is cut and marked. */
const maxMessageLength = 8_192;
const highSurrogate = /[\ud800-\udbff]/;
/** The longest chain of causes that is recorded. */
const maxCauses = 10;

/** An error as it is logged and recorded: plain, short enough, and safe to read whatever was thrown. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly cause?: ErrorRecord;
}

/** Makes a record of anything that can be thrown: an `Error`, `null`, a string, a hostile Proxy. */
export function describeError(thrown: unknown, depth = 0): ErrorRecord {
  try {
    if (typeof thrown !== 'object' || thrown === null) return { name: 'Thrown', message: cut(String(thrown)) };
    const { name, message, code, cause } = thrown as Record<string, unknown>;
    return {
      name: typeof name === 'string' ? cut(name) : 'Thrown',
      message: typeof message === 'string' ? cut(message) : `an object that is no Error (${Object.prototype.toString.call(thrown)})`,
      ...(typeof code === 'string' || typeof code === 'number' ? { code: cut(String(code)) } : {}),
      ...(cause === undefined || depth >= maxCauses ? {} : { cause: describeError(cause, depth + 1) }),
    };
  } catch {
    return { name: 'Thrown', message: 'something that cannot be read' };
  }
}

/** The thrown value itself when it is an error; else an error that stands for it, with the value as its cause. */
export function ensureError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  const { name, message } = describeError(thrown);
  return Object.assign(new Error(message, { cause: thrown }), { name });
}

function isError(thrown: unknown): thrown is Error {
  try {
    return typeof thrown === 'object' && thrown !== null && typeof (thrown as Error).message === 'string';
  } catch {
    return false;
  }
}

/** Cuts a text to what may be recorded, with a mark that says how much is missing. */
export function cut(text: string): string {
  if (text.length <= maxMessageLength) return text;
  const isHalfCharacter = highSurrogate.test(text.charAt(maxMessageLength - 1));
  const length = isHalfCharacter ? maxMessageLength - 1 : maxMessageLength;
  return `${text.slice(0, length)}… [${text.length - length} characters cut]`;
}
