import fc from 'fast-check';
import { InvalidInputError, UnserializableStateError } from '../../../../../src/errors';
import { copyInput, copyJson } from '../../../../../src/runtime/core/state/copy-json';
import { catchError } from '../core.helpers';

function nest(levels: number): unknown {
  return JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
}

function makeCycle(): object {
  const cycle: { rows: unknown[] } = { rows: [] };
  cycle.rows.push({ owner: cycle });
  return cycle;
}

class Money {
  readonly cents = 7;
}

describe('copyJson', () => {
  it('copyJson gives all JSON data as it is, and shares nothing with it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(copyJson('result', value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const rows = [{ n: 1 }];
    const copy = copyJson('result', { rows });
    rows.push({ n: 2 });
    expect(copy).toEqual({ rows: [{ n: 1 }] });
  });

  it('copyJson gives each value as it reads after JSON, or refuses it with a path: whatever it is', () => {
    const values = fc.anything({
      ...{
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withNullPrototype: true,
      },
      ...{ withSparseArray: true, withTypedArray: true, withUnicodeString: true },
    });
    fc.assert(
      fc.property(values, (value) => {
        let copy: unknown;
        try {
          copy = copyJson('result', value);
        } catch (error) {
          expect(error).toBeInstanceOf(UnserializableStateError);
          expect((error as UnserializableStateError).details.path).toMatch(/^result/);
          return;
        }
        if (copy !== undefined) expect(JSON.parse(JSON.stringify(copy))).toStrictEqual(copy);
        expect(normalise(copy)).toEqual(normalise(value));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, unknown, unknown]>([
    ['undefined, which is no value', undefined, undefined],
    [
      'a property that is undefined, which reads the same when it is left out',
      { a: undefined, b: [{ c: undefined }] },
      { b: [{}] },
    ],
    ['-0, which is 0', { a: [-0], b: -0 }, { a: [0], b: 0 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      'an own __proto__',
      JSON.parse('{"__proto__":{"a":1},"b":null}'),
      JSON.parse('{"__proto__":{"a":1},"b":null}'),
    ],
    [
      'an enumerable getter on a plain object, as its value',
      {
        get a() {
          return 1;
        },
      },
      { a: 1 },
    ],
  ])('copyJson carries %s', (_what, value, copy) => {
    expect(copyJson('result', value)).toStrictEqual(copy);
  });

  it('copyJson carries twice what is referred to twice', () => {
    const shared = { n: 1 };
    expect(JSON.stringify(copyJson('result', { a: shared, b: [shared, null] }))).toBe(
      '{"a":{"n":1},"b":[{"n":1},null]}',
    );
  });

  it.each<[string, () => unknown, string, string]>([
    ['a Date', () => ({ rows: [{ at: new Date(0) }] }), 'result.rows[0].at', 'Date'],
    ['a Map', () => ({ 'a b': new Map() }), 'result["a b"]', 'Map'],
    ['a Set', () => new Set(), 'result', 'Set'],
    ['a URL', () => [new URL('https://a.b')], 'result[0]', 'URL'],
    ['bytes', () => ({ bytes: new Uint8Array(1) }), 'result.bytes', 'Uint8Array'],
    ['an Error', () => ({ error: new Error('boom') }), 'result.error', 'Error'],
    ['a class instance', () => ({ price: new Money() }), 'result.price', 'Money'],
    ['an object with toJSON', () => ({ a: { toJSON: () => 7 } }), 'result.a.toJSON', 'function'],
    ['a function', () => [() => 1], 'result[0]', 'function'],
    ['a symbol', () => ({ a: Symbol('a') }), 'result.a', 'symbol'],
    ['what stands under a symbol', () => ({ [Symbol('a')]: 1 }), 'result[Symbol(a)]', 'symbol key'],
    ['NaN', () => ({ a: [1, Number.NaN] }), 'result.a[1]', 'number'],
    ['Infinity', () => ({ a: Number.POSITIVE_INFINITY }), 'result.a', 'number'],
    ['a BigInt', () => ({ a: 1n }), 'result.a', 'BigInt'],
    ['undefined in a list', () => ({ a: [undefined] }), 'result.a[0]', 'undefined'],
    ['a hole in a list', () => new Array(1), 'result[0]', 'undefined'],
    ['a cycle', makeCycle, 'result.rows[0].owner', 'cycle'],
    [
      'a getter that throws',
      () => ({
        get a() {
          throw new Error('boom');
        },
      }),
      'result.a',
      'unreadable',
    ],
    [
      'a nest of a thousand and one objects',
      () => nest(1_001),
      `result${'.a'.repeat(72)}…${'.a'.repeat(75)}`,
      'nesting',
    ],
  ])('copyJson refuses %s, naming the path', (_what, make, path, type) => {
    const error = catchError(() => copyJson('result', make()));
    expect(error).toMatchObject({ code: 'UNSERIALIZABLE_STATE', retryable: false, details: { path, type } });
  });

  it('copyJson takes a thousand levels', () => {
    expect(copyJson('result', nest(1_000))).toEqual(nest(1_000));
  });

  it('copyJson says what to write instead', () => {
    expect(catchError(() => copyJson('result', { at: new Date(0) })).message).toMatchInlineSnapshot(`
"The value result.at is a Date, which JSON cannot carry.
→ Write it as text: date.toISOString()."
`);
    expect(catchError(() => copyJson('result', { price: new Money() })).message).toMatchInlineSnapshot(`
"The value result.price is a Money, which cannot be stored.
→ Write it as plain data: texts, finite numbers, booleans, null, lists and plain objects."
`);
    expect(catchError(() => copyJson('result', makeCycle())).message).toMatchInlineSnapshot(`
"The value result.rows[0].owner refers to what it is a part of, which JSON cannot carry.
→ Write it as plain data: texts, finite numbers, booleans, null, lists and plain objects."
`);
    expect(catchError(() => copyJson('result', [Number.NaN])).message).toMatchInlineSnapshot(`
"The value result[0] is NaN, which JSON cannot carry.
→ Write it as plain data: texts, finite numbers, booleans, null, lists and plain objects."
`);
  });
});

describe('copyInput', () => {
  it('copyInput makes null of no input at all', () => {
    expect(copyInput(undefined)).toBeNull();
  });

  it('copyInput refuses what is no JSON as an input, naming the path and no value', () => {
    const error = catchError(() => copyInput({ since: new Date(0) }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.details).toEqual({ job: '', faults: ['input.since is no JSON'] });
    expect(error.message).toMatchInlineSnapshot(`
"The start event is not a JSON document: The value input.since is a Date, which JSON cannot carry.
→ Write it as text: date.toISOString()."
`);
  });
});

/** What reads the same in JavaScript whichever way it was written. */
function normalise(value: unknown): unknown {
  if (value === 0) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(normalise);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, normalise(inner)]])),
  );
}
