import fc from 'fast-check';
import { parseJson } from '../../../../../src/runtime/core/state/json';

const rounded = 'a number that JavaScript cannot hold';
const repeated = 'a key that stands twice in one object';
const read = (text: string) => parseJson(text) as { value: unknown; loss: string | undefined };

describe('parseJson', () => {
  it.each([
    '0',
    '-0',
    '7',
    '-12',
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '1.10',
    '100.00',
    '-0.5e-3',
    '1e2',
    '1E+21',
    '1e308',
    '0.10000000000000001',
    '0.30000000000000004',
    '0.1000000000000000056',
    '5e-324',
    '4.9406564584124654e-324',
    '0.0',
    '0e99',
    '123456789.012345',
    '-592870541465242.2',
    '592870541465242.3',
  ])('parseJson keeps the number %s', (text) => {
    expect(read(text)).toEqual({ kind: 'json', value: Number(text), loss: undefined });
  });

  it.each([
    '9007199254740992',
    '9007199254740993',
    '653247040368672768',
    '12345678901234567890',
    '-9223372036854775807',
    '1e400',
    '-1e400',
    '1e-400',
    '0.1234567890123456789',
    '123456789012345678e0',
    '1.00000000000000001',
    `0.${'3'.repeat(200)}`,
  ])('parseJson says that the number %s is lost', (text) => {
    expect(read(text).loss).toBe(rounded);
    expect(read(`{"rows":[{"id":${text}}]}`).loss).toBe(rounded);
  });

  it('parseJson takes no digits in a text for a number', () => {
    expect(read('{"9007199254740993":"9007199254740993 \\" 1e400"}').loss).toBeUndefined();
  });

  it('parseJson says that a key stands twice, wherever that is', () => {
    expect(read('{"a":1,"a":1}').loss).toBe(repeated);
    expect(read('[{"a":{"b":1,"c":2,"b" :3}}]').loss).toBe(repeated);
    expect(read('{"a":1,"\\u0061":2}').loss).toBe(repeated);
    expect(read('{"a":{"a":"a:"},"b":[":",{"a":null}]}').loss).toBeUndefined();
  });

  it('parseJson says what is no JSON', () => {
    expect(['', 'a', '{', '01', '\ufeff1'].map((text) => parseJson(text).kind)).toEqual([
      'text',
      'text',
      'text',
      'text',
      'text',
    ]);
  });

  it('parseJson finds no loss in whatever JavaScript writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const isSafe = !/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''));
        if (isSafe) expect(read(text)).toEqual({ kind: 'json', value: JSON.parse(text), loss: undefined });
      }),
    );
  });

  it('parseJson keeps a decimal number exactly when it has the same digits again', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 16, max: 22 }),
        (value, digits) => {
          expect(read(`[${value.toExponential(digits)}]`).loss).toBeUndefined();
        },
      ),
    );
  });

  it('parseJson reads a text of a megabyte', () => {
    const text = JSON.stringify({
      note: '\\"'.repeat(250_000),
      rows: Array.from({ length: 20_000 }, (_, n) => n / 7),
    });
    expect(read(text).loss).toBeUndefined();
  });
});
