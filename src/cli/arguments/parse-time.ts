import { CliError } from '../cli-error';

const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Reads a point in time, `2026-11-23` (midnight UTC) or `2026-11-23T10:00Z`, in epoch milliseconds; undefined when none is given. */
export function parseTime(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const epochMs = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(epochMs)) return epochMs;
  throw new CliError({ problem: `${option} ${text}: that is no time.`, cure: `Write for example ${option} 2026-11-23T10:00Z.` });
}
