import {
  checkDeath,
  type Death,
  isInterruption,
} from '../../../../../src/runtime/core/execution/interruption';

const death: Death = { nowMs: 900_000, deadlineMs: 900_000, intervalMs: 5_000, lastSign: undefined };

describe('checkDeath', () => {
  it.each<[string, Partial<Death>, string]>([
    ['a delivery that comes again before the deadline', { nowMs: 899_999 }, 'crash'],
    ['one that comes again at the deadline, when nothing else is known', {}, 'unknown'],
    [
      'one whose last sign was given two looks before the deadline',
      { lastSign: { atMs: 890_000, memoryShare: 0.1, unit: '' } },
      'timeout',
    ],
    [
      'one whose last sign was given earlier',
      { lastSign: { atMs: 889_999, memoryShare: 0.1, unit: '' } },
      'unknown',
    ],
    [
      'a sign of a full memory',
      { lastSign: { atMs: 890_000, memoryShare: 0.85, unit: '' } },
      'out-of-memory',
    ],
    [
      'a sign of a full memory before the deadline',
      { nowMs: 1, lastSign: { atMs: 0, memoryShare: 1.2, unit: '' } },
      'out-of-memory',
    ],
    [
      'a sign of a memory not quite full',
      { nowMs: 1, lastSign: { atMs: 0, memoryShare: 0.84, unit: '' } },
      'crash',
    ],
  ])('checkDeath takes %s for what it is', (_what, known, interruption) => {
    expect(checkDeath({ ...death, ...known })).toBe(interruption);
  });
});

describe('isInterruption', () => {
  it.each<[boolean, string, unknown]>([
    [true, 'an ending and the method that was running', { ending: 'crash', unit: 'read' }],
    [false, 'an ending that there is none of', { ending: 'fire', unit: 'read' }],
    [false, 'a method that is no text', { ending: 'crash', unit: 7 }],
    [false, 'a part more', { ending: 'crash', unit: 'read', more: 1 }],
    [false, 'a part less', { ending: 'crash' }],
    [false, 'null', null],
  ])('isInterruption says %s of %s', (decision, _what, value) => {
    expect(isInterruption(value)).toBe(decision);
  });
});
