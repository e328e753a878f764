import type { Clock } from '../runtime/ports';

/** Where virtual time begins unless it is told otherwise: 2026-01-01T00:00:00Z, in epoch milliseconds. */
export const epochMs: number = Date.UTC(2026, 0, 1);

/** A {@link Clock} that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowMs: number;

  /** @param startMs - epoch milliseconds. @defaultValue 2026-01-01T00:00:00Z */
  constructor(startMs: number = epochMs) {
    this.#nowMs = startMs;
  }

  /** Virtual epoch milliseconds. */
  now(): number {
    return this.#nowMs;
  }

  /** Virtual too: however long a test takes, no deadline comes by it. */
  elapsedMs(): number {
    return this.#nowMs;
  }

  /** Moves on by `ms` without firing a timer: what synchronous code does that holds the event loop. */
  block(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves to a time in epoch milliseconds, never backwards. */
  moveTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }

  /** Begins again at a time in epoch milliseconds. */
  reset(timeMs: number): void {
    this.#nowMs = timeMs;
  }
}
