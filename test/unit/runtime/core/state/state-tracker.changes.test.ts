import { StateTracker } from '../../../../../src/runtime/core/state/state-tracker';
import { faultOfCapture } from '../../../../helpers/fault-of-capture';
import { nest } from './copy-state.helpers';

type Fields = Record<string, unknown>;

/** A tracker that knows all of a state, and its next look at it. */
function know(live: Fields) {
  const tracker = new StateTracker(false);
  const fields = Object.keys(live);
  const look = (isClose = true) => tracker.capture(live, fields, isClose);
  // Where most objects are new twice in a row all are forgotten: the second look finds none.
  return { known: [look(), look()][1], look };
}

/** The next look at a known state that has been changed: its capture, which is what the plain copier gives. */
function lookAfter(live: Fields, change: () => void) {
  const { known, look } = know(live);
  expect(faultOfCapture(live, known)).toBeUndefined();
  expect(known).toBeDefined();
  change();
  const next = look();
  expect(faultOfCapture(live, next)).toBeUndefined();
  return { before: known?.values as Fields, next, values: next?.values as Fields };
}

/** What has an identity, and what a close look finds on it. */
const holders: readonly [string, () => object][] = [
  ['an object', () => ({ id: 1 })],
  ['an array', () => [1, 2]],
  ['a Date', () => new Date(1)],
  ['a Map', () => new Map([['a', 1]])],
  ['a Set', () => new Set([1])],
  ['a URL', () => new URL('https://a.b/')],
  ['a buffer', () => new ArrayBuffer(3)],
  ['bytes', () => new Uint8Array(3)],
];
const disguises: readonly [string, (target: object) => unknown][] = [
  ['a symbol key', (target) => Object.defineProperty(target, Symbol('key'), { value: 1 })],
  ['a hidden property', (target) => Object.defineProperty(target, 'hidden', { value: 1 })],
  ['a subclass', (target) => Object.setPrototypeOf(target, Object.create(Object.getPrototypeOf(target)))],
  ['no prototype', (target) => Object.setPrototypeOf(target, null)],
];
/** Neither copier has ever kept these: `Object.values` does not show them, and bytes are copied alone. */
const unseen = new Set(['an array, a hidden property', 'bytes, a hidden property', 'bytes, a symbol key']);

/** What a URL and bytes mean is read by their prototype: without one even a quick look cannot take them. */
const isReadByIt = (what: string, disguise: string) =>
  disguise === 'no prototype' && ['a URL', 'a buffer', 'bytes'].includes(what);

const places: readonly [string, (target: object) => unknown][] = [
  ['in a field', (target) => target],
  ['in an object', (of) => ({ of })],
  ['in an array', (target) => [0, target]],
  ['in a Map', (target) => new Map([['a', target]])],
  ['in a Set', (target) => new Set([target])],
];

