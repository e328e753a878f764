import { StateTracker } from '../../../../../src/runtime/core/state/state-tracker';

/** One more than the state's rows: their array. */
const objects = 12;

/** No rest is longer. */
const farTooMany = 2_000;

/** A tracker, and what it does with a state in which so many of twelve objects are new: whether it makes the capture itself. */
function observe() {
  const tracker = new StateTracker();
  const rows = Array.from({ length: objects - 1 }, (_, id): unknown => ({ id }));
  const fields = ['rows'];
  const look = (newCount = 0) => {
    for (let index = 0; index < newCount; index += 1) rows[index] = { id: index };
    return tracker.capture({ rows }, fields, false) !== undefined;
  };
  /** So many looks in a row, at a state of which nothing is new, that the plain copier makes. */
  const countRest = () => {
    let count = 0;
    while (count < farTooMany && !look()) count += 1;
    return count;
  };
  return { look, countRest, fail: () => tracker.capture({ rows: () => {} }, fields, false) };
}

const times = <Result>(count: number, act: () => Result) => Array.from({ length: count }, act);

describe('the rests of a state tracker', () => {
  it('A state tracker leaves the first two captures to the plain copier', () => {
    expect(observe().countRest()).toBe(2);
  });

  it('A state tracker rests where more than a quarter of the objects, and one, are new twice in a row', () => {
    const { look, countRest } = observe();
    countRest();
    // All are new where a state is met first; then nothing is, which ends the row.
    look();
    expect([look(5), look(5), look()]).toEqual([true, true, false]);
  });

  it.each([
    ['a quarter of the objects, and one, are new', [4, 4, 4, 4]],
    ['more are new every other time', [11, 0, 11, 0, 11, 0]],
  ])('A state tracker goes on where %s', (_what, counts) => {
    const { look, countRest } = observe();
    countRest();
    look();
    expect([...counts, 0].map((count) => look(count))).toEqual([...counts, 0].map(() => true));
  });

  it('A state tracker rests for 8 captures, then twice as long each time, and never for more than 512', () => {
    const { countRest, fail } = observe();
    countRest();
    const rests = times(9, () => {
      fail();
      return countRest();
    });
    expect(rests).toEqual([8, 16, 32, 64, 128, 256, 512, 512, 512]);
  });

  it.each([
    [32, 8],
    [31, 16],
  ])('A state tracker that was of use %i times in a row rests for %i captures', (useful, rest) => {
    const { look, countRest, fail } = observe();
    countRest();
    fail();
    // The look that ends the rest is the first of them.
    countRest();
    times(useful - 1, () => look());
    fail();
    expect(countRest()).toBe(rest);
  });

  it('A state tracker begins to count again after a rest', () => {
    const { look, countRest, fail } = observe();
    countRest();
    times(20, () => look());
    fail();
    countRest();
    times(20, () => look());
    fail();
    expect(countRest()).toBe(16);
  });
});
