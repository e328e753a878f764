/** What is said about a value that cannot be stored, before its path is known. */
export interface RefusalParts {
  /** Follows "is": `a Socket`. */
  readonly phrase: string;
  /** The kind of thing, for programs: `Socket`, `function`, `symbol`. Never a value. */
  readonly type: string;
  /** One thing to do. */
  readonly cure?: string;
  /** The property of the value that is to blame, when the value itself is not. */
  readonly key?: string | symbol;
}

/**
 * Thrown inside the copying walk, which knows the offending value but not where it lies. Never leaves `copyState`.
 * It is no `Error`: nobody reads its stack, and capturing one is dear.
 */
export class StateRefusal {
  constructor(
    readonly offender: unknown,
    readonly parts: RefusalParts,
  ) {}
}

/** Refuses a property of a container: a symbol key, a hidden property, a name on an array. */
export function refuseProperty(container: object, key: string | symbol, phrase: string, type: string): never {
  throw new StateRefusal(container, { phrase, type, key });
}

/** Refuses a function, a symbol, or an object of a kind that cannot be stored. */
export function refuseValue(value: unknown): never {
  throw new StateRefusal(value, describeValue(value));
}

const cures: Readonly<Record<string, string>> = {
  Buffer: 'Store new Uint8Array(buffer) instead, or give the field a codec.',
  Promise: 'Await it before the step ends, and store its value.',
  RegExp: 'Store its source and flags instead, or give the field a codec.',
  Number: 'Store the number itself: Number(value).',
  String: 'Store the string itself: String(value).',
  Boolean: 'Store the boolean itself: value.valueOf().',
};

function describeValue(value: unknown): RefusalParts {
  if (typeof value !== 'object' || value === null) return { phrase: `a ${typeof value}`, type: typeof value };
  const name = classNameOf(value);
  if (name === undefined) return { phrase: 'an object with a prototype of its own', type: 'Object' };
  if (name === '') return { phrase: 'an instance of an anonymous class', type: 'anonymous class' };
  const cure = Object.hasOwn(cures, name) ? cures[name] : undefined;
  return { phrase: withArticle(name), type: name, ...(cure === undefined ? {} : { cure }) };
}

/** The name of the nearest constructor, read without running a getter; undefined when there is none but `Object`. */
function classNameOf(value: object): string | undefined {
  for (
    let proto: unknown = Object.getPrototypeOf(value);
    typeof proto === 'object' && proto !== null;
    proto = Object.getPrototypeOf(proto)
  ) {
    const builder: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value;
    if (typeof builder !== 'function') continue;
    const name: unknown = Object.getOwnPropertyDescriptor(builder, 'name')?.value;
    if (typeof name === 'string') return name === 'Object' ? undefined : name.slice(0, 60);
  }
  return undefined;
}

/** `a Socket`, `an Agent`. By spelling, so `a URL` needs its exception. */
export function withArticle(name: string): string {
  return /^[aeiou]/i.test(name) && !/^(?:URL|Uint|Uni|User|Use)/.test(name) ? `an ${name}` : `a ${name}`;
}
