import { isGuard } from './freeze-in-depth';

/** What is said about a value that cannot be stored, before its path is known. */
export interface RefusalParts {
  /** Follows the path: `is a Socket`. */
  readonly claim: string;
  /** The kind of thing, for programs: `Socket`, `function`, `symbol`. Never a value. */
  readonly type: string;
  /** One thing to do; left out when it is the usual one. */
  readonly fix?: string;
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

/** Refuses a function, a symbol, or an object of a kind that cannot be stored. */
export function refuseValue(value: unknown): never {
  throw new StateRefusal(value, describeValue(value));
}

/** Refuses what nests deeper than any codec could write. */
export function refuseDepth(source: object, maxDepth: number): never {
  const fix = 'Keep long chains in an array, with indices instead of references.';
  throw new StateRefusal(source, {
    claim: `is nested more than ${maxDepth} levels deep`,
    type: 'nesting',
    fix,
  });
}

/** Refuses an object or array with a symbol among its keys. */
export function refuseSymbolKey(source: object): never {
  const [key] = Object.getOwnPropertySymbols(source);
  return refuseProperty(
    source,
    key as symbol,
    'is kept under a symbol',
    'symbol key',
    'Keep it under a string.',
  );
}

/** Refuses an object with properties that neither a copy nor JSON would see. */
export function refuseHiddenProperty(source: object): never {
  const hidden = Object.getOwnPropertyNames(source).find(
    (name) => !Object.prototype.propertyIsEnumerable.call(source, name),
  );
  return refuseProperty(source, String(hidden), 'is a property that is not enumerable', 'hidden property');
}

/** Refuses a name on an array, as on the result of `String.prototype.match`. */
export function refuseNamedProperty(source: unknown[], key: string): never {
  return refuseProperty(
    source,
    key,
    'is a named property of an array',
    'named property',
    'Store a plain array: [...array].',
  );
}

/** Refuses a Date, Map, Set, URL or ArrayBuffer with properties of its own, which would come back without them. */
export function refuseAddedProperty(source: object): void {
  const key = Reflect.ownKeys(source).find((name) => !isGuard(source, name));
  if (key !== undefined)
    refuseProperty(source, key, 'is a property added to a built-in object', 'added property');
}

function refuseProperty(
  source: object,
  key: string | symbol,
  claim: string,
  type: string,
  fix?: string,
): never {
  throw new StateRefusal(source, { claim, type, key, ...(fix === undefined ? {} : { fix }) });
}

const fixes: Readonly<Record<string, string>> = {
  Buffer: 'Store new Uint8Array(buffer) instead, or give the field a codec.',
  Promise: 'Await it before the step ends, and store its value.',
  SharedArrayBuffer: 'Store a copy of its bytes in a Uint8Array.',
  RegExp: 'Store its source and flags instead, or give the field a codec.',
  Number: 'Store the number itself: value.valueOf().',
  String: 'Store the string itself: value.valueOf().',
  Boolean: 'Store the boolean itself: value.valueOf().',
};

function describeValue(value: unknown): RefusalParts {
  if (typeof value !== 'object' || value === null)
    return { claim: `is a ${typeof value}`, type: typeof value };
  const name = classNameOf(value);
  if (name === undefined) return { claim: 'is an object with a prototype of its own', type: 'object' };
  if (name === '') return { claim: 'is an instance of an anonymous class', type: 'anonymous class' };
  const fix = Object.hasOwn(fixes, name) ? fixes[name] : undefined;
  return { claim: `is ${withArticle(name)}`, type: name, ...(fix === undefined ? {} : { fix }) };
}

/** The name of the nearest constructor, read without running a getter; undefined when there is none but `Object`. */
function classNameOf(value: object): string | undefined {
  for (
    let proto: object | null = Object.getPrototypeOf(value);
    proto !== null;
    proto = Object.getPrototypeOf(proto)
  ) {
    const builder: unknown = Object.getOwnPropertyDescriptor(proto, 'constructor')?.value;
    if (typeof builder !== 'function') continue;
    const name: unknown = Object.getOwnPropertyDescriptor(builder, 'name')?.value;
    if (typeof name === 'string') return name === 'Object' ? undefined : name.slice(0, 60);
  }
  return undefined;
}

/** `a Socket`, `an Agent`, but `a URL` and `a Uint8Array`. By spelling. */
export function withArticle(name: string): string {
  return /^[aeiou]/i.test(name) && !/^(?:URL|UR[IL]|U[ins][a-z]|Eu)/.test(name) ? `an ${name}` : `a ${name}`;
}
