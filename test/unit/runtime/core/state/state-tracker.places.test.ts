import { StateTracker } from '../../../../../src/runtime/core/state/state-tracker';
import { describeGraph } from '../../../../helpers/describe-graph';
import { faultOfCapture } from '../../../../helpers/fault-of-capture';
import { detached, foreign, revoked, Socket, withHoles } from './copy-state.helpers';

type Fields = Record<string, unknown>;

/** A value that comes into a state, and who is to copy it. */
interface Arrival {
  readonly name: string;
  readonly make: () => unknown;
  /** The tracker copies it, and an unchanged one is not copied again. */
  readonly isTracked: boolean;
}

const tracked = (name: string, make: () => unknown): Arrival => ({ name, make, isTracked: true });
const left = (name: string, make: () => unknown): Arrival => ({ name, make, isTracked: false });

const withProperty = (target: object, key: PropertyKey, isEnumerable = true) =>
  Object.defineProperty(target, key, { value: 1, enumerable: isEnumerable, configurable: true });
const own = (key: string, value: unknown) => JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`);
const asSubclass = (target: object) =>
  Object.setPrototypeOf(target, Object.create(Object.getPrototypeOf(target)));

const arrivals: readonly Arrival[] = [
  ...['', 'text', 0, -0, 1.5, -1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
    (value) => tracked(Object.is(value, -0) ? '-0' : JSON.stringify(value), () => value),
  ),
  ...[true, false, null, undefined].map((value) => tracked(String(value), () => value)),
  tracked('a bigint', () => 12n),
  left('a function', () => () => {}),
  left('a symbol', () => Symbol('tag')),
  tracked('an empty object', () => ({})),
  tracked('an object', () => ({ id: 1, name: 'x', of: { deep: true } })),
  tracked('an object with undefined', () => ({ id: 1, name: undefined })),
  tracked('an object with a getter', () => ({
    get id() {
      return 1;
    },
  })),
  tracked('a frozen object', () => Object.freeze({ id: 1 })),
  tracked('an object with seventy keys', () =>
    Object.fromEntries(Array.from({ length: 70 }, (_, id) => [`k${id}`, id])),
  ),
  left('an object with a function', () => ({ id: 1, run: () => {} })),
  left('an object with a symbol', () => ({ id: 1, tag: Symbol('tag') })),
  left('an own __proto__', () => own('__proto__', { id: 1 })),
  left('an object with a symbol key', () => withProperty({ id: 1 }, Symbol('key'))),
  left('an object with a hidden property', () => withProperty({ id: 1 }, 'hidden', false)),
  left('an object without a prototype', () => Object.assign(Object.create(null), { id: 1 })),
  left('a class instance', () => new Socket()),
  left('an object with a prototype of its own', () => Object.create({ id: 1 })),
  left('a getter that throws', () => Object.defineProperty({}, 'id', { enumerable: true, get: fail })),
  left('an object of another realm', () => foreign('({ id: 1 })')),
  left('a revoked proxy', () => revoked({})),
  tracked('an empty array', () => []),
  tracked('an array', () => [1, 'x', null, { id: 1 }, [2]]),
  tracked('an array with undefined', () => [1, undefined]),
  tracked('an array with -0', () => [-0, 1]),
  left('a hole', () => withHoles(2, { 0: 1 })),
  left('nothing but holes', () => new Array(3)),
  left('a hole that a name hides', () => withHoles(2, { 0: 1, name: 'x' })),
  left('an array with a name', () => Object.assign([1], { name: 'x' })),
  left('an array with a symbol key', () => withProperty([1], Symbol('key'))),
  left('an array with a function', () => [1, () => {}]),
  left('an array with a symbol', () => [1, Symbol('tag')]),
  left('an array of a subclass', () => asSubclass([1])),
  left('an object that pretends to be an array', () => Object.create(Array.prototype)),
  left('an array of another realm', () => foreign('[1]')),
  tracked('a Date', () => new Date(1)),
  tracked('a Date without a time', () => new Date(Number.NaN)),
  left('a Date with a property', () => withProperty(new Date(1), 'name')),
  left('a Date with a hidden property', () => withProperty(new Date(1), 'name', false)),
  left('a Date of a subclass', () => asSubclass(new Date(1))),
  tracked('a Date of another realm', () => foreign('new Date(1)')),
  tracked(
    'a Map',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [2, [3]],
        [null, -0],
        [Number.NaN, undefined],
      ]),
  ),
  tracked('an empty Map', () => new Map()),
  left('a Map with an object as key', () => new Map([[{ id: 1 }, 1]])),
  left('a Map with a symbol as key', () => new Map([[Symbol('tag'), 1]])),
  left('a Map with a function', () => new Map([['a', () => {}]])),
  left('a Map with a property', () => withProperty(new Map(), Symbol('key'))),
  tracked('a Set', () => new Set<unknown>([1, 'x', null, { id: 1 }])),
  tracked('an empty Set', () => new Set()),
  left('a Set with a symbol', () => new Set([Symbol('tag')])),
  left('a Set with a property', () => withProperty(new Set(), 'name')),
  tracked('a URL', () => new URL('https://a.b/c?d#e')),
  left('a URL with a property', () => withProperty(new URL('https://a.b/'), 'name')),
  tracked('a buffer', () => Uint8Array.of(1, 2, 3).buffer),
  left('a detached buffer', detached),
  left('a shared buffer', () => new SharedArrayBuffer(4)),
  left('a buffer with a property', () => withProperty(new ArrayBuffer(4), 'name')),
  tracked('bytes', () => Uint8Array.of(1, 2, 3)),
  tracked('a part of a buffer', () => new Uint8Array(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2)),
  tracked('numbers of eight bytes', () => Float64Array.of(-0, Number.NaN, 1.5)),
  tracked('a DataView', () => new DataView(Uint8Array.of(1, 2, 3).buffer, 1)),
  left('a Buffer', () => Buffer.from('text')),
  left('a view on a shared buffer', () => new Uint8Array(new SharedArrayBuffer(4))),
  left('two views of one buffer', () => {
    const { buffer } = Uint8Array.of(1, 2);
    return [new Uint8Array(buffer), new Uint8Array(buffer)];
  }),
  left('a buffer and its view', () => {
    const view = Uint8Array.of(1, 2);
    return [view.buffer, view];
  }),
  left('an object that is met twice', () => {
    const shared = { id: 1 };
    return [shared, shared];
  }),
  left('a cycle', () => {
    const ring: Fields = {};
    return Object.assign(ring, { ring });
  }),
  left('a RegExp', () => /x/),
  left('a boxed number', () => Object(1)),
  left('an Error', () => new Error('text')),
  left('a Promise', () => Promise.resolve()),
];

/** Where a value comes to stand: a state that is known, and the edit that puts the value there. */
interface Place {
  readonly name: string;
  readonly make: () => Fields;
  readonly put: (at: never, value: unknown) => void;
  /** A key is a primitive there. */
  readonly isKey?: boolean;
}

const place = <At>(name: string, at: () => At, put: (at: At, value: unknown) => void): Place => ({
  name,
  make: () => ({ before: { kept: [1] }, at: at(), behind: 'x' }),
  put: (live: never, value) => put((live as { at: At }).at, value),
});
const field = (name: string, before: unknown): Place => ({
  name,
  make: () => ({ before: { kept: [1] }, at: before, behind: 'x' }),
  put: (live: Fields, value) => {
    live.at = value;
  },
});

const places: readonly Place[] = [
  field('a field', 0),
  field('a field that held an object', { id: 0 }),
  place(
    'a known key',
    () => ({ one: 1, two: 2 }) as Fields,
    (at, value) => Object.assign(at, { one: value }),
  ),
  place(
    'a known key of an object',
    () => ({ one: { id: 1 }, two: 2 }) as Fields,
    (at, value) => Object.assign(at, { one: value }),
  ),
  place(
    'a known key beside undefined',
    () => ({ one: 1, two: undefined }) as Fields,
    (at, value) => Object.assign(at, { one: value }),
  ),
  place(
    'a new key',
    () => ({ one: 1 }) as Fields,
    (at, value) => Object.assign(at, { two: value }),
  ),
  place(
    'the only key that is left',
    () => ({ one: 1, two: 2 }) as Fields,
    (at, value) => {
      delete at.one;
      at.two = value;
    },
  ),
  place(
    'a new object',
    () => ({ one: 1 }) as Fields,
    (at, value) => Object.assign(at, { one: { of: value } }),
  ),
  place(
    'a known element',
    () => [1, 2] as unknown[],
    (at, value) => at.splice(1, 1, value),
  ),
  place(
    'a known element in place of an object',
    () => [{ id: 1 }, 2] as unknown[],
    (at, value) => at.splice(0, 1, value),
  ),
  place(
    'a known element beside NaN',
    () => [1, Number.NaN] as unknown[],
    (at, value) => at.splice(0, 1, value),
  ),
  place(
    'the end of an array',
    () => [1, { id: 1 }] as unknown[],
    (at, value) => at.push(value),
  ),
  place(
    'the start of an array',
    () => [1, { id: 1 }] as unknown[],
    (at, value) => at.unshift(value),
  ),
  place(
    'an array that became shorter',
    () => [1, { id: 1 }, 3] as unknown[],
    (at, value) => at.splice(0, 2, value),
  ),
  place(
    'a key of a row',
    () => [{ id: 1 }, { id: 2 }] as Fields[],
    (at, value) => Object.assign(at[1] as Fields, { id: value }),
  ),
  place(
    'a known value of a Map',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        ['b', 2],
      ]),
    (at, value) => at.set('a', value),
  ),
  place(
    'a new value of a Map',
    () => new Map<unknown, unknown>([['a', { id: 1 }]]),
    (at, value) => at.set('b', value),
  ),
  {
    ...place(
      'a key of a Map',
      () => new Map<unknown, unknown>([['a', 1]]),
      (at, value) => at.set(value, 2),
    ),
    isKey: true,
  },
  place(
    'a member of a Set',
    () => new Set<unknown>(['a']),
    (at, value) => at.add(value),
  ),
  place(
    'a member of a Set that lost one',
    () => new Set<unknown>(['a', { id: 1 }]),
    (at, value) => {
      at.delete('a');
      at.add(value);
    },
  ),
];

describe('a state tracker, by what comes where', () => {
  it.each(places.map((where): [string, Place] => [where.name, where]))(
    'A state tracker takes what comes to %s as the plain copier does, or leaves it to that',
    (_name, { make, put, isKey = false }) => {
      const faults: string[] = [];
      for (const { name, make: makeValue, isTracked } of arrivals)
        for (const isClose of [true, false]) {
          const live = make();
          const tracker = new StateTracker(false);
          const fields = Object.keys(live);
          const look = () => tracker.capture(live, fields, isClose);
          const tell = (fault: string | undefined) =>
            fault === undefined || faults.push(`${name}, ${isClose ? 'close' : 'quick'}: ${fault}`);
          const before = look();
          // Where most objects are new twice in a row all twins are forgotten.
          look();
          tell(before === undefined ? 'the state is not taken before' : faultOfCapture(live, before));
          const text = describeGraph(before?.values);
          const value = makeValue();
          put(live as never, value);
          const after = look();
          const isTaken = isTracked && !(isKey && typeof value === 'object' && value !== null);
          if ((after !== undefined) !== isTaken) tell(isTaken ? 'left to the plain copier' : 'taken');
          tell(faultOfCapture(live, after));
          if (describeGraph(before?.values) !== text) tell('an earlier capture has changed');
          if (after !== undefined && look()?.values !== after.values) tell('copied, and nothing has changed');
          put(live as never, 'x');
          tell(faultOfCapture(live, look()));
        }
      expect(faults).toEqual([]);
    },
  );
});

function fail(): never {
  throw new Error('cannot be read');
}
