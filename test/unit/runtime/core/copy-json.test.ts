import { InvalidInputError } from '../../../../src/errors';
import { copyJson } from '../../../../src/runtime/core/copy-json';
import { catchError } from './core.helpers';

function nest(levels: number): unknown {
  return JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
}

describe('copyJson', () => {
  it('gives what JSON makes of a document, and shares nothing with it', () => {
    const document = { when: new Date(0), gone: undefined, list: [{ n: 1 }] };
    const copy = copyJson(document);
    expect(copy).toEqual({ when: '1970-01-01T00:00:00.000Z', list: [{ n: 1 }] });
    document.list.push({ n: 2 });
    expect(copy).toMatchObject({ list: [{ n: 1 }] });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('makes null of %s', (_what, document) => {
    expect(copyJson(document)).toBeNull();
  });

  it('takes a thousand levels, and refuses one more', () => {
    expect(copyJson(nest(1_000))).toEqual(nest(1_000));
    const error = catchError(() => copyJson(nest(1_001)));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.cause).toEqual(new RangeError('more than 1000 levels deep'));
  });

  it('finds the deepest level wherever it lies', () => {
    expect(() => copyJson([1, { shallow: null }, nest(1_000), 2])).toThrow(InvalidInputError);
    expect(() => copyJson([1, { shallow: null }, nest(999), 2])).not.toThrow();
  });

  it('refuses what JSON cannot express, with its cause, and says no more of it than that', () => {
    const error = catchError(() => copyJson({ secret: 1n }));
    expect(error.details).toEqual({ job: '', faults: ['not JSON'] });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(error.message).not.toContain('secret');
  });
});
