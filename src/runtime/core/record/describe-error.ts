import { cut, describeValue, markCut } from './describe-value';

/** How large the record of an error may become: with a state beside it, it must fit into an item of a store. */
const limits = {
  causes: 10,
  /** Of the parts of one error. */
  parts: 10,
  records: 50,
  characters: 102_400,
  /** Of a stack: what was thrown, which the message says too, and the frames; fewer beside a message that is long. */
  stackHead: 256,
  stackFrames: 3_072,
  stackFramesBesideLongMessage: 1_024,
  /** Of what a thrown object that is no error shows of itself. */
  shown: 1_024,
};

/** A message of more characters than this is a long one. */
const longMessage = 4_096;

/** An error as it is logged and recorded: plain, short enough, and safe to read whatever was thrown. */
export interface ErrorRecord {
  /** The name of the error's class. */
  readonly name: string;
  /** What was thrown says; where that is nothing, what its parts, its cause or its code say. */
  readonly message: string;
  /** What programs tell it by, where it has such a code. */
  readonly code?: string;
  /** Where it was thrown, as JavaScript writes it. */
  readonly stack?: string;
  /** At most ten, one inside the other. */
  readonly cause?: ErrorRecord;
  /** The parts of an `AggregateError`, or of any error with a list of `errors`: the first ten. */
  readonly errors?: readonly ErrorRecord[];
}

const unreadable = { name: 'Thrown', message: 'something that cannot be read' };
const records = new WeakSet<object>();

/** Makes a record of anything that can be thrown: an `Error`, `null`, a string, a hostile Proxy. */
export function describeError(thrown: unknown): ErrorRecord {
  return new ErrorDescription().describe(thrown, 0);
}

/** Whether this very object was made by {@link describeError}. */
export function isErrorRecord(value: object): value is ErrorRecord {
  return records.has(value);
}

/** Why something failed, in one text that is never empty: the message, and the first parts of an error that has parts. */
export function readReason({ name, message, errors = [] }: ErrorRecord): string {
  const parts = joinReasons(errors);
  if (message === '') return parts || name;
  return parts === '' || message.includes(parts) ? message : cut(`${message}: ${parts}`);
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

class ErrorDescription {
  #recordsLeft = limits.records;
  #charactersLeft = limits.characters;

  describe(thrown: unknown, depth: number): ErrorRecord {
    this.#recordsLeft -= 1;
    const record = this.#read(thrown, depth);
    records.add(record);
    return record;
  }

  #read(thrown: unknown, depth: number): ErrorRecord {
    try {
      if (typeof thrown !== 'object' || thrown === null)
        return { name: 'Thrown', message: this.#take(String(thrown)) };
      const { name, message } = thrown as Record<string, unknown>;
      const head = {
        name: typeof name === 'string' ? this.#take(name) : 'Thrown',
        message:
          typeof message === 'string'
            ? this.#take(message)
            : this.#take(`an object that is no Error: ${show(thrown)}`),
      };
      const facts = this.#readFacts(thrown, depth, head.message.length > longMessage);
      return {
        ...head,
        message: head.message.trim() === '' ? this.#take(findReason(facts)) : head.message,
        ...facts,
      };
    } catch {
      return { ...unreadable };
    }
  }

  #readFacts(thrown: object, depth: number, isLong: boolean): Omit<ErrorRecord, 'message' | 'name'> {
    const [code, stack, cause, errors] = ['code', 'stack', 'cause', 'errors'].map((name) =>
      readField(thrown, name),
    );
    const isDeepest = depth >= limits.causes || this.#recordsLeft <= 0;
    const parts = Array.isArray(errors) && !isDeepest ? this.#describeParts(errors, depth) : [];
    return {
      ...(typeof code === 'string' || typeof code === 'number' ? { code: this.#take(String(code)) } : {}),
      ...(typeof stack === 'string' && stack !== '' ? { stack: this.#take(cutStack(stack, isLong)) } : {}),
      ...(cause === undefined || isDeepest ? {} : { cause: this.describe(cause, depth + 1) }),
      ...(parts.length === 0 ? {} : { errors: parts }),
    };
  }

  #describeParts(errors: readonly unknown[], depth: number): ErrorRecord[] {
    const parts: ErrorRecord[] = [];
    for (const error of errors.slice(0, limits.parts)) {
      if (this.#recordsLeft > 0) parts.push(this.describe(error, depth + 1));
    }
    return parts;
  }

  #take(text: string): string {
    const short = cut(text);
    if (short.length > this.#charactersLeft) return markCut('', text.length);
    this.#charactersLeft -= short.length;
    return short;
  }
}

function findReason({ code, cause, errors = [] }: Omit<ErrorRecord, 'message' | 'name'>): string {
  const reason = joinReasons(errors) || (cause === undefined ? '' : readReason(cause));
  if (code === undefined || reason.includes(code)) return reason;
  return reason === '' ? code : `${code}: ${reason}`;
}

function joinReasons(errors: readonly ErrorRecord[]): string {
  const named = errors.slice(0, 3).map(readReason);
  return [...new Set(named), ...(errors.length > named.length ? ['…'] : [])].join('; ');
}

/** A stack repeats the message, which may be long: the frames are what it is kept for. */
function cutStack(stack: string, isMessageLong: boolean): string {
  const start = stack.search(/\n\s+at /);
  if (start < 0) return cut(stack, limits.stackHead);
  return (
    cut(stack.slice(0, start), limits.stackHead) +
    cut(stack.slice(start), isMessageLong ? limits.stackFramesBesideLongMessage : limits.stackFrames)
  );
}

function show(thrown: object): string {
  const shown = JSON.stringify(describeValue(thrown, () => undefined));
  return cut(shown ?? Object.prototype.toString.call(thrown), limits.shown);
}

function readField(thrown: object, name: string): unknown {
  try {
    return (thrown as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
