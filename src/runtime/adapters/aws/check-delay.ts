/** The longest delay that Node's own timers take, in milliseconds; a longer one would fire at once. */
const maxTimerMs = 2_147_483_647;

/** @throws RangeError when `ms` is not a whole number of milliseconds from `leastMs` to about 24.8 days. */
export function checkDelay(ms: number, leastMs: number): void {
  if (Number.isInteger(ms) && ms >= leastMs && ms <= maxTimerMs) return;
  throw new RangeError(
    `Timer: ${String(ms)} is not a whole number of milliseconds from ${leastMs} to ${maxTimerMs}.`,
  );
}
