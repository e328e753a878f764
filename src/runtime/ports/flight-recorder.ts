import type { LastSign } from '../core/execution/interruption';

/** What earlier tries of a delivery left behind that died without a word. */
export interface LostTries {
  /** How many, in a row, wherever they were. */
  readonly count: number;
  /** Where the last one was. */
  readonly place: UnitPlace;
  /** How many of them, in a row, were there. */
  readonly samePlaceCount: number;
  readonly deadlineMs: number;
  readonly lastSign: LastSign;
}

/** Where an invocation stands: at the safe point that it began with, at a later one, or handing over. */
export type UnitPlace = 'hand-off' | 'later' | 'start';

/** What a try begins with. */
export interface TryStart {
  readonly nowMs: number;
  readonly deadlineMs: number;
  readonly memoryLimitMb: number;
}

/**
 * Keeps a heartbeat of each delivery outside the process, so that the next try of the same delivery learns of a death.
 * Best effort: it knows only what happened in the same execution environment. Not a token.
 */
export interface FlightRecorder {
  /** Begins a try. @returns the tries before it that died; undefined when there are none that it knows of */
  begin(delivery: string, start: TryStart): LostTries | undefined;
  /** Writes down that the try is alive, with the method that is running and where it stands. */
  sign(delivery: string, nowMs: number, unit: string, place: UnitPlace): void;
  /** Ends a try in good order: nothing is left behind. */
  end(delivery: string): void;
}
