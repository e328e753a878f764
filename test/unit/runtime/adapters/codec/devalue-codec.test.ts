import { inspect } from 'node:util';
import { BatonError, CorruptContinuationError, UnserializableStateError } from '../../../../../src/errors';
import { DevalueCodec } from '../../../../../src/runtime/adapters/codec/devalue-codec';
import { copyState } from '../../../../../src/runtime/core/state/copy-state';
import { hostileStrings } from '../../../../helpers/hostile-text';
import { differenceBetween, nest, Socket, withHoles } from '../../core/state/copy-state.helpers';

const codec = new DevalueCodec();

function roundTrip(state: Record<string, unknown>): Record<string, unknown> {
  return codec.decode(codec.encode(state));
}

function corruptionOf(text: string): CorruptContinuationError {
  try {
    codec.decode(text);
  } catch (error) {
    if (error instanceof CorruptContinuationError) return error;
    throw error;
  }
  throw new Error(`${text.slice(0, 100)} was read`);
}

const ring: Record<string, unknown> = JSON.parse('{"__proto__":{"name":"ring"}}');
(Object.getOwnPropertyDescriptor(ring, '__proto__')?.value as Record<string, unknown>).ring = ring;
const pool = Uint8Array.from({ length: 24 }, (_, index) => index * 10).buffer;
const list: unknown[] = [];
list.push(new Map<unknown, unknown>([[list, new Set([list])]]));

describe('DevalueCodec.encode', () => {
  it('DevalueCodec.encode writes plain state as JSON, under a key of its own', () => {
    expect(codec.encode({ cursor: 'a', rows: [1, null] })).toBe('{"json":{"cursor":"a","rows":[1,null]}}');
  });

  it('DevalueCodec.encode writes any other state with devalue, under another key', () => {
    expect(codec.encode({ seen: new Set([1]) })).toBe('{"devalue":[{"seen":1},["Set",2],1]}');
  });

  it.each(['{"json":{}}', '{"devalue":[{}]}', '["Map",1,2]', '["Date","2020"]', '-1', 'Set'])(
    'DevalueCodec.encode keeps %j a string',
    (imitation) => {
      const state = {
        json: imitation,
        devalue: JSON.parse('{"json":{"a":1}}'),
        list: [imitation, 'Set', 'null', -1, -7],
      };
      expect(Object.keys(JSON.parse(codec.encode(state)))).toEqual(['json']);
      expect(Object.keys(JSON.parse(codec.encode({ ...state, seen: new Set() })))).toEqual(['devalue']);
      expect(differenceBetween(roundTrip(state), state)).toBeUndefined();
      expect(
        differenceBetween(roundTrip({ ...state, seen: new Set() }), { ...state, seen: new Set() }),
      ).toBeUndefined();
    },
  );

  it('DevalueCodec.encode names the path of what cannot be stored', () => {
    expect(() => codec.encode({ rows: [new Socket()] })).toThrow(UnserializableStateError);
    expect(() => codec.encode({ rows: [new Socket()] })).toThrow('@State rows[0] is a Socket');
  });

  it('DevalueCodec.encode writes text that UTF-8 does not change', () => {
    for (const state of [
      { a: '\ud800', '\udc00': 1 },
      { a: new Set(['\ud800']), '\udc00': 1 },
    ]) {
      const text = codec.encode(state);
      expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
    }
  });
});

describe('DevalueCodec.encodeCopy', () => {
  it('DevalueCodec.encodeCopy writes what encode writes', () => {
    for (const state of [{ a: [1] }, { a: [undefined] }])
      expect(codec.encodeCopy(copyState(state))).toBe(codec.encode(state));
  });

  it('DevalueCodec.encodeCopy fails with a typed error when the text cannot be written', () => {
    // What happens with half a gigabyte of text happens here with a copy that claims to be what it is not.
    expect(() => codec.encodeCopy({ values: { seen: 1n }, isPlain: true })).toThrow(UnserializableStateError);
    expect(() =>
      codec.encodeCopy({ values: { seen: 1n }, isPlain: true }),
    ).toThrowErrorMatchingInlineSnapshot(`
"The state cannot be written as text: TypeError: Do not know how to serialize a BigInt.
→ Keep less in @State: large data belongs in a store of its own, with its key in @State."
`);
  });
});

