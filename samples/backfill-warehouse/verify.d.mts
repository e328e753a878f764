import type { Flight } from './flight-source';
import type { HourTotals } from './warehouse';

/** All flights, and their totals by hour. */
export interface OnePass {
  readonly flights: readonly Flight[];
  readonly hours: ReadonlyMap<number, HourTotals>;
}

/** What stands in the warehouse. */
export interface WarehouseContent {
  readonly rows: readonly (Flight & { readonly position: number })[];
  readonly totals: readonly (HourTotals & { readonly hour: number })[];
}

export function sumInOnePass(flightsFile: string): Promise<OnePass>;
export function readWarehouse(warehouseFile: string): Promise<WarehouseContent>;
export function findDifferences(expected: OnePass, actual: WarehouseContent): string[];
export function describeAgreement(expected: OnePass, actual: WarehouseContent): string;
