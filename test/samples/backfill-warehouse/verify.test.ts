import { describeAgreement, findDifferences } from '../../../samples/backfill-warehouse/verify.mjs';

const flights = [
  { delay: 5, distance: 100, time: 0.5 },
  { delay: -2, distance: 250, time: 0.9 },
  { delay: 0, distance: 300, time: 7.25 },
];
const expected = {
  flights,
  hours: new Map([
    [0, { flights: 2, distance: 350, delay: 3 }],
    [7, { flights: 1, distance: 300, delay: 0 }],
  ]),
};
const rows = flights.map((flight, position) => ({ position, ...flight }));
const totals = [...expected.hours].map(([hour, sums]) => ({ hour, ...sums }));

describe('the comparison with one pass', () => {
  it('The comparison with one pass finds no difference where there is none', () => {
    expect(findDifferences(expected, { rows, totals })).toEqual([]);
    expect(describeAgreement(expected, { rows, totals })).toMatchInlineSnapshot(
      `"3 rows, 2 hours = 3 rows, 2 hours in one pass; distance sum 650 = 650; delay sum 3 = 3"`,
    );
  });

  it.each([
    ['a missing row', { rows: rows.slice(1), totals }],
    ['a row too many', { rows: [...rows, { ...rows[2], position: 3 }], totals }],
    ['a row that came twice', { rows: [rows[0], rows[0], rows[2]], totals }],
    ['a row with another flight', { rows: [rows[0], rows[1], { ...rows[2], time: 7.5 }], totals }],
    ['a total that is off', { rows, totals: [totals[0], { ...totals[1], delay: 1 }] }],
    ['an hour that is missing', { rows, totals: totals.slice(1) }],
    ['an hour too many', { rows, totals: [...totals, { hour: 23, flights: 0, distance: 0, delay: 0 }] }],
  ])('The comparison with one pass finds %s', (_what, actual) => {
    expect(findDifferences(expected, actual as never)).not.toEqual([]);
  });
});