describe('DevalueCodec.decode', () => {
  it.each<[string, unknown]>([
    ['JSON’s values', { a: [1, 'x', true, null, { b: [] }] }],
    ['undefined', [undefined, { a: undefined }]],
    ['numbers beyond JSON', [-0, NaN, Infinity, -Infinity, 5e-324]],
    ['BigInt', [10n ** 40n, -1n, 0n]],
    ['Date', [new Date(0), new Date(-8.64e15), new Date(8.64e15), new Date(NaN)]],
    [
      'Map',
      new Map<unknown, unknown>([
        [{ key: 1 }, 1],
        ['a', new Map()],
        [NaN, undefined],
      ]),
    ],
    ['Set', new Set([1, 'a', { a: 1 }, new Set()])],
    ['URL', new URL('https://user:pass@example.org:81/a%20b?c=d&e#f')],
    ['ArrayBuffer', pool],
    ['DataView', new DataView(pool, 3, 5)],
    ['Int8Array', new Int8Array(pool)],
    ['Uint8Array', new Uint8Array(pool)],
    ['Uint8ClampedArray', new Uint8ClampedArray(pool)],
    ['Int16Array', new Int16Array(pool)],
    ['Uint16Array', new Uint16Array(pool)],
    ['Int32Array', new Int32Array(pool)],
    ['Uint32Array', new Uint32Array(pool)],
    ['Float32Array', new Float32Array(pool)],
    ['Float64Array', new Float64Array(pool)],
    ['BigInt64Array', new BigInt64Array(pool)],
    ['BigUint64Array', new BigUint64Array(pool)],
    ['an empty typed array', new Float64Array(0)],
    ['a view on a part', new Uint8Array(pool, 5, 3)],
    [
      'views that share a buffer',
      [new Uint8Array(pool, 8, 8), new Float64Array(pool, 8, 2), pool, new Uint8Array(pool, 0, 0)],
    ],
    ['holes', withHoles(5, { 1: 'a', 3: undefined })],
    ['very sparse arrays', withHoles(4_000_000_000, { 3999999999: 'z' })],
    ['null prototypes', Object.assign(Object.create(null), { constructor: 1, a: Object.create(null) })],
    ['an own __proto__', JSON.parse('{"__proto__":{"polluted":true},"__proto__~":1,"__proto__~~":2}')],
    [
      'an own __proto__ without a prototype',
      Object.defineProperty(Object.create(null), '__proto__', { value: 1, enumerable: true }),
    ],
    ['a cycle through an own __proto__', ring],
    ['a cycle through an array, a Map and a Set', list],
    ['keys in their order', { b: 1, '01': 2, 2: 3, 1: 4, '-1': 5, a: 6 }],
    ['hostile keys', Object.fromEntries(hostileStrings.map((key) => [`${key}`, key]))],
    ['hostile strings', hostileStrings],
    ['a thousand levels', nest(1000)],
    ['a thousand Maps', nest(1000, (inner) => new Map([['inner', inner]]))],
  ])('DevalueCodec.decode gives back %s', (_title, value) => {
    const plain = { field: value };
    // With something that JSON cannot express beside it, both forms are tried.
    const mixed = { field: value, other: undefined };
    expect(differenceBetween(roundTrip(plain), plain)).toBeUndefined();
    expect(differenceBetween(roundTrip(mixed), mixed)).toBeUndefined();
    expect('polluted' in {}).toBe(false);
  });

  it('DevalueCodec.decode gives an own __proto__ back as an ordinary property', () => {
    for (const other of [1, undefined]) {
      const { field } = roundTrip({ field: JSON.parse('{"__proto__":{"polluted":true}}'), other }) as {
        field: object;
      };
      expect(Object.getPrototypeOf(field)).toBe(Object.prototype);
      expect(Object.getOwnPropertyDescriptor(field, '__proto__')).toEqual({
        value: { polluted: true },
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', 'cursor'],
    ['half of it', codec.encode({ a: [1, 2] }).slice(0, -3)],
    ['a number', '1'],
    ['null', 'null'],
    ['a string', '"json"'],
    ['an array', '["json",{}]'],
    ['no form', '{}'],
    ['an unknown form', '{"yaml":{}}'],
    ['two forms', '{"json":{},"devalue":[{}]}'],
    ['a form of a prototype', '{"__proto__":{"json":{}}}'],
    ['an array of fields', '{"json":[]}'],
    ['no fields', '{"json":null}'],
    ['a devalue text that is not a list', '{"devalue":{}}'],
    ['an empty devalue list', '{"devalue":[]}'],
    ['a root that is no object of fields', '{"devalue":[["Map"]]}'],
    ['a root that is an array', '{"devalue":[[]]}'],
    ['a root without a prototype', '{"devalue":[["null","a",1],1]}'],
    ['an index beyond the end', '{"devalue":[{"a":9}]}'],
    ['an unknown tag', '{"devalue":[{"a":1},["Function","alert(1)"]]}'],
    ['a RegExp', '{"devalue":[{"a":1},["RegExp","(a+)+$"]]}'],
    ['a boxed value', '{"devalue":[{"a":1},["Object",2],1]}'],
    ['URLSearchParams', '{"devalue":[{"a":1},["URLSearchParams","https://example.org/"]]}'],
    ['a Temporal value', '{"devalue":[{"a":1},["Temporal.Instant","2020-01-01T00:00Z"]]}'],
    ['no URL', '{"devalue":[{"a":1},["URL","nowhere"]]}'],
    ['a raw __proto__ key', '{"devalue":[{"__proto__":1},{"polluted":2},true]}'],
    [
      'a raw __proto__ key of a null object',
      '{"devalue":[{"a":1},["null","__proto__",2],{"polluted":3},true]}',
    ],
    ['a huge typed array', '{"devalue":[{"a":1},["Float64Array",2],4294967295]}'],
    ['ten megabytes of arrays', '['.repeat(10_000_000)],
    ['ten megabytes of nested JSON', `{"json":{"a":${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}}}`],
    [
      'a million nested devalue arrays',
      `{"devalue":[{"a":1},${Array.from({ length: 1_000_000 }, (_, index) => `[${index + 2}]`).join()},1]}`,
    ],
  ])('DevalueCodec.decode refuses %s with a typed error', (_title, text) => {
    const error = corruptionOf(text);
    expect(BatonError.is(error)).toBe(true);
    expect(error.details.reason).toMatch(/^the state /);
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    ['JSON', '{"json":{"card":"secret"'],
    ['a URL', '{"devalue":[{"a":1},["URL","secret"]]}'],
    ['a BigInt', '{"devalue":[{"a":1},["BigInt","secret"]]}'],
    ['a tag', '{"devalue":[{"a":1},["secret"]]}'],
  ])('DevalueCodec.decode quotes nothing of the state when %s is damaged', (_title, text) => {
    expect(inspect(corruptionOf(text), { showHidden: true, depth: 9 })).not.toContain('secret');
  });

  it('DevalueCodec.decode refuses what is not text', () => {
    for (const value of [undefined, null, {}, 1])
      expect(() => codec.decode(value as unknown as string)).toThrow(CorruptContinuationError);
  });

  it('DevalueCodec.decode does not allocate what a text only claims to hold', () => {
    const { a } = codec.decode('{"devalue":[{"a":1},[-7,4294967295]]}');
    expect((a as unknown[]).length).toBe(4294967295);
  });

  it('DevalueCodec.decode says what is wrong and one thing to do', () => {
    expect(corruptionOf('{').message).toMatchInlineSnapshot(`
"The checkpoint cannot be read: the state is not JSON.
→ Resume from an earlier checkpoint, or start the execution again."
`);
    expect(corruptionOf('{}').message).toMatchInlineSnapshot(`
"The checkpoint cannot be read: the state has no known form.
→ Resume from an earlier checkpoint, or start the execution again."
`);
    expect(corruptionOf('{"devalue":[{"a":9}]}').message).toMatchInlineSnapshot(`
"The checkpoint cannot be read: the state is damaged.
→ Resume from an earlier checkpoint, or start the execution again."
`);
    expect(corruptionOf('{"devalue":[[]]}').message).toMatchInlineSnapshot(`
"The checkpoint cannot be read: the state is not an object of fields.
→ Resume from an earlier checkpoint, or start the execution again."
`);
    expect(
      corruptionOf(`{"json":{"a":${'['.repeat(1001)}${']'.repeat(1001)}}}`).message,
    ).toMatchInlineSnapshot(`
"The checkpoint cannot be read: the state is nested too deeply.
→ Resume from an earlier checkpoint, or start the execution again."
`);
  });
});

const itWithFloat16 = 'Float16Array' in globalThis ? it : it.skip;

describe('DevalueCodec on Node.js 24', () => {
  itWithFloat16('gives back Float16Array', () => {
    const halves: unknown = Reflect.construct(Reflect.get(globalThis, 'Float16Array') as () => void, [
      [1.5, -0, NaN],
    ]);
    expect(differenceBetween(roundTrip({ halves }), { halves })).toBeUndefined();
  });
});

describe('DevalueCodec.decodeParsed', () => {
  it('DevalueCodec.decodeParsed reads a state out of an envelope that was parsed already', () => {
    for (const state of [{ a: [1] }, { a: new Set([1]) }]) {
      const envelope = JSON.parse(`{"state":${codec.encode(state)}}`);
      expect(differenceBetween(codec.decodeParsed(envelope.state), state)).toBeUndefined();
    }
  });
});
