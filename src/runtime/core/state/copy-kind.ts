/** A kind of object that the state may hold, besides ordinary objects and arrays of this realm, which the walk knows by identity. */
export type StateKind =
  | 'array'
  | 'buffer'
  | 'date'
  | 'map'
  | 'null-object'
  | 'object'
  | 'set'
  | 'url'
  | 'view';

/** One kind as the language defines it. */
interface KindRule {
  readonly kind: StateKind;
  /** How many prototypes an instance has; a subclass has one more. */
  readonly depth: number;
  /** Throws, or answers `false` or `undefined`, on everything that only pretends. Works on objects of every realm. */
  readonly proves: (value: object) => unknown;
}

function getter(prototype: object, key: string | symbol): (value: object) => unknown {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  return (value) => get?.call(value);
}

const typedArrayPrototype: object = Object.getPrototypeOf(Uint8Array.prototype);
const typedArrayName = getter(typedArrayPrototype, Symbol.toStringTag);
const mapSize = getter(Map.prototype, 'size');
const setSize = getter(Set.prototype, 'size');
const bufferSize = getter(ArrayBuffer.prototype, 'byteLength');
const viewedBuffer = getter(DataView.prototype, 'buffer');
const href = getter(URL.prototype, 'href');

/** The names of the typed arrays of this Node.js version: Float16Array comes with Node.js 24. */
const viewNames = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Float16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
];

const rules = new Map<string, KindRule>([
  ['Object', { kind: 'object', depth: 1, proves: looksLikeObjectPrototype }],
  [
    'Array',
    {
      kind: 'array',
      depth: 2,
      proves: (value) => Array.isArray(value) && Array.isArray(Object.getPrototypeOf(value)),
    },
  ],
  [
    'Date',
    { kind: 'date', depth: 2, proves: (value) => typeof Date.prototype.getTime.call(value) === 'number' },
  ],
  ['Map', { kind: 'map', depth: 2, proves: (value) => mapSize(value) !== undefined }],
  ['Set', { kind: 'set', depth: 2, proves: (value) => setSize(value) !== undefined }],
  ['URL', { kind: 'url', depth: 2, proves: (value) => typeof href(value) === 'string' }],
  ['ArrayBuffer', { kind: 'buffer', depth: 2, proves: (value) => bufferSize(value) !== undefined }],
  ['DataView', { kind: 'view', depth: 2, proves: (value) => viewedBuffer(value) !== undefined }],
  ...viewNames.map((name): [string, KindRule] => [
    name,
    { kind: 'view', depth: 3, proves: (value) => typedArrayName(value) === name },
  ]),
]);

/** This realm's prototypes, so that a Date in every row costs one lookup. */
const rulesByPrototype = new Map<object, KindRule>();
for (const [name, rule] of rules) {
  const builder: unknown = Reflect.get(globalThis, name);
  if (typeof builder === 'function') rulesByPrototype.set(builder.prototype, rule);
}

/**
 * Says what kind of storable object a value is, undefined when it is of none: a class instance, a subclass, a boxed primitive.
 * Objects of another realm (a `vm` context, Jest) are recognised by their prototypes' shape and by internal slots, never by `instanceof`.
 */
export function kindOf(value: object): StateKind | undefined {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null) return 'null-object';
  const rule = rulesByPrototype.get(prototype) ?? foreignRule(prototype);
  return rule !== undefined && isProven(rule, value) ? rule.kind : undefined;
}

function isProven(rule: KindRule, value: object): boolean {
  try {
    return Boolean(rule.proves(value));
  } catch {
    return false;
  }
}

function foreignRule(prototype: object): KindRule | undefined {
  const builder: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof builder !== 'function') return undefined;
  const rule = rules.get(String(Object.getOwnPropertyDescriptor(builder, 'name')?.value));
  return rule !== undefined && depthOf(prototype) === rule.depth ? rule : undefined;
}

function depthOf(prototype: object): number {
  let depth = 0;
  for (let next: object | null = prototype; next !== null; next = Object.getPrototypeOf(next)) depth += 1;
  return depth;
}

/** Tells `Object.prototype` of another realm from a class that extends null. */
function looksLikeObjectPrototype(value: object): boolean {
  const prototype: object = Object.getPrototypeOf(value);
  return ['hasOwnProperty', 'isPrototypeOf', '__lookupGetter__'].every((name) =>
    Object.hasOwn(prototype, name),
  );
}
