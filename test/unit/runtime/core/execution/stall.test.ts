import { countStall, isStall, type Stall } from '../../../../../src/runtime/core/execution/line';

const checksum = (text: string) => `sum of ${text}`;
const place = { phase: 'step', cycle: 2, unit: 'read' };

function count(last: Stall | null, parts: Partial<typeof place> = {}, state = '{"n":1}'): Stall {
  return countStall(last, { ...place, ...parts }, state, checksum);
}

describe('countStall', () => {
  it('countStall counts none at the first hand-off', () => {
    expect(count(null).count).toBe(0);
  });

  it('countStall counts one more at each hand-off that leaves the same state at the same place', () => {
    const first = count(null);
    const second = count(first);
    expect([second.count, count(second).count]).toEqual([1, 2]);
    expect(second.mark).toBe(first.mark);
  });

  it.each<[string, Partial<typeof place>, string]>([
    ['the state', {}, '{"n":2}'],
    ['the phase', { phase: 'check' }, '{"n":1}'],
    ['the cycle', { cycle: 3 }, '{"n":1}'],
    ['the unit', { unit: 'repair' }, '{"n":1}'],
  ])('countStall starts again when %s has changed', (_what, parts, state) => {
    expect(count({ mark: count(null).mark, count: 7 }, parts, state).count).toBe(0);
  });

  it('countStall keeps a checksum of the state, never the state', () => {
    expect(countStall(null, place, '{"secret":1}', () => 'cafe')).toEqual({ mark: 'cafe', count: 0 });
  });
});

describe('isStall', () => {
  it.each([0, 1, 50])('isStall says yes to a mark with the count %i', (value) => {
    expect(isStall({ mark: 'cafe', count: value })).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'cafe'],
    ['a mark alone', { mark: 'cafe' }],
    ['a count alone', { count: 1 }],
    ['a mark that is a number', { mark: 7, count: 1 }],
    ['a count that is a text', { mark: 'cafe', count: '1' }],
    ['a count below zero', { mark: 'cafe', count: -1 }],
    ['half a hand-off', { mark: 'cafe', count: 0.5 }],
  ])('isStall says no to %s', (_what, value) => {
    expect(isStall(value)).toBe(false);
  });
});
