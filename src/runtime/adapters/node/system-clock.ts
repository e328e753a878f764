import type { Clock } from '../../ports';

/** The machine's wall clock, and its monotonic one. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  elapsedMs(): number {
    return performance.now();
  }
}

/** A clock with both its answers: one that tells the time only is completed by the machine's monotonic clock. */
export function completeClock(clock: Clock): Required<Clock> {
  return { now: () => clock.now(), elapsedMs: () => clock.elapsedMs?.() ?? performance.now() };
}
