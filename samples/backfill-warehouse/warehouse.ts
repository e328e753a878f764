import type { Flight } from './flight-source';

/** What is summed up for one hour of the day. */
export interface HourTotals {
  flights: number;
  /** Miles. */
  distance: number;
  /** Minutes. */
  delay: number;
}

/** Where flights go. Writing the same again changes nothing. */
export interface Warehouse {
  /** Writes flights under their positions, the first one's being `position`. */
  write(position: number, flights: readonly Flight[]): Promise<void>;
  /** Writes the totals under their hours. */
  writeTotals(totals: ReadonlyMap<number, HourTotals>): Promise<void>;
}

/** The token of the {@link Warehouse}. */
export const WAREHOUSE = Symbol('WAREHOUSE');
