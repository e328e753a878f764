import {
  createHandler,
  inject,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from 'lambda-baton';
import { DuckDbWarehouse } from './duckdb-warehouse';
import { FlightFile } from './flight-file';
import { FLIGHTS, type Flight, type FlightSource } from './flight-source';
import { type HourTotals, WAREHOUSE, type Warehouse } from './warehouse';

/** What an execution is started with. */
interface BackfillInput {
  /** Flights per step. */
  readonly batchSize: number;
}

/** Copies flights into a warehouse, batch by batch, and sums them up by the hour of departure. */
@LongRunning({ safeMs: 1_000, intervalMs: 100 })
export class BackfillWarehouse {
  /** Where the next batch begins. */
  @State() position = 0;
  @State() totals = new Map<number, HourTotals>();

  constructor(
    @inject(FLIGHTS) private readonly flights: FlightSource,
    @inject(WAREHOUSE) private readonly warehouse: Warehouse,
  ) {}

  @Step({ retry: { maxAttempts: 20, initialDelayMs: 100, maxDelayMs: 500 } })
  async loadBatch(ctx: StepContext<BackfillInput>) {
    const batch = await this.flights.read(this.position, ctx.input.batchSize);
    await this.warehouse.write(this.position, batch);
    for (const flight of batch) this.add(flight);
    this.position += batch.length;
    ctx.progress(this.position, await this.flights.count());
  }

  @Terminate()
  async isDone() {
    return this.position === (await this.flights.count());
  }

  @OnComplete()
  async writeTotals() {
    await this.warehouse.writeTotals(this.totals);
    return { rows: this.position, hours: this.totals.size };
  }

  private add({ delay, distance, time }: Flight) {
    const hour = Math.floor(time);
    const totals = this.totals.get(hour) ?? { flights: 0, distance: 0, delay: 0 };
    totals.flights += 1;
    totals.distance += distance;
    totals.delay += delay;
    this.totals.set(hour, totals);
  }
}

const { FLIGHTS_FILE = '', WAREHOUSE_FILE = '' } = process.env;

export const handler = createHandler(BackfillWarehouse, {
  providers: [
    { token: FLIGHTS, useValue: new FlightFile(FLIGHTS_FILE, 7_500) },
    { token: WAREHOUSE, useValue: new DuckDbWarehouse(WAREHOUSE_FILE) },
  ],
});
