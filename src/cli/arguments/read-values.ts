import { CliError } from '../cli-error';

/** What a number must be, both ends included. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** Stands in the message when it is wrong. */
  readonly example: number;
}

/** Reads a number within a range. @throws CliError for any other text */
export function parseNumber(
  text: string,
  option: string,
  { least, most, isWhole, example }: NumberRange,
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw new CliError({
    problem: `${option} ${text}: that is not ${isWhole ? 'a whole number' : 'a number'} from ${least} to ${most}.`,
    fix: `Write for example ${option} ${example}.`,
  });
}

/** The range of a duration, in milliseconds, and how its end is written. */
export interface DurationRange {
  readonly leastMs: number;
  readonly maxMs: number;
  readonly most: string;
}

/** What Lambda's time-out can be. */
export const timeoutRange: DurationRange = {
  leastMs: 100,
  maxMs: 5_400_000,
  most: '90m (AWS: 15m, on Managed Instances 90m)',
};

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Reads a duration: a number and its unit, `900ms`, `2.5s` or `15m`.
 *
 * @param option - names it in messages, `--timeout`
 * @returns whole milliseconds
 * @throws CliError for any other text
 */
export function parseDuration(text: string, option: string, { leastMs, maxMs, most }: DurationRange): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text.trim()) ?? [];
  const refuse = (reason: string, fix: string) =>
    new CliError({ problem: `${option} ${text}: that is ${reason}.`, fix });
  if (digits === undefined)
    throw refuse('not a duration', `Write a number and its unit: ${option} 900ms, 5s or 15m.`);
  const ms = Math.round(Number(digits) * (unitsMs[unit] ?? 0));
  if (ms < leastMs || ms > maxMs) throw refuse('out of range', `Choose between ${leastMs}ms and ${most}.`);
  return ms;
}

const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Reads a point in time, `2026-11-23` (midnight UTC) or `2026-11-23T10:00Z`, in epoch milliseconds; undefined when none is given. @throws CliError */
export function parseTime(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const epochMs = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(epochMs)) return epochMs;
  throw new CliError({
    problem: `${option} ${text}: that is no time.`,
    fix: `Write for example ${option} 2026-11-23T10:00Z.`,
  });
}

/** Reads one of a few words; undefined when none is given. @throws CliError for any other word */
export function chooseValue<Value>(
  option: string,
  text: string | undefined,
  choices: Readonly<Record<string, Value>>,
): Value | undefined {
  if (text === undefined) return undefined;
  if (Object.hasOwn(choices, text)) return choices[text];
  throw new CliError({
    problem: `${option} ${text}: that is no choice.`,
    fix: `Write ${Object.keys(choices).join(' or ')}.`,
  });
}

/** Whose prices count. */
export const architectures = { x86_64: 'x86_64', arm64: 'arm64' } as const;

/** The names of files that are missing: every command ends with the same exit code for them. */
export function missingFileError(what: string, file: string, fix: string, cause?: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'ENOENT';
  return new CliError({
    problem: `${what} ${file} cannot be read (${code}).`,
    fix,
    ...(cause === undefined ? {} : { cause }),
  });
}
