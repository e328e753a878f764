import { parseDuration } from '../../src/cli/arguments/read-values';

const range = { leastMs: 0, maxMs: 5_400_000, most: '90m' };

describe('parseDuration', () => {
  it.each([
    ['900ms', 900],
    ['5s', 5_000],
    ['2.5s', 2_500],
    ['0.25m', 15_000],
    ['15m', 900_000],
    [' 5s ', 5_000],
    ['0ms', 0],
    ['90m', 5_400_000],
    ['0.4ms', 0],
  ])('parseDuration reads %p as %p milliseconds', (text, ms) => {
    expect(parseDuration(text, '--timeout', range)).toBe(ms);
  });

  it.each([
    '',
    '5',
    's',
    '5 s',
    '5S',
    '1e3ms',
    '-5s',
    '+5s',
    '.5s',
    '5.s',
    '5sec',
    '1h',
    '５s',
    'Infinityms',
    '1m30s',
  ])('parseDuration refuses %p', (text) => {
    expect(() => parseDuration(text, '--timeout', range)).toThrow(
      `--timeout ${text}: that is not a duration.`,
    );
  });

  it('parseDuration refuses what is out of range, with the range', () => {
    expect(() => parseDuration('91m', '--timeout', range)).toThrowErrorMatchingInlineSnapshot(`
"--timeout 91m: that is out of range.
→ Choose between 0ms and 90m."
`);
  });
});
