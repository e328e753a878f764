import { copyState } from '../../../../../src/runtime/core/state/copy-state';
import { differenceBetween, foreign, nest, objectsIn, withHoles } from './copy-state.helpers';

describe('copyState', () => {
  const shared = { seen: 1 };
  const ring: Record<string, unknown> = { name: 'ring' };
  ring.self = ring;
  const pool = new ArrayBuffer(64);

  it.each<[string, unknown, boolean]>([
    ['strings', 'a"b\ud800', true],
    ['numbers', [0, 1.5, -1, Number.MAX_VALUE], true],
    ['booleans and null', [true, false, null], true],
    ['objects', { a: { b: {} } }, true],
    ['arrays', [[], [1, ['x']]], true],
    ['keys like indices', { b: 1, 2: 'two', 1: 'one' }, true],
    ['an own __proto__', JSON.parse('{"__proto__":{"polluted":true},"a":1}'), true],
    ['an own toJSON that is no function', { toJSON: 1, constructor: 3, hasOwnProperty: 4 }, true],
    ['the key then', JSON.parse('{"then":1}'), true],
    ['undefined', { a: undefined }, false],
    ['undefined in arrays', [undefined], false],
    ['-0', -0, false],
    ['NaN', NaN, false],
    ['Infinity', [Infinity, -Infinity], false],
    ['BigInt', 10n ** 30n, false],
    ['Date', new Date(1e12), false],
    ['an invalid Date', new Date(NaN), false],
    [
      'Map',
      new Map<unknown, unknown>([
        ['a', { b: 1 }],
        [{ key: 1 }, NaN],
      ]),
      false,
    ],
    ['Set', new Set([1, { a: 1 }]), false],
    ['URL', new URL('https://user@example.org:81/a?b=c#d'), false],
    ['ArrayBuffer', new Uint8Array([1, 2, 3]).buffer, false],
    ['DataView', new DataView(pool, 8, 8), false],
    ['Int8Array', new Int8Array([-1, 2]), false],
    ['Uint8Array', new Uint8Array([1, 255]), false],
    ['Uint8ClampedArray', new Uint8ClampedArray([1, 255]), false],
    ['Int16Array', new Int16Array([-1, 2]), false],
    ['Uint16Array', new Uint16Array([1, 65535]), false],
    ['Int32Array', new Int32Array([-1, 2]), false],
    ['Uint32Array', new Uint32Array([1, 2]), false],
    ['Float32Array', new Float32Array([-0, NaN]), false],
    ['Float64Array', new Float64Array([-0, 1e300]), false],
    ['BigInt64Array', new BigInt64Array([-1n]), false],
    ['BigUint64Array', new BigUint64Array([2n ** 64n - 1n]), false],
    ['an empty typed array', new Uint8Array(0), false],
    ['holes', withHoles(4, { 0: 1, 2: 3 }), false],
    ['a very sparse array', Object.assign([], { 4000000000: 1 }), false],
    ['null prototypes', Object.assign(Object.create(null), { a: 1 }), false],
    ['shared references', [shared, shared], false],
    ['cycles', ring, false],
    ['cycles through a Map and a Set', cycleThroughCollections(), false],
    [
      'dictionaries with many keys',
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key ${index}`, { index }])),
      true,
    ],
  ])('copyState copies %s', (_title, value, isPlain) => {
    const copy = copyState({ field: value });
    expect(differenceBetween(copy.values, { field: value })).toBeUndefined();
    expect(copy.isPlain).toBe(isPlain);
    const originals = new Set(objectsIn({ value }));
    expect(objectsIn(copy.values).some((object) => originals.has(object))).toBe(false);
  });

  it.each<[string, string, boolean]>([
    ['plain data', '({ a: [1, { b: "x" }] })', true],
    ['Date', 'new Date(5)', false],
    ['Map', 'new Map([[{ a: 1 }, [1]]])', false],
    ['Set', 'new Set([{ a: 1 }])', false],
    ['ArrayBuffer', 'new Uint8Array([1, 2]).buffer', false],
    ['typed arrays', 'new Float64Array([1, -0])', false],
    ['DataView', 'new DataView(new ArrayBuffer(2))', false],
    ['holes', '[1, , 2]', false],
  ])('copyState takes %s of another realm, and makes it this realm’s', (_title, source, isPlain) => {
    const original = { field: foreign(source) };
    const copy = copyState(original);
    expect(differenceBetween(copy.values, original)).toBeUndefined();
    expect(copy.isPlain).toBe(isPlain);
    for (const object of objectsIn(copy.values))
      expect(Object.getPrototypeOf(object) === homeOf(object)).toBe(true);
  });

  it('copyState keeps one object one, across fields too', () => {
    const { values } = copyState({ first: shared, second: [shared], third: ring });
    expect((values.second as unknown[])[0]).toBe(values.first);
    expect((values.third as typeof ring).self).toBe(values.third);
  });

  it('copyState copies only the bytes that a view shows', () => {
    const { values } = copyState({ field: new Uint8Array(pool, 8, 4) });
    expect((values.field as Uint8Array).buffer.byteLength).toBe(4);
  });

  it('copyState lets views that share a buffer share one, copied whole', () => {
    const { values } = copyState({
      bytes: new Uint8Array(pool, 8, 8),
      number: new Float64Array(pool, 8, 1),
      pool,
      other: new Uint8Array(4),
    });
    expect((values.bytes as Uint8Array).buffer).toBe(values.pool);
    expect((values.number as Float64Array).buffer).toBe(values.pool);
    expect((values.bytes as Uint8Array).byteOffset).toBe(8);
    expect((values.pool as ArrayBuffer).byteLength).toBe(64);
    expect((values.other as Uint8Array).buffer.byteLength).toBe(4);
  });

  it('copyState takes a view twice for one view, and copies its own bytes only', () => {
    const view = new Uint8Array(pool, 8, 4);
    const { values } = copyState({ first: view, second: view });
    expect(values.first).toBe(values.second);
    expect((values.first as Uint8Array).buffer.byteLength).toBe(4);
  });

  it('copyState keeps an own __proto__ a property, and touches no prototype', () => {
    const keys = Array.from({ length: 100 }, (_, index) => `"key ${index}":0`).join();
    for (const json of ['{"__proto__":{"polluted":true}}', `{"__proto__":{"polluted":true},${keys}}`]) {
      const { values } = copyState({ field: JSON.parse(json) });
      expect(Object.getPrototypeOf(values.field)).toBe(Object.prototype);
      expect(Object.getOwnPropertyDescriptor(values.field, '__proto__')?.value).toEqual({ polluted: true });
    }
    expect('polluted' in {}).toBe(false);
  });

  it('copyState does not take what someone put on Object.prototype for state', () => {
    Object.defineProperty(Object.prototype, 'inherited', {
      value: () => 1,
      enumerable: true,
      configurable: true,
    });
    try {
      const { values, isPlain } = copyState({ field: { a: { b: 1 } } });
      expect(Object.hasOwn(values.field as object, 'inherited')).toBe(false);
      expect(isPlain).toBe(true);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'inherited');
    }
  });

  it('copyState gives a state without a prototype one, so that it can be plain', () => {
    const copy = copyState(Object.assign(Object.create(null), { a: 1 }));
    expect(copy.isPlain).toBe(true);
    expect(Object.getPrototypeOf(copy.values)).toBe(Object.prototype);
  });

  it('copyState thaws what was frozen', () => {
    const { values } = copyState({ field: Object.freeze({ list: Object.freeze([1]) }) });
    (values.field as { list: number[] }).list.push(2);
    expect(values.field).toEqual({ list: [1, 2] });
  });

  it('copyState stores the value that a getter has now', () => {
    let count = 0;
    const { values } = copyState({
      field: {
        get next() {
          count += 1;
          return { count };
        },
      },
    });
    expect(values.field).toEqual({ next: { count: 1 } });
  });

  it('copyState copies objects of any number of keys', () => {
    for (let count = 0; count <= 70; count += 1) {
      const original = {
        field: Object.fromEntries(Array.from({ length: count }, (_, index) => [`key ${index}`, { index }])),
      };
      const { values } = copyState(original);
      expect(differenceBetween(values, original)).toBeUndefined();
      expect(values.field).not.toBe(original.field);
    }
  });

  it('copyState takes a thousand levels', () => {
    for (const wrap of [undefined, (inner: unknown) => [inner], (inner: unknown) => new Map([[1, inner]])]) {
      expect(() => copyState({ field: nest(1000, wrap) })).not.toThrow();
    }
  });
});

function cycleThroughCollections(): unknown {
  const map = new Map<unknown, unknown>();
  const set = new Set<unknown>([map]);
  return map.set('set', set).set(set, [map]);
}

function homeOf(object: object): unknown {
  const name = Object.prototype.toString.call(object).slice(8, -1);
  return (Reflect.get(globalThis, name) as { prototype: object }).prototype;
}
