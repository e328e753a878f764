import type { Judge } from './rule';

/** The watchdog must look at least once between the begin of the safe window and the end of the invocation. */
export const judgeInterval: Judge = ({ value, options: { safeMs } }) => {
  if (!isBelow(safeMs, value)) return undefined;
  return {
    problem: `intervalMs (${value}) must be smaller than safeMs (${safeMs}), or the watchdog looks too late.`,
    cure: safeMs < 2 ? 'Set safeMs to 2 or more.' : `Set intervalMs to ${Math.floor(safeMs / 2)} or less.`,
  };
};

/** The hard edge lies inside the safe window. */
export const judgeReserve: Judge = ({ value, options: { safeMs } }) => {
  if (!isBelow(safeMs, value)) return undefined;
  return {
    problem: `reserveMs (${value}) must be smaller than safeMs (${safeMs}), or a step is abandoned before it is asked to stop.`,
    cure: safeMs < 2 ? 'Set safeMs to 2 or more.' : `Set reserveMs to ${Math.max(1, Math.floor(safeMs / 4))}, or leave it out.`,
  };
};

/** Judges two delays that were both given; when one is a default, the greater one simply counts. */
export const judgeInitialDelay: Judge = ({ value, options: { maxDelayMs } }) => {
  if (maxDelayMs === value || !isBelow(maxDelayMs, value)) return undefined;
  return {
    problem: `initialDelayMs (${value}) must not be greater than maxDelayMs (${maxDelayMs}).`,
    cure: `Set maxDelayMs to ${value} or more.`,
  };
};

/** Says whether the bound itself is a time and the value, a time already, does not stay below it. */
function isBelow(bound: unknown, value: unknown): bound is number {
  return Number.isSafeInteger(bound) && (bound as number) >= 0 && (value as number) >= (bound as number);
}
