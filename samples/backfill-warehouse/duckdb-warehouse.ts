import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Flight } from './flight-source';
import type { HourTotals, Warehouse } from './warehouse';

const flightRow = '[{"position":"INTEGER","delay":"INTEGER","distance":"INTEGER","time":"DOUBLE"}]';
const totalsRow = '[{"hour":"INTEGER","flights":"INTEGER","distance":"BIGINT","delay":"BIGINT"}]';

const schema = `
  CREATE TABLE IF NOT EXISTS flights (position INTEGER PRIMARY KEY, delay INTEGER, distance INTEGER, time DOUBLE);
  CREATE TABLE IF NOT EXISTS totals (hour INTEGER PRIMARY KEY, flights INTEGER, distance BIGINT, delay BIGINT);
`;

/**
 * A DuckDB file. Every row has a key that comes from the data, so that a batch that is written again replaces itself.
 *
 * One process at a time may have the file open. It is opened for each batch and closed again, and whoever finds it locked fails:
 * the step's retry policy brings it back.
 */
export class DuckDbWarehouse implements Warehouse {
  constructor(private readonly file: string) {}

  write(position: number, flights: readonly Flight[]): Promise<void> {
    return this.replace(
      'flights',
      flightRow,
      flights.map((flight, index) => ({ position: position + index, ...flight })),
    );
  }

  writeTotals(totals: ReadonlyMap<number, HourTotals>): Promise<void> {
    return this.replace(
      'totals',
      totalsRow,
      [...totals].map(([hour, sums]) => ({ hour, ...sums })),
    );
  }

  /** One statement, hence one transaction: all rows or none. */
  private async replace(table: string, row: string, rows: readonly object[]): Promise<void> {
    await this.open(async (connection) => {
      await connection.run(schema);
      const insert = `INSERT OR REPLACE INTO ${table} BY NAME SELECT unnest(from_json($1, '${row}'), recursive := true)`;
      await connection.run(insert, [JSON.stringify(rows)]);
    });
  }

  private async open(use: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
    const instance = await DuckDBInstance.create(this.file, { threads: '1' });
    try {
      const connection = await instance.connect();
      await use(connection).finally(() => connection.closeSync());
    } finally {
      instance.closeSync();
    }
  }
}
