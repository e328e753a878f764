import { JobTestEnvironment } from 'lambda-baton/testing';
import { FLIGHTS } from './flight-source';
import { BackfillWarehouse } from './job';
import { WAREHOUSE } from './warehouse';

it('BackfillWarehouse copies every flight once, also when it is handed over after every batch', async () => {
  const flights = Array.from({ length: 24 }, (_, time) => ({ delay: 5, distance: 100, time }));
  const rows: unknown[] = [];
  const read = async (from: number, limit: number) => flights.slice(from, from + limit);
  const write = async (from: number, batch: readonly object[]) =>
    void rows.splice(from, batch.length, ...batch);
  const source = { token: FLIGHTS, useValue: { count: async () => 24, read } };
  const target = { token: WAREHOUSE, useValue: { write, writeTotals: async () => {} } };
  const doubles = { input: { batchSize: 10 }, providers: [source, target] };
  const env = JobTestEnvironment.create(BackfillWarehouse, doubles);
  expect(await env.run({ handOffAfterEveryStep: true })).toMatchObject({ result: { rows: 24, hours: 24 } });
  expect(rows).toEqual(flights);
});
