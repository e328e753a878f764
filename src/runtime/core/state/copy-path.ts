/** One step of a way, and the steps before it. */
export interface PathStep {
  readonly segment: string;
  readonly parent: PathStep | undefined;
}

/** A value of the state and the way to it. */
interface Place extends PathStep {
  readonly value: unknown;
}

/** Stands for a value, or for what is in it, when reading it throws. */
const unreadable = Symbol('unreadable');
const maxPathLength = 300;
const maxKeyLength = 40;

/**
 * Finds the way to a value of the state, as a programmer would write it: `totals.rows[3].socket`, `lookup.get("a b")`, `tags[2]`.
 * Empty when the value is the state itself.
 *
 * Runs only when something was refused, in the order of the copying walk, so it finds the same value. Needs no call stack, however deep that lies.
 */
export function findValue(state: Record<string, unknown>, wanted: unknown): string {
  return find(state, (value) => Object.is(value, wanted));
}

/** Finds the way to the first value whose reading throws: a getter, a revoked proxy. */
export function findUnreadable(state: Record<string, unknown>): string {
  return find(state, (value, inner) => value === unreadable || inner === unreadable);
}

function find(
  state: Record<string, unknown>,
  isWanted: (value: unknown, inner: Place[] | typeof unreadable) => boolean,
): string {
  const visited = new Set<unknown>();
  const places: Place[] = [{ value: state, segment: '', parent: undefined }];
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const inner = visited.has(place.value) ? [] : placesIn(place);
    if (isWanted(place.value, inner)) return pathOf(place);
    visited.add(place.value);
    if (inner !== unreadable) for (const next of inner.reverse()) places.push(next);
  }
  return '';
}

/** Writes one step of a path: `.name`, `["a b"]` or `[Symbol(tag)]`. */
export function segmentOf(key: string | symbol): string {
  if (typeof key === 'symbol') return `[${String(key)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) && key.length <= maxKeyLength ? `.${key}` : `[${literal(key)}]`;
}

/** Puts a segment behind a path; a leading dot is dropped from the first. */
export function joinPath(path: string, segment: string): string {
  return path === '' && segment.startsWith('.') ? segment.slice(1) : path + segment;
}

/** Writes the way that ends with a step. */
export function pathOf(step: PathStep): string {
  const segments: string[] = [];
  for (let here: PathStep | undefined = step; here !== undefined; here = here.parent)
    segments.push(here.segment);
  return shorten(joinPath('', segments.reverse().join('')));
}

function shorten(path: string): string {
  const half = maxPathLength / 2;
  return path.length <= maxPathLength ? path : `${path.slice(0, half)}…${path.slice(-half)}`;
}

function placesIn(parent: Place): Place[] | typeof unreadable {
  try {
    const { value } = parent;
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
    if (isMap(value)) return placesInMap(parent, value);
    if (isSet(value))
      return [...Set.prototype.values.call(value)].map((member, index) => ({
        value: member,
        segment: `[${index}]`,
        parent,
      }));
    const isArray = Array.isArray(value);
    return Object.keys(value).map((key) =>
      placeAt(parent, key, isArray && /^\d+$/.test(key) ? `[${key}]` : segmentOf(key)),
    );
  } catch {
    return unreadable;
  }
}

function placeAt(parent: Place, key: string, segment: string): Place {
  try {
    return { value: (parent.value as Record<string, unknown>)[key], segment, parent };
  } catch {
    return { value: unreadable, segment, parent };
  }
}

/** A key that is an object cannot be written down; its place in the order can. */
function placesInMap(parent: Place, map: Map<unknown, unknown>): Place[] {
  return [...Map.prototype.entries.call(map)].flatMap(([key, value], index) => [
    { value: key, segment: `.keys()[${index}]`, parent },
    { value, segment: isNameable(key) ? `.get(${literal(key)})` : `.values()[${index}]`, parent },
  ]);
}

function isNameable(key: unknown): boolean {
  return key === null || (typeof key !== 'object' && typeof key !== 'function' && typeof key !== 'symbol');
}

function literal(key: unknown): string {
  if (typeof key === 'bigint') return `${key}n`;
  if (typeof key !== 'string') return String(key);
  return key.length <= maxKeyLength
    ? JSON.stringify(key)
    : `${JSON.stringify(key.slice(0, maxKeyLength)).slice(0, -1)}…"`;
}

function isMap(value: unknown): value is Map<unknown, unknown> {
  return Object.prototype.toString.call(value) === '[object Map]';
}

function isSet(value: unknown): value is Set<unknown> {
  return Object.prototype.toString.call(value) === '[object Set]';
}
