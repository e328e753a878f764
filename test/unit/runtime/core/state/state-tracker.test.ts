import { StateTracker } from '../../../../../src/runtime/core/state/state-tracker';
import { fuzzState } from '../../../../helpers/fuzz-state';

type Fields = Record<string, unknown>;

/** A tracker that has captured the state once, and the next capture of it. */
function track(live: Fields, isClose = false) {
  const tracker = new StateTracker(false);
  const fields = Object.keys(live);
  const capture = () => tracker.capture(live, fields, isClose);
  return { first: capture(), capture };
}

describe('a state tracker', () => {
  it('A state tracker gives what the plain copier gives, whatever is edited in place, and never changes an earlier capture', () => {
    let [tracked, refused] = [0, 0];
    for (let seed = 0; seed < 70; seed += 1) {
      const report = fuzzState(seed, 60);
      tracked += report.tracked;
      refused += report.refused;
    }
    // Most captures are the tracker's own, and some states cannot be stored: else the comparison means little.
    expect(tracked).toBeGreaterThan(2_000);
    expect(refused).toBeGreaterThan(7);
  });

  it('A state tracker shares with the last capture what has not changed, and copies the way to what has', () => {
    const live = { rows: [{ id: 1 }, { id: 2 }], totals: { seen: 0 } };
    const { first, capture } = track(live);
    (live.rows[1] as { id: number }).id = 3;
    const second = capture();
    expect(second?.values).toEqual(live);
    const [before, after] = [first?.values.rows, second?.values.rows] as [unknown[], unknown[]];
    expect(after).not.toBe(before);
    expect(after[0]).toBe(before[0]);
    expect(second?.values.totals).toBe(first?.values.totals);
    expect(first?.values.rows).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('A state tracker gives the very same values when nothing has changed', () => {
    const { first, capture } = track({
      at: new Date(1),
      of: new Map([['a', [1]]]),
      bytes: new Uint8Array(3),
    });
    expect(capture()?.values).toBe(first?.values);
  });

  it.each<[string, Fields, (live: Fields) => void]>([
    ['a Date', { at: new Date(1) }, ({ at }) => (at as Date).setTime(2)],
    ['a Map', { of: new Map([['a', 1]]) }, ({ of }) => (of as Map<string, number>).set('a', 2)],
    ['a Set', { of: new Set([1]) }, ({ of }) => (of as Set<number>).add(2)],
    ['bytes', { of: new Uint8Array(2) }, ({ of }) => (of as Uint8Array).set([7])],
    ['many bytes', { of: new Uint8Array(5_000) }, ({ of }) => (of as Uint8Array).set([7], 4_999)],
    ['a URL', { of: new URL('https://a.b/') }, ({ of }) => Object.assign(of as URL, { hash: 'x' })],
    ['0, which becomes -0', { n: 0 }, (live) => Object.assign(live, { n: -0 })],
    ['the order of keys', { of: { a: 1, b: 2 } }, (live) => Object.assign(live, { of: { b: 2, a: 1 } })],
    ['undefined in an array', { of: [1] }, ({ of }) => Object.assign(of as unknown[], { 0: undefined })],
  ])('A state tracker sees %s changed in place', (_what, live, change) => {
    const { first, capture } = track(live);
    change(live);
    const next = capture()?.values;
    expect(next).toEqual(live);
    expect(next).not.toBe(first?.values);
    if ('n' in live) expect(Object.is(next?.n, -0)).toBe(true);
  });

  it.each<[string, () => Fields]>([
    ['an object that is met twice', () => ({ one: rows, other: rows })],
    ['a cycle', () => Object.assign(ring, { ring })],
    ['two views of one buffer', () => ({ one: new Uint8Array(bytes), other: new Uint8Array(bytes) })],
    ['a function', () => ({ run: () => {} })],
    ['a class instance', () => ({ of: new (class Row {})() })],
    ['a hole', () => ({ of: new Array(2) })],
    ['a symbol key', () => ({ of: { [Symbol('key')]: 1 } })],
    ['an object without a prototype', () => ({ of: Object.create(null) })],
    ['a getter that throws', () => ({ of: Object.defineProperty({}, 'x', { enumerable: true, get: fail }) })],
  ])('A state tracker leaves %s to the plain copier', (_what, make) => {
    expect(track(make()).first).toBeUndefined();
  });

  it('A state tracker takes the state again after one that it has left to the plain copier', () => {
    const live: Fields = { of: { x: 1 } };
    const { capture } = track(live);
    live.again = live.of;
    const tracker = new StateTracker(false);
    expect(tracker.capture(live, ['of', 'again'], true)).toBeUndefined();
    live.again = null;
    (live.of as Fields).x = 2;
    expect(tracker.capture(live, ['of', 'again'], true)?.values).toEqual({ of: { x: 2 }, again: null });
    expect(capture()?.values).toEqual({ of: { x: 2 } });
  });

  it.each<[string, (row: object) => unknown]>([
    ['a symbol key', (row) => Object.assign(row, { [Symbol('key')]: 1 })],
    ['a hidden property', (row) => Object.defineProperty(row, 'hidden', { value: 1 })],
    ['another prototype', (row) => Object.setPrototypeOf(row, class {}.prototype)],
  ])('A state tracker finds %s that a known object has got by a close look', (_what, change) => {
    const row = { id: 1 };
    const { first, capture } = track({ row }, true);
    expect(first).toBeDefined();
    change(row);
    expect(capture()).toBeUndefined();
  });

  it('A state tracker leaves the first captures to the plain copier, and all for a while where rows are replaced as a whole', () => {
    const tracker = new StateTracker();
    const seen = Array.from({ length: 40 }, () => {
      const live = { rows: Array.from({ length: 10 }, (_, id) => ({ id })) };
      return tracker.capture(live, ['rows'], false) !== undefined;
    });
    expect(seen.slice(0, 4)).toEqual([false, false, true, true]);
    expect(seen.filter(Boolean).length).toBeLessThan(8);
  });
});

const rows = [1];
const bytes = new ArrayBuffer(4);
const ring: Fields = {};

function fail(): never {
  throw new Error('cannot be read');
}
