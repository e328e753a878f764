import { CliError } from '../cli-error';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/** The range of a duration, in milliseconds, and how it is written. */
export interface DurationRange {
  readonly leastMs: number;
  readonly mostMs: number;
  readonly most: string;
}

/**
 * Reads a duration: a number and its unit, `900ms`, `2.5s` or `15m`.
 *
 * @param option - names it in messages, `--timeout`
 * @returns whole milliseconds
 */
export function parseDuration(text: string, option: string, { leastMs, mostMs, most }: DurationRange): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text.trim()) ?? [];
  if (digits === undefined) throw refuse(option, text, 'not a duration', `Write a number and its unit: ${option} 900ms, 5s or 15m.`);
  const ms = Math.round(Number(digits) * (unitsMs[unit] ?? 0));
  if (ms < leastMs || ms > mostMs) throw refuse(option, text, 'out of range', `Choose between ${leastMs}ms and ${most}.`);
  return ms;
}

function refuse(option: string, text: string, reason: string, cure: string): CliError {
  return new CliError({ problem: `${option} ${text}: that is ${reason}.`, cure });
}
