import { maxTimerMs } from '../../core/execution/timer-limit';

/** @throws RangeError when `ms` is not a whole number of milliseconds from `leastMs` to about 24.8 days. */
export function checkDelay(ms: number, leastMs: number): void {
  if (Number.isInteger(ms) && ms >= leastMs && ms <= maxTimerMs) return;
  throw new RangeError(
    `Timer: ${String(ms)} is not a whole number of milliseconds from ${leastMs} to ${maxTimerMs}.`,
  );
}
