import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromRoot } from '../../scripts/lib/from-root.mjs';
import { findDifferences, readWarehouse, sumInOnePass } from './verify.mjs';

/** The first flights of the file; `npm run demo` copies all of them. `scale` 1 is 20,000. */
export async function prepare({ scale }) {
  const directory = mkdtempSync(join(tmpdir(), 'backfill-story-'));
  const [flightsFile, warehouseFile] = ['flights.json', 'flights.duckdb'].map((name) =>
    join(directory, name),
  );
  const all = JSON.parse(readFileSync(fromRoot('node_modules/vega-datasets/data/flights-200k.json'), 'utf8'));
  const flights = all.slice(0, Math.round(20_000 * scale));
  writeFileSync(flightsFile, JSON.stringify(flights));
  return {
    job: join(import.meta.dirname, 'job.ts'),
    event: { batchSize: 500 },
    timeoutMs: 3_000,
    environment: { FLIGHTS_FILE: flightsFile, WAREHOUSE_FILE: warehouseFile, BATON_SCALE_TIME: '1' },
    itemCount: flights.length,
    findDifferences: async () =>
      findDifferences(await sumInOnePass(flightsFile), await readWarehouse(warehouseFile)),
    stop: () => rmSync(directory, { recursive: true, force: true }),
  };
}
