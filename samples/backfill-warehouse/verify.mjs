import { readFile } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';

/** What an ordinary loop over the file finds: the truth that the backfill is held to. */
export async function sumInOnePass(flightsFile) {
  const flights = JSON.parse(await readFile(flightsFile, 'utf8'));
  const hours = new Map();
  for (const { delay, distance, time } of flights) {
    const hour = Math.floor(time);
    const totals = hours.get(hour) ?? { flights: 0, distance: 0, delay: 0 };
    hours.set(hour, {
      flights: totals.flights + 1,
      distance: totals.distance + distance,
      delay: totals.delay + delay,
    });
  }
  return { flights, hours };
}

/** What is in the warehouse: its rows in order, and the totals that the job kept in its state. */
export async function readWarehouse(warehouseFile) {
  const instance = await DuckDBInstance.create(warehouseFile, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const read = async (sql) => (await connection.runAndReadAll(sql)).getRowObjects();
  const rows = await read('SELECT position, delay, distance, time FROM flights ORDER BY position');
  const totals = await read('SELECT * FROM totals ORDER BY hour');
  connection.closeSync();
  instance.closeSync();
  return { rows, totals: totals.map(toNumbers) };
}

/** Everything in which a warehouse differs from the one pass, in words; empty when they agree. */
export function findDifferences({ flights, hours }, { rows, totals }) {
  const differences = [];
  const expect = (what, actual, expected) => {
    if (actual !== expected)
      differences.push(`${what}: ${format(actual)} in the warehouse, ${format(expected)} in one pass`);
  };
  expect('rows', rows.length, flights.length);
  for (const sum of ['distance', 'delay']) expect(`sum of ${sum}`, add(rows, sum), add(flights, sum));
  expect(
    'rows that are not their flight',
    rows.filter((row, index) => !isFlight(row, index, flights[index])).length,
    0,
  );
  expect('hours', totals.length, hours.size);
  for (const { hour, ...totalsOfHour } of totals) {
    for (const sum of ['flights', 'distance', 'delay'])
      expect(`${sum} of hour ${hour}`, totalsOfHour[sum], hours.get(hour)?.[sum]);
  }
  return differences;
}

/** The closing statement of the demo. */
export function describeAgreement({ flights, hours }, { rows, totals }) {
  const sums = (sum) => `${sum} sum ${format(add(rows, sum))} = ${format(add(flights, sum))}`;
  return `${format(rows.length)} rows, ${format(totals.length)} hours = ${format(flights.length)} rows, ${format(hours.size)} hours in one pass; ${sums('distance')}; ${sums('delay')}`;
}

/** Rows have keys, so a row that came twice stands at its position once; one that is missing moves all others. */
function isFlight(row, index, flight) {
  return (
    row.position === index && ['delay', 'distance', 'time'].every((field) => row[field] === flight?.[field])
  );
}

function toNumbers(row) {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, Number(value)]));
}

function add(rows, column) {
  return rows.reduce((sum, row) => sum + row[column], 0);
}

function format(value) {
  return value?.toLocaleString('en-US') ?? 'nothing';
}
