import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CliError } from '../command';

/** What a number must be, both ends included. */
interface NumberRange {
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

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a file or of standard input, without the byte-order mark that some editors and shells put in front of it.
 *
 * @throws CliError when it is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  try {
    const text = utf8.decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // What is no UTF-8 is refused below, as is UTF-16 without a mark, which has a zero byte in each Latin letter.
  }
  throw new CliError({
    problem: `${source} is not encoded in UTF-8${isUtf16(bytes) ? ': it is UTF-16, as PowerShell writes it' : ''}.`,
    fix: 'Save it as UTF-8; in PowerShell: Set-Content -Encoding utf8.',
  });
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0) !== (second === 0)
  );
}

/** How messages name what is read. */
interface Naming {
  readonly noun: string;
  /** How the text itself is written on the command line. */
  readonly example: string;
}

/**
 * Reads the start event, or another JSON document: JSON text, `-` for standard input, else a file.
 *
 * @throws CliError when there is no such file, or it is not JSON
 */
export async function readEvent(
  event: string,
  stdin: NodeJS.ReadableStream,
  naming: Naming = ofEvent,
): Promise<unknown> {
  if (/^\s*[[{"]/.test(event)) return parse(event.replace(/^\ufeff/, ''), `The ${naming.noun}`);
  if (event === '-') return parse(decodeText(await buffer(stdin), 'Standard input'), 'Standard input');
  return parse(decodeText(await readBytes(event, naming), event), event);
}

const ofEvent: Naming = { noun: 'event', example: `--event '{"from":1}'` };

async function readBytes(file: string, { noun, example }: Naming): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw missingFileError(
      `The ${noun} file`,
      file,
      `Correct the path, or write the ${noun} itself: ${example}.`,
      cause,
    );
  }
}

function parse(json: string, source: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new CliError({
      problem: `${source} is not JSON: ${(cause as Error).message}`,
      fix: 'Correct it; that has to be a JSON document.',
      cause,
    });
  }
}
