import { UnserializableStateError } from '../../../../src/errors';
import { copyResult } from '../../../../src/runtime/core/copy-result';
import { catchError } from './core.helpers';

describe('copyResult', () => {
  it.each<[string, unknown, unknown]>([
    ['undefined', undefined, undefined],
    ['a function, which JSON leaves out', () => 1, undefined],
    ['null', null, null],
    ['a text', 'done', 'done'],
    ['NaN', Number.NaN, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['nested data', { rows: [{ n: 1, gone: undefined }] }, { rows: [{ n: 1 }] }],
    ['a toJSON', { toJSON: () => 7 }, 7],
  ])('gives %s as Lambda would answer it', (_what, result, copy) => {
    expect(copyResult(result)).toEqual(copy);
  });

  it('shares nothing with the original', () => {
    const rows = [{ n: 1 }];
    const copy = copyResult({ rows });
    rows.push({ n: 2 });
    expect(copy).toEqual({ rows: [{ n: 1 }] });
  });

  it.each<[string, () => unknown]>([
    ['a BigInt', () => 7n],
    ['a cycle', makeCycle],
    ['a toJSON that throws', () => ({ toJSON: raise })],
    ['a nest of a hundred thousand lists', () => JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('refuses %s', (_what, make) => {
    const error = catchError(() => copyResult(make()));
    expect(error).toBeInstanceOf(UnserializableStateError);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('says what to return instead', () => {
    const error = catchError(() => copyResult(7n));
    expect(error).toMatchObject({ code: 'UNSERIALIZABLE_STATE', retryable: false, details: { path: 'result', type: 'bigint' } });
    expect(error.message).toMatchInlineSnapshot(`
"The result of the execution cannot be written as JSON.
→ Return plain data from @OnComplete or complete(…): no cycles, no BigInt."
`);
  });
});

function makeCycle(): object {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  return cycle;
}

function raise(): never {
  throw new Error('boom');
}
