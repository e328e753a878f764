import type { Clock } from '../../src';

/** Where virtual time begins, in epoch milliseconds. */
export const epochMs = Date.UTC(2026, 0, 1);

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  #nowMs: number;

  constructor(startMs = epochMs) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Moves on without firing a timer: what synchronous code does that holds the event loop. */
  block(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves to a time, never backwards. */
  moveTo(timeMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
  }
}
