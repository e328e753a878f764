/** One flight of the US Bureau of Transportation Statistics, as `flights-200k.json` has it. */
export interface Flight {
  /** Minutes after the scheduled arrival; negative when it was early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  /** Scheduled departure in hours since midnight, 0 to below 24. The file knows no date. */
  readonly time: number;
}

/** Where flights come from: a long list that is read page by page. */
export interface FlightSource {
  /** How many flights there are. */
  count(): Promise<number>;
  /** The flights from `position` on (from 0), at most `limit` of them. */
  read(position: number, limit: number): Promise<readonly Flight[]>;
}

/** The token of the {@link FlightSource}. */
export const FLIGHTS = Symbol('FLIGHTS');
