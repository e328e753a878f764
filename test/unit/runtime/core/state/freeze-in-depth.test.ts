import fc from 'fast-check';
import { freezeInDepth } from '../../../../../src/runtime/core/state/freeze-in-depth';

function isFrozenInDepth(value: unknown): boolean {
  return (
    Object.isFrozen(value) &&
    (typeof value !== 'object' || value === null || Object.values(value).every(isFrozenInDepth))
  );
}

describe('freezeInDepth', () => {
  it('freezeInDepth freezes all JSON data, and gives back the very same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        expect(freezeInDepth(value)).toBe(value);
        expect(isFrozenInDepth(value)).toBe(true);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });

  it('freezeInDepth freezes what is inside an object that is frozen already', () => {
    const rows = [{ n: 1 }];
    freezeInDepth(Object.freeze({ rows }));
    expect(isFrozenInDepth(rows)).toBe(true);
  });

  it('freezeInDepth comes to an end on a cycle', () => {
    const cycle: { self?: object; rows: number[] } = { rows: [1] };
    cycle.self = cycle;
    freezeInDepth(cycle);
    expect([cycle, cycle.rows].every(Object.isFrozen)).toBe(true);
  });

  it('freezeInDepth reaches as deep as JSON does', () => {
    const depth = 100_000;
    let inner = freezeInDepth(JSON.parse('['.repeat(depth) + ']'.repeat(depth)));
    while (inner.length > 0) [inner] = inner;
    expect(Object.isFrozen(inner)).toBe(true);
  });

  it('freezeInDepth leaves bytes alone, which JavaScript cannot freeze', () => {
    const data = freezeInDepth({ bytes: new Uint8Array([1, 2]), rows: [1] });
    expect(Object.isFrozen(data)).toBe(true);
    expect(Object.isFrozen(data.rows)).toBe(true);
  });
});
