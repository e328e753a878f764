import type { Flight, FlightSource } from '../../../samples/backfill-warehouse/flight-source';
import { FLIGHTS } from '../../../samples/backfill-warehouse/flight-source';
import { BackfillWarehouse } from '../../../samples/backfill-warehouse/job';
import { type HourTotals, WAREHOUSE, type Warehouse } from '../../../samples/backfill-warehouse/warehouse';
import { type Delivery, type RunJobOptions, runJob } from '../../helpers/run-job';
import { virtualWorld } from '../../helpers/virtual-world';

const flights: readonly Flight[] = Array.from({ length: 25 }, (_, index) => ({
  delay: index - 5,
  distance: 100 + index,
  time: index / 2,
}));

/** A source in memory, read as slowly as a test wants it. */
class ListedFlights implements FlightSource {
  readonly reads: [number, number][] = [];

  constructor(private readonly beforeRead: () => Promise<void> = async () => {}) {}

  async count() {
    return flights.length;
  }

  async read(position: number, limit: number) {
    await this.beforeRead();
    this.reads.push([position, limit]);
    return flights.slice(position, position + limit);
  }
}

/** A warehouse in memory that refuses as many writes as a test wants. */
class ListedWarehouse implements Warehouse {
  readonly rows = new Map<number, Flight>();
  totals: ReadonlyMap<number, HourTotals> = new Map();

  constructor(private refusals = 0) {}

  async write(position: number, batch: readonly Flight[]) {
    if (this.refusals-- > 0) throw new Error('The file is locked.');
    for (const [index, flight] of batch.entries()) this.rows.set(position + index, flight);
  }

  async writeTotals(totals: ReadonlyMap<number, HourTotals>) {
    this.totals = totals;
  }
}

const run = (flightSource: FlightSource, warehouse: Warehouse, options: RunJobOptions = {}) =>
  runJob(BackfillWarehouse, {
    event: { batchSize: 10 },
    providers: [
      { token: FLIGHTS, useValue: flightSource },
      { token: WAREHOUSE, useValue: warehouse },
    ],
    ...options,
  });

function sum(rows: Iterable<Flight>, field: 'delay' | 'distance'): number {
  return [...rows].reduce((total, flight) => total + flight[field], 0);
}

describe('BackfillWarehouse', () => {
  it('BackfillWarehouse copies every flight under its position, in batches', async () => {
    const [source, warehouse] = [new ListedFlights(), new ListedWarehouse()];
    const { answer } = await run(source, warehouse);
    expect(answer).toMatchObject({ status: 'completed', invocation: 1, result: { rows: 25, hours: 13 } });
    expect([...warehouse.rows]).toEqual([...flights.entries()]);
    expect(source.reads).toEqual([
      [0, 10],
      [10, 10],
      [20, 10],
    ]);
  });

  it('BackfillWarehouse keeps totals by hour that add up to what one pass finds', async () => {
    const warehouse = new ListedWarehouse();
    await run(new ListedFlights(), warehouse);
    const totals = [...warehouse.totals.values()];
    expect(warehouse.totals.get(0)).toEqual({ flights: 2, distance: 201, delay: -9 });
    expect(totals.reduce((total, { flights: count }) => total + count, 0)).toBe(25);
    expect(totals.reduce((total, { distance }) => total + distance, 0)).toBe(sum(flights, 'distance'));
    expect(totals.reduce((total, { delay }) => total + delay, 0)).toBe(sum(flights, 'delay'));
  });

  it('BackfillWarehouse counts nothing twice when a batch has to be written again', async () => {
    const warehouse = new ListedWarehouse(2);
    const source = new ListedFlights();
    expect((await run(source, warehouse)).answer).toMatchObject({ status: 'completed' });
    expect(source.reads).toHaveLength(5);
    expect([...warehouse.totals.values()].reduce((total, { distance }) => total + distance, 0)).toBe(
      sum(flights, 'distance'),
    );
  });

  it('BackfillWarehouse carries position and totals across invocations, and through one that is killed', async () => {
    const world = virtualWorld();
    const warehouse = new ListedWarehouse();
    const source = new ListedFlights(() => new Promise((resolve) => world.timer.once(1_200, resolve)));
    const killAfterMs = ({ invocation, receiveCount }: Delivery) =>
      invocation === 2 && receiveCount === 1 ? 1_100 : undefined;
    const { answers, deliveryCount } = await run(source, warehouse, {
      world,
      remainingMs: 3_000,
      killAfterMs,
    });
    expect(answers.map(({ status }) => status)).toEqual(['handed-off', 'completed']);
    expect(deliveryCount).toBe(3);
    expect([...warehouse.rows]).toEqual([...flights.entries()]);
    expect([...warehouse.totals.values()].reduce((total, { flights: count }) => total + count, 0)).toBe(25);
  });
});
