import { isSameJson } from '../../../../../src/runtime/core/state/json';

describe('isSameJson', () => {
  it.each<[string, unknown, unknown]>([
    ['texts', 'a', 'a'],
    ['null', null, null],
    ['lists', [1, [2]], [1, [2]]],
    ['objects whose keys stand in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['empty objects', {}, {}],
  ])('isSameJson takes for the same: %s', (_what, one, other) => {
    expect([isSameJson(one, other), isSameJson(other, one)]).toEqual([true, true]);
  });

  it.each<[string, unknown, unknown]>([
    ['a number and its text', 1, '1'],
    ['null and an empty object', null, {}],
    ['null and an empty list', null, []],
    ['a text and an object', 'a', { 0: 'a' }],
    ['an empty list and an empty object', [], {}],
    ['a list and an object with the same keys', ['a'], { 0: 'a' }],
    ['lists in another order', [1, 2], [2, 1]],
    ['lists of another length', [1], [1, 2]],
    ['a key more', { a: 1 }, { a: 1, b: 2 }],
    ['other keys', { a: undefined }, { b: undefined }],
    ['a key that the other only inherits', { toString: Object.prototype.toString }, { a: 1 }],
    ['another value in depth', { a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } }],
  ])('isSameJson takes for different: %s', (_what, one, other) => {
    expect([isSameJson(one, other), isSameJson(other, one)]).toEqual([false, false]);
  });
});