describe('a state tracker that knows a state', () => {
  it.each(holders)(
    'A state tracker that knows %s finds by a close look what is not among its keys',
    (what, make) => {
      for (const [disguise, apply] of disguises)
        for (const [, place] of places) {
          const target = make();
          const live: Fields = { at: place(target) };
          const { known, look } = know(live);
          apply(target);
          // A quick look asks for nothing of it.
          const quick = look(false);
          expect([disguise, quick?.values === known?.values]).toEqual([
            disguise,
            !isReadByIt(what, disguise),
          ]);
          const capture = look();
          expect([disguise, capture !== undefined]).toEqual([disguise, unseen.has(`${what}, ${disguise}`)]);
          expect(faultOfCapture(live, capture)).toBeUndefined();
        }
    },
  );

  it.each<[string, number, (inner: unknown) => object]>([
    ['objects', 1_000, (next) => ({ next })],
    ['arrays', 1_000, (next) => [next]],
    ['rows', 500, (next) => [{ next }]],
    ['Maps', 1_000, (next) => new Map([['next', next]])],
    ['Sets', 1_000, (next) => new Set([next])],
  ])(
    'A state tracker follows %s as deep as the plain copier, new, known and moved',
    (_what, levels, wrap) => {
      const deepest = nest(levels, wrap);
      const live: Fields = { at: deepest };
      const { known, look } = know(live);
      expect(known).toBeDefined();
      live.at = wrap(deepest);
      expect(look()).toBeUndefined();
      expect(new StateTracker(false).capture(live, ['at'], false)).toBeUndefined();
      live.at = deepest;
      const back = look();
      expect(back).toBeDefined();
      expect(faultOfCapture(live, back)).toBeUndefined();
    },
  );

  it.each<[string, () => Fields, (live: Fields) => unknown]>([
    ['a row', () => ({ first: null, rows: [{}, {}] }), (live) => (live.first = of(live, 'rows', 1))],
    [
      'the row before',
      () => ({ rows: [{}, {}] }),
      ({ rows }) => Object.assign(rows as object, { 1: of(rows, 0) }),
    ],
    [
      'the row behind',
      () => ({ rows: [{}, {}] }),
      ({ rows }) => Object.assign(rows as object, { 0: of(rows, 1) }),
    ],
    ['an array', () => ({ first: null, rows: [[1], [2]] }), (live) => (live.first = of(live, 'rows', 1))],
    ['a Date', () => ({ at: new Date(1), again: null }), (live) => (live.again = live.at)],
    ['a value of a Map', () => ({ of: new Map([['a', row]]), again: null }), (live) => (live.again = row)],
    ['a member of a Set', () => ({ again: null, of: new Set([row]) }), (live) => (live.again = row)],
    ['what holds it', () => ({ at: { of: null } }), ({ at }) => Object.assign(at as object, { of: at })],
    ['bytes', () => ({ at: new Uint8Array(2), again: null }), (live) => (live.again = live.at)],
    [
      'a buffer with bytes before',
      () => ({ at: new Uint8Array(2), again: null }),
      (live) => (live.again = of(live, 'at', 'buffer')),
    ],
    [
      'a buffer with bytes behind',
      () => ({ again: null, at: new Uint8Array(2) }),
      (live) => (live.again = of(live, 'at', 'buffer')),
    ],
    [
      'a buffer that is known',
      () => ({ at: new ArrayBuffer(2), again: null }),
      (live) => (live.again = new Uint8Array(live.at as ArrayBuffer)),
    ],
    [
      'a buffer with a view',
      () => ({ at: new Uint8Array(2), again: null }),
      (live) => (live.again = new DataView(of(live, 'at', 'buffer') as ArrayBuffer)),
    ],
  ])('A state tracker leaves %s to the plain copier when it is met a second time', (_what, make, meet) => {
    const live = make();
    const { known, look } = know(live);
    expect(known).toBeDefined();
    meet(live);
    expect(look(false)).toBeUndefined();
  });

  it('A state tracker takes a view that replaces another of the same buffer', () => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4);
    const live: Fields = { at: new Uint8Array(buffer, 0, 2) };
    const { values } = lookAfter(live, () => {
      live.at = new Uint8Array(buffer, 2, 2);
    });
    expect(values.at).toEqual(Uint8Array.of(3, 4));
  });

  it('A state tracker sees what was edited while it stood elsewhere, or nowhere', () => {
    const row: Fields = { id: 1 };
    const live: Fields = { at: row, rows: [{ id: 0 }, 2], of: new Map([['a', row.none]]) };
    const { look } = know(live);
    live.at = 'nothing';
    expect(look(false)?.values.at).toBe('nothing');
    row.id = 2;
    (live.rows as unknown[])[1] = row;
    expect(look(false)?.values).toEqual({ at: 'nothing', rows: [{ id: 0 }, { id: 2 }], of: live.of });
    (live.rows as unknown[])[1] = 3;
    expect(look(false)?.values.rows).toEqual([{ id: 0 }, 3]);
    row.id = 4;
    live.at = row;
    expect(faultOfCapture(live, look(false))).toBeUndefined();
    expect(look(false)?.values).toEqual({ at: { id: 4 }, rows: [{ id: 0 }, 3], of: live.of });
  });

  it.each<[string, (rows: Fields[]) => unknown]>([
    ['taken from the front', (rows) => rows.shift()],
    ['put in front', (rows) => rows.unshift({ id: 'new' })],
    ['taken from within', (rows) => rows.splice(1, 1)],
    ['put in order', (rows) => rows.reverse()],
  ])('A state tracker does not copy rows again where some are %s', (_what, change) => {
    const live = { rows: [1, 2, 3, 4].map((id): Fields => ({ id })) };
    const { before, values } = lookAfter(live, () => change(live.rows));
    const copies = new Map((before.rows as Fields[]).map((copy) => [copy.id, copy]));
    for (const copy of values.rows as Fields[]) if (copy.id !== 'new') expect(copy).toBe(copies.get(copy.id));
  });

  it.each<[string, (of: Map<string, unknown>) => unknown]>([
    ['loses its last entry', (of) => of.delete('b')],
    ['loses its first entry', (of) => of.delete('a')],
    ['gets undefined', (of) => of.set('c', undefined)],
    ['is empty', (of) => of.clear()],
    ['has another order', (of) => of.delete('a') && of.set('a', 1)],
  ])('A state tracker sees that a Map %s', (_what, change) => {
    const live = {
      of: new Map<string, unknown>([
        ['a', 1],
        ['b', 2],
      ]),
    };
    const { before, values } = lookAfter(live, () => change(live.of));
    expect(values.of).not.toBe(before.of);
    expect([...(values.of as Map<string, unknown>)]).toEqual([...live.of]);
  });

  it.each<[string, (of: Set<unknown>) => unknown]>([
    ['loses its last member', (of) => of.delete('b')],
    ['gets undefined', (of) => of.add(undefined)],
    ['is empty', (of) => of.clear()],
  ])('A state tracker sees that a Set %s', (_what, change) => {
    const live = { of: new Set<unknown>(['a', 'b']) };
    const { before, values } = lookAfter(live, () => change(live.of));
    expect(values.of).not.toBe(before.of);
    expect([...(values.of as Set<unknown>)]).toEqual([...live.of]);
  });

  it.each([1, 2_048])('A state tracker compares %i bytes, and copies them where one is another', (length) => {
    for (const at of [0, length - 1]) {
      const live = { view: new Uint8Array(length), buffer: new ArrayBuffer(length) };
      const { look, known } = know(live);
      expect(look(false)?.values).toBe(known?.values);
      live.view[at] = 7;
      new Uint8Array(live.buffer)[at] = 8;
      const next = look(false);
      expect(faultOfCapture(live, next)).toBeUndefined();
      expect(next?.values.view).toHaveProperty([at], 7);
      expect(known?.values.view).toHaveProperty([at], 0);
    }
  });

  it('A state tracker copies more than 2,048 bytes again each time', () => {
    const { look, known } = know({ at: new Uint8Array(2_049) });
    const next = look(false);
    expect(next?.values.at).not.toBe(known?.values.at);
    expect(next?.values).toEqual(known?.values);
  });

  it.each<[string, () => Fields]>([
    ['bytes', () => ({ at: new Uint8Array(3) })],
    ['no bytes', () => ({ at: new Uint8Array(0) })],
    ['a buffer', () => ({ at: new ArrayBuffer(3) })],
    ['an empty buffer', () => ({ at: new ArrayBuffer(0) })],
  ])('A state tracker leaves %s to the plain copier that were transferred away', (_what, make) => {
    const live = make();
    const { known, look } = know(live);
    expect(known).toBeDefined();
    const buffer = live.at instanceof ArrayBuffer ? live.at : (live.at as Uint8Array).buffer;
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect(look(false)).toBeUndefined();
  });

  it('A state tracker takes the fields that it is asked for, and leaves one that is called __proto__ to the plain copier', () => {
    const live = { one: { id: 1 }, other: { id: 2 } };
    const tracker = new StateTracker(false);
    expect(tracker.capture(live, ['one'], false)?.values).toEqual({ one: { id: 1 } });
    expect(tracker.capture(live, ['other'], false)?.values).toEqual({ other: { id: 2 } });
    const own = JSON.parse('{"one": 1, "__proto__": { "id": 2 }}');
    expect(tracker.capture(own, Object.keys(own), false)).toBeUndefined();
  });

  it('A state tracker takes a job that was constructed again', () => {
    const tracker = new StateTracker(false);
    const fields = ['rows', 'n'];
    const rows = [{ id: 1 }];
    const first = tracker.capture({ rows, n: 1 }, fields, false)?.values;
    const second = tracker.capture({ rows: [{ id: 1 }, { id: 2 }], n: 1 }, fields, false)?.values;
    expect([first, second]).toEqual([
      { rows: [{ id: 1 }], n: 1 },
      { rows: [{ id: 1 }, { id: 2 }], n: 1 },
    ]);
  });
});

const row = { id: 1 };

/** What lies at a path. */
function of(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce((inner, key) => (inner as Fields)[key], value);
}
