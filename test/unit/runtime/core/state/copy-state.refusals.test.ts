import { BatonError, UnserializableStateError } from '../../../../../src/errors';
import { copyState } from '../../../../../src/runtime/core/state/copy-state';
import { detached, foreign, nest, refusalOf, revoked, Socket, withHoles } from './copy-state.helpers';

class Totals extends Map {}

class Rows extends Array {}

class Day extends Date {}

class Link extends URL {}

class Orphan extends (null as unknown as ObjectConstructor) {}

describe('copyState refuses', () => {
  it.each<[string, unknown, string]>([
    ['a function', () => 1, 'function'],
    ['a class', Socket, 'function'],
    ['a symbol', Symbol('x'), 'symbol'],
    ['a class instance', new Socket(), 'Socket'],
    ['an instance of an anonymous class', new (class {})(), 'anonymous class'],
    ['an instance of a class whose name is gone', new (nameless())(), 'object'],
    ['an instance of a class whose name is a number', new (nameless({ value: 5 }))(), 'object'],
    ['an instance of a class with a long name', new (nameless({ value: 'x'.repeat(100) }))(), 'x'.repeat(60)],
    ['a subclass of Map', new Totals(), 'Totals'],
    ['a subclass of Array', Rows.from([1]), 'Rows'],
    ['a subclass of Date', new Day(), 'Day'],
    ['a subclass of URL', new Link('a:b'), 'Link'],
    ['an instance of a class that extends null', Object.create(Orphan.prototype), 'Orphan'],
    ['an object that inherits from an object', Object.create({ a: 1 }), 'object'],
    ['an object that inherits from a null object', Object.create(Object.create(null)), 'object'],
    ['an object that inherits from a class instance', Object.create(new Socket()), 'Socket'],
    [
      'an object of a class that is named Object',
      foreign('Object.create({ Object: class extends null {} }.Object.prototype)'),
      'object',
    ],
    [
      'an object of a class that is named Object and pretends',
      foreign('Object.create({ Object: class extends null { hasOwnProperty() {} } }.Object.prototype)'),
      'object',
    ],
    [
      'an array that does not inherit from Array',
      Object.setPrototypeOf([1], { constructor: Array }),
      'Array',
    ],
    ['an object that only inherits from Date', Object.create(Date.prototype), 'Date'],
    ['an object that only inherits from Map', Object.create(Map.prototype), 'Map'],
    ['an object that only inherits from Set', Object.create(Set.prototype), 'Set'],
    ['an object that only inherits from URL', Object.create(URL.prototype), 'URL'],
    ['an object that only inherits from ArrayBuffer', Object.create(ArrayBuffer.prototype), 'ArrayBuffer'],
    ['an object that only inherits from DataView', Object.create(DataView.prototype), 'DataView'],
    ['an object that only inherits from Array', Object.create(Array.prototype), 'Array'],
    ['an object that only inherits from Uint8Array', Object.create(Uint8Array.prototype), 'Uint8Array'],
    ['a Buffer', Buffer.from('x'), 'Buffer'],
    ['a RegExp', /x/, 'RegExp'],
    ['an Error', new TypeError('x'), 'TypeError'],
    ['a Promise', Promise.resolve(), 'Promise'],
    ['a WeakMap', new WeakMap(), 'WeakMap'],
    ['a WeakRef', new WeakRef({}), 'WeakRef'],
    ['URLSearchParams', new URLSearchParams('a=b'), 'URLSearchParams'],
    ['a boxed number', Object(1), 'Number'],
    ['a boxed string', Object('x'), 'String'],
    ['a boxed boolean', Object(false), 'Boolean'],
    ['a boxed BigInt', Object(1n), 'BigInt'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(1), 'SharedArrayBuffer'],
    ['a view on a SharedArrayBuffer', new Uint8Array(new SharedArrayBuffer(1)), 'SharedArrayBuffer'],
    [
      'a resizable buffer',
      Reflect.construct(ArrayBuffer, [1, { maxByteLength: 8 }]),
      'resizable ArrayBuffer',
    ],
    ['a detached buffer', detached(), 'detached ArrayBuffer'],
    ['a symbol key', { [Symbol('tag')]: 1 }, 'symbol key'],
    ['a symbol key on an array', Object.assign([1], { [Symbol('tag')]: 1 }), 'symbol key'],
    [
      'a symbol key on an array with holes',
      Object.assign(withHoles(2, { 0: 1 }), { [Symbol('tag')]: 1 }),
      'symbol key',
    ],
    [
      'a symbol key on a null object',
      Object.assign(Object.create(null), { [Symbol('tag')]: 1 }),
      'symbol key',
    ],
    ['a named property of an array', 'abc'.match(/b/), 'named property'],
    ['as many named properties as holes', withHoles(2, { 1: 1, name: 1 }), 'named property'],
    ['a name that is a number, but no index: 01', withHoles(3, { 1: 1, '01': 2 }), 'named property'],
    ['a name that is a number, but no index: -1', withHoles(3, { 1: 1, '-1': 2 }), 'named property'],
    ['a name that is a number, but no index: 1.5', withHoles(3, { 1: 1, '1.5': 2 }), 'named property'],
    [
      'a name that is a number, but too high for an index',
      withHoles(3, { 1: 1, 4294967295: 2 }),
      'named property',
    ],
    ['arguments', new Function('return arguments')(1), 'symbol key'],
    [
      'a module',
      Object.defineProperty(Object.create(null), Symbol.toStringTag, { value: 'Module' }),
      'symbol key',
    ],
    ['a hidden property', Object.defineProperty({}, 'hidden', { value: 1 }), 'hidden property'],
    [
      'a hidden property among many',
      Object.defineProperty(Object.assign({}, 'x'.repeat(99).split('')), 'hidden', { value: 1 }),
      'hidden property',
    ],
    ['a property added to a Date', Object.assign(new Date(0), { zone: 'UTC' }), 'added property'],
    ['a property added to a Map', Object.assign(new Map(), { name: 'm' }), 'added property'],
    ['a property added to a Set', Object.assign(new Set(), { name: 's' }), 'added property'],
    ['a property added to a URL', Object.assign(new URL('a:b'), { name: 'u' }), 'added property'],
    ['a function in a sparse array', withHoles(2, { 1: () => 1 }), 'function'],
    ['a function in a dictionary', Object.assign(Object.create(null), { f: () => 1 }), 'function'],
    ['a class instance of another realm', foreign('class Socket {}; new Socket()'), 'Socket'],
    ['a subclass of another realm', foreign('class Totals extends Map {}; new Totals()'), 'Totals'],
    ['a subclass named like a built-in', foreign('new (class Map extends globalThis.Map {})()'), 'Map'],
    ['an object with a prototype of another realm’s', foreign('Object.create({})'), 'object'],
    ['an error of another realm', foreign('new Error("x")'), 'Error'],
    ['a revoked proxy', revoked({}), 'unreadable'],
    ['a revoked proxy of an array', revoked([]), 'unreadable'],
    [
      'a getter that throws a RangeError',
      Object.defineProperty({}, 'rows', { enumerable: true, get: raiseRange }),
      'unreadable',
    ],
    [
      'a getter that throws null',
      Object.defineProperty({}, 'rows', { enumerable: true, get: raiseNull }),
      'unreadable',
    ],
    ['a thousand and one levels', nest(1001), 'nesting'],
    ['a thousand and one arrays', nest(1001, (inner) => [inner]), 'nesting'],
    ['a thousand and one arrays with holes', nest(1001, (inner) => withHoles(2, { 1: inner })), 'nesting'],
    ['a thousand and one Maps', nest(1001, (inner) => new Map([[1, inner]])), 'nesting'],
    ['a thousand and one Maps as keys', nest(1001, (inner) => new Map([[inner, 1]])), 'nesting'],
    ['a thousand and one Sets', nest(1001, (inner) => new Set([inner])), 'nesting'],
    [
      'a thousand and one dictionaries',
      nest(1001, (inner) => Object.assign(Object.create(null), { inner })),
      'nesting',
    ],
  ])('copyState refuses %s', (_title, value, type) => {
    const error = refusalOf({ field: value });
    expect(BatonError.is(error)).toBe(true);
    expect(error.retryable).toBe(false);
    expect(error.details.type).toBe(type);
    expect(error.details.path).toMatch(/^field/);
  });

  it('copyState refuses whatever shares the state with references that are shared', () => {
    const twice = {};
    expect(refusalOf({ a: twice, b: twice, field: new Socket() }).details).toEqual({
      path: 'field',
      type: 'Socket',
    });
  });

  it('copyState refuses before anything is changed, however deep', () => {
    const state = { field: nest(100_000) as Record<string, unknown> };
    expect(refusalOf(state).details.type).toBe('nesting');
    expect(state.field.next).toBeDefined();
  });

  it('copyState refuses nesting when the call stack is already used up, with the same error', () => {
    const outcomes = new Set<string>();
    const descend = (): void => {
      try {
        descend();
      } catch {
        outcomes.add(outcomeOf({ field: nest(900) }));
      }
    };
    descend();
    expect([...outcomes].filter((outcome) => outcome !== 'copied')).toEqual([
      '@State is nested deeper than the call stack allows, which cannot be stored.',
    ]);
  });
});

function outcomeOf(state: Record<string, unknown>): string {
  try {
    copyState(state);
    return 'copied';
  } catch (error) {
    return error instanceof UnserializableStateError ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}

/** A class with another name than its own, or with none. */
function nameless(name?: PropertyDescriptor): new () => object {
  const builder = class {};
  Reflect.deleteProperty(builder, 'name');
  return name === undefined ? builder : Object.defineProperty(builder, 'name', name);
}

function raiseRange(): never {
  throw new RangeError('Invalid array length');
}

function raiseNull(): never {
  throw null;
}
