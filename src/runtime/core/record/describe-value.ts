/** What stands for a value that cannot be read: a getter or `toJSON` that throws, a revoked Proxy. */
const unreadable = '[cannot be written as JSON]';

/**
 * How large a description may become: a log line must fit into 256 KB, whatever somebody logs. One large value leaves room for the
 * others: plain values are always kept, up to the limit of the list or object that they are in.
 */
const limits = { depth: 8, objects: 200, entries: 100, characters: 49_152 };

/** Makes a record of an error; `undefined` for what is none. */
type DescribeError = (value: object) => unknown;

/**
 * Makes plain data of any value, as JSON would have it, and never throws: what cannot be read is named in its place,
 * what leads back to itself too, and what is too much is cut with a mark.
 */
export function describeValue(value: unknown, describeError: DescribeError): unknown {
  return new Description(describeError).describe(value);
}

class Description {
  readonly #describeError: DescribeError;
  readonly #ancestors: object[] = [];
  #objectsLeft = limits.objects;
  #charactersLeft = limits.characters;

  constructor(describeError: DescribeError) {
    this.#describeError = describeError;
  }

  describe(value: unknown): unknown {
    if (typeof value === 'string') return this.#take(value);
    if (typeof value === 'bigint') return this.#take(String(value));
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (this.#ancestors.includes(value)) return '[circular]';
    if (this.#ancestors.length >= limits.depth) return '[too deep]';
    if (this.#objectsLeft <= 0) return '[too much]';
    this.#objectsLeft -= 1;
    this.#ancestors.push(value);
    try {
      return this.#describeObject(value);
    } catch {
      return unreadable;
    } finally {
      this.#ancestors.pop();
    }
  }

  #describeObject(value: object): unknown {
    const error = this.#describeError(value);
    if (error !== undefined) return error;
    if (ArrayBuffer.isView(value)) return `[${value.constructor.name}, ${value.byteLength} bytes]`;
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.describe(toJSON.call(value, ''));
    if (value instanceof String || value instanceof Number || value instanceof Boolean)
      return this.describe(value.valueOf());
    if (Array.isArray(value))
      return this.#describeList(value.length, value.keys(), (index) => value[index as number]);
    if (value instanceof Set) return this.#describeList(value.size, value, (item) => item);
    if (value instanceof Map) return this.#describeEntries(value.size, value.keys(), (key) => value.get(key));
    const keys = Object.keys(value);
    return this.#describeEntries(
      keys.length,
      keys,
      (key) => (value as Record<string, unknown>)[key as string],
    );
  }

  #describeList(count: number, places: Iterable<unknown>, read: (place: unknown) => unknown): unknown[] {
    const items: unknown[] = [];
    for (const place of places) {
      if (items.length === limits.entries) {
        items.push(`… [${count - items.length} more]`);
        break;
      }
      items.push(this.describe(this.#readAt(() => read(place))));
    }
    return items;
  }

  /** Plain values first: what is large beside them must not take their room. */
  #describeEntries(
    count: number,
    keys: Iterable<unknown>,
    read: (key: unknown) => unknown,
  ): Record<string, unknown> {
    const values = new Map<string, unknown>();
    for (const key of keys) {
      if (values.size === limits.entries) break;
      values.set(
        String(key),
        this.#readAt(() => read(key)),
      );
    }
    const described = new Map<string, unknown>();
    for (const isLarge of [false, true]) {
      for (const [key, value] of values)
        if ((typeof value === 'object') === isLarge) described.set(key, this.describe(value));
    }
    const entries: Record<string, unknown> = {};
    for (const key of values.keys()) setField(entries, this.#take(key), described.get(key));
    if (count > values.size) entries['…'] = `${count - values.size} more`;
    return entries;
  }

  #readAt(read: () => unknown): unknown {
    try {
      return read();
    } catch {
      return unreadable;
    }
  }

  #take(text: string): string {
    const short = cut(text);
    if (short.length > this.#charactersLeft) return '…';
    this.#charactersLeft -= short.length;
    return short;
  }
}

/** Sets a field under any name, `__proto__` too. */
export function setField(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

/** The longest message that is recorded, in characters; what is longer is cut and marked. */
const maxTextLength = 8_192;
const highSurrogate = /[\ud800-\udbff]/;

/** Cuts a text to what may be recorded, with a mark that says how much is missing. */
export function cut(text: string, maxLength = maxTextLength): string {
  if (text.length <= maxLength) return text;
  const isHalfCharacter = highSurrogate.test(text.charAt(maxLength - 1));
  const length = isHalfCharacter ? maxLength - 1 : maxLength;
  return markCut(text.slice(0, length), text.length - length);
}

/** What is left of a text, with the mark of what was cut. */
export function markCut(rest: string, cutCount: number): string {
  return `${rest}… [${cutCount} characters cut]`;
}
