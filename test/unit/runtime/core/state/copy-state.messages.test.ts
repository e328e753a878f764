import { copyState } from '../../../../../src/runtime/core/state/copy-state';
import { detached, nest, refusalOf, revoked, Socket } from './copy-state.helpers';

class Agent {}

describe('A refusal of copyState', () => {
  it('A refusal of copyState names the path as one would write it', () => {
    expect(pathTo((socket) => ({ totals: { rows: [1, 2, 3, { socket }] } }))).toBe('totals.rows[3].socket');
    expect(pathTo((socket) => ({ lookup: new Map([['a b', socket]]) }))).toBe('lookup.get("a b")');
    expect(pathTo((socket) => ({ lookup: new Map([[1, [socket]]]) }))).toBe('lookup.get(1)[0]');
    expect(pathTo((socket) => ({ lookup: new Map([[null, socket]]) }))).toBe('lookup.get(null)');
    expect(pathTo((socket) => ({ lookup: new Map([[5n, { socket }]]) }))).toBe('lookup.get(5n).socket');
    expect(
      pathTo((socket) => ({
        lookup: new Map([
          [null, 1],
          [socket, 1],
        ] as [unknown, unknown][]),
      })),
    ).toBe('lookup.keys()[1]');
    expect(
      pathTo((socket) => ({
        lookup: new Map<unknown, unknown>([
          ['x', 1],
          [{}, socket],
        ]),
      })),
    ).toBe('lookup.values()[1]');
    expect(pathTo((socket) => ({ tags: new Set([1, 2, socket]) }))).toBe('tags[2]');
    expect(pathTo((socket) => ({ 'a b': { 'c-d': { 0: socket } } }))).toBe('["a b"]["c-d"]["0"]');
    expect(pathTo((socket) => ({ list: Object.assign([], { 70000: socket }) }))).toBe('list[70000]');
    expect(pathTo((socket) => ({ a: JSON.parse('{"__proto__":{}}'), b: { __proto__: null, socket } }))).toBe(
      'b.socket',
    );
    expect(pathTo(() => ({ a: [{ [Symbol('tag')]: 1 }] }))).toBe('a[0][Symbol(tag)]');
    expect(pathTo(() => ({ match: 'abc'.match(/b/) }))).toBe('match.index');
    expect(
      pathTo(() => ({
        a: {
          get broken() {
            throw new Error('no');
          },
        },
      })),
    ).toBe('a.broken');
    expect(pathTo(() => ({ a: [revoked({})] }))).toBe('a[0]');
    expect(pathTo(() => ({ [Symbol('tag')]: 1 }))).toBe('[Symbol(tag)]');
  });

  it('A refusal of copyState names the first of the places where the same value lies', () => {
    expect(pathTo((socket) => ({ first: { deep: [socket] }, second: socket }))).toBe('first.deep[0]');
  });

  it('A refusal of copyState names the first of several, and finds it behind a cycle', () => {
    const ring: Record<string, unknown> = { name: 'ring' };
    ring.self = ring;
    ring.sockets = [new Socket(), new Agent()];
    expect(pathTo((socket) => ({ ring, socket }))).toBe('ring.sockets[0]');
  });

  it('A refusal of copyState leaves a key of 40 characters and a path of 300 as they are', () => {
    const key = 'x'.repeat(40);
    expect(pathTo((socket) => ({ [key]: socket }))).toBe(key);
    expect(pathTo((socket) => ({ lookup: new Map([[key, socket]]) }))).toBe(`lookup.get("${key}")`);
    const place = (names: number, socket: unknown): unknown =>
      names === 0 ? socket : { next: place(names - 1, socket) };
    expect(pathTo((socket) => ({ field: place(59, socket) }))).toBe(`field${'.next'.repeat(59)}`);
  });

  it('A refusal of copyState cuts long keys and long paths in the middle', () => {
    expect(pathTo((socket) => ({ ['x'.repeat(41)]: socket }))).toBe(`["${'x'.repeat(40)}…"]`);
    const path = pathTo((socket) => ({ lookup: new Map([['x'.repeat(1000), socket]]) }));
    expect(path).toBe(`lookup.get("${'x'.repeat(40)}…")`);
    const deep = refusalOf({ field: nest(1100) }).details.path;
    expect(deep).toMatch(/^field\.next\.next.*….*\.next$/);
    expect(deep.length).toBe(301);
  });

  it('A refusal of copyState carries what a getter threw as its cause', () => {
    const cause = new Error('no');
    const state = {
      a: {
        get broken() {
          throw cause;
        },
      },
    };
    expect(refusalOf(state).cause).toBe(cause);
  });

  it('A refusal of copyState says where, what, and one thing to do', () => {
    expect(messageOf({ rows: [{ socket: new Socket() }] })).toMatchInlineSnapshot(`
"@State field.rows[0].socket is a Socket, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(new Agent())).toMatchInlineSnapshot(`
"@State field is an Agent, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(() => 1)).toMatchInlineSnapshot(`
"@State field is a function, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(Symbol('x'))).toMatchInlineSnapshot(`
"@State field is a symbol, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(new (class {})())).toMatchInlineSnapshot(`
"@State field is an instance of an anonymous class, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(Object.create({ a: 1 }))).toMatchInlineSnapshot(`
"@State field is an object with a prototype of its own, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(Buffer.from('x'))).toMatchInlineSnapshot(`
"@State field is a Buffer, which cannot be stored.
→ Store new Uint8Array(buffer) instead, or give the field a codec."
`);
    expect(messageOf(Promise.resolve())).toMatchInlineSnapshot(`
"@State field is a Promise, which cannot be stored.
→ Await it before the step ends, and store its value."
`);
    expect(messageOf(/x/)).toMatchInlineSnapshot(`
"@State field is a RegExp, which cannot be stored.
→ Store its source and flags instead, or give the field a codec."
`);
    expect(messageOf(Object(1))).toMatchInlineSnapshot(`
"@State field is a Number, which cannot be stored.
→ Store the number itself: value.valueOf()."
`);
    expect(messageOf(new SharedArrayBuffer(1))).toMatchInlineSnapshot(`
"@State field is a SharedArrayBuffer, which cannot be stored.
→ Store a copy of its bytes in a Uint8Array."
`);
    expect(messageOf(new Uint8Array(new SharedArrayBuffer(1)))).toMatchInlineSnapshot(`
"@State field is a Uint8Array on a SharedArrayBuffer, which cannot be stored.
→ Store a copy of its bytes in a Uint8Array."
`);
    expect(messageOf(detached())).toMatchInlineSnapshot(`
"@State field is a detached ArrayBuffer, which cannot be stored.
→ Store a copy of its bytes in a Uint8Array."
`);
    expect(messageOf({ [Symbol('tag')]: 1 })).toMatchInlineSnapshot(`
"@State field[Symbol(tag)] is kept under a symbol, which cannot be stored.
→ Keep it under a string."
`);
    expect(messageOf('abc'.match(/b/))).toMatchInlineSnapshot(`
"@State field.index is a named property of an array, which cannot be stored.
→ Store a plain array: [...array]."
`);
    expect(messageOf(Object.defineProperty({}, 'hidden', { value: 1 }))).toMatchInlineSnapshot(`
"@State field.hidden is a property that is not enumerable, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(Object.assign(new Date(0), { zone: 'UTC' }))).toMatchInlineSnapshot(`
"@State field.zone is a property added to a built-in object, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(revoked({}))).toMatchInlineSnapshot(`
"@State field threw an error when it was read, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
    expect(messageOf(nest(2000)).replace(/(\.nex?t?)+…(n?e?x?t?\.next)+/, '.next…')).toMatchInlineSnapshot(`
"@State field.next… is nested more than 1000 levels deep, which cannot be stored.
→ Keep long chains in an array, with indices instead of references."
`);
    expect(
      outcomeMessage(() => copyState({ value: new Socket() }, { subject: 'The result' })),
    ).toMatchInlineSnapshot(`
"The result value is a Socket, which cannot be stored.
→ Keep it in a field without @State, or give the field a codec."
`);
  });
});

function messageOf(value: unknown): string {
  return refusalOf({ field: value }).message;
}

function pathTo(build: (socket: unknown) => Record<string, unknown>): string {
  return refusalOf(build(new Socket())).details.path;
}

function outcomeMessage(act: () => unknown): string {
  try {
    return String(act());
  } catch (error) {
    return (error as Error).message;
  }
}
