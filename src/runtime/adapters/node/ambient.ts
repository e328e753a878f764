import { setMaxListeners } from 'node:events';
import type { Clock, Random } from '../../ports';

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

/** The engine's own random numbers: good enough to spread retries. */
export class MathRandom implements Random {
  next(): number {
    return Math.random();
  }
}

/** A fresh id for an execution that nobody gave one. */
export function createRandomId(): string {
  return process.getBuiltinModule('node:crypto').randomUUID();
}

/** Makes a controller whose signal any number of requests may listen to at once. Node takes more than ten for a leak, and warns. */
export function createAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
