import type { Check } from './rule';

/** The watchdog must look at least once between the begin of the safe window and the end of the invocation. */
export const checkInterval: Check = ({ value, options }) => {
  const safeMs = readWhole(options.safeMs, 1);
  if (safeMs === undefined || (value as number) < safeMs) return undefined;
  return {
    problem: `intervalMs (${value}) must be smaller than safeMs (${safeMs}), or the watchdog looks too late.`,
    fix: safeMs < 2 ? 'Set safeMs to 2 or more.' : `Set intervalMs to ${Math.floor(safeMs / 2)} or less.`,
  };
};

/** The hard edge lies inside the safe window. */
export const checkReserve: Check = ({ value, options }) => {
  const safeMs = readWhole(options.safeMs, 1);
  if (safeMs === undefined || (value as number) < safeMs) return undefined;
  return {
    problem: `reserveMs (${value}) must be smaller than safeMs (${safeMs}), or a step is abandoned before it is asked to stop.`,
    fix:
      safeMs < 2
        ? 'Set safeMs to 2 or more.'
        : `Set reserveMs to ${Math.max(1, Math.floor(safeMs / 4))}, or leave it out.`,
  };
};

/** Checks two delays that were both given. When one is a default, the first delay is simply cut at the longest. */
export const checkInitialDelay: Check = ({ value, options }) => {
  const maxDelayMs = readWhole(options.maxDelayMs, 0);
  if (maxDelayMs === undefined || (value as number) <= maxDelayMs) return undefined;
  return {
    problem: `initialDelayMs (${value}) must not be greater than maxDelayMs (${maxDelayMs}).`,
    fix: `Set maxDelayMs to ${value} or more.`,
  };
};

/** Reads what a time is compared with; undefined when that is missing or wrong itself, which is another fault. */
function readWhole(value: unknown, least: number): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= least ? (value as number) : undefined;
}
