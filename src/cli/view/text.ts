import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** How many cells of a terminal a line takes. */
export function countCells(line: string): number {
  return stringWidth(line);
}

/** Cuts a line without colours to a width, with `…` when something is missing. For lines that are drawn over: what stays is wrapped. */
export function cutToCells(line: string, width: number): string {
  const flat = escapeControls(line.replaceAll(/\s/gu, ' '));
  if (countCells(flat) <= width) return flat;
  let kept = '';
  for (const character of flat) {
    if (countCells(kept + character) > width - 1) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** Breaks a text into lines of a width, between words: an id or a path is never cut. An infinite width breaks nothing. */
export function wrapText(text: string, width: number): readonly string[] {
  return Number.isFinite(width) ? wrapAnsi(text, Math.max(20, width)).split('\n') : text.split('\n');
}

const controls = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
const controlsButBreaks = /(?![\n\t])[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;

/** Shows characters that a terminal would obey, in an id or an error of somebody else: `\x1b`, `\u202e`. */
export function escapeControls(text: string): string {
  return text.replaceAll(controls, writeEscape);
}

/** The same for a text of several lines. */
export function escapeLines(text: string): string {
  return text.replaceAll(controlsButBreaks, writeEscape);
}

function writeEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** JSON that is safe on a terminal too: what JSON leaves as it is and a terminal obeys is escaped. */
export function writeJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent) ?? 'null';
  return text.replaceAll(
    /[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** A shell knows characters by their bytes. */
function writeBytes(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** A word for a command that is printed: quoted when a shell would not take it as one word, or as itself. */
export function quoteForShell(word: string): string {
  if (/^[A-Za-z0-9_./:@%+=,][A-Za-z0-9_./:@%+=,-]*$/.test(word)) return word;
  if (escapeControls(word) === word) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = word.replaceAll(/[\\']/g, String.raw`\$&`);
  return `$'${escaped.replaceAll(controls, writeBytes)}'`;
}

/** A command that is printed for somebody to run, with an id or a name in it. */
export function writeCommand(command: string, argument: string, options = ''): string {
  const isLikeOption = argument.startsWith('-');
  return isLikeOption
    ? `${command}${options} -- ${quoteForShell(argument)}`
    : `${command} ${quoteForShell(argument)}${options}`;
}

/** `7,501`; below 10 with one decimal. */
export function formatCount(value: number): string {
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Milliseconds as `12 ms`, `2.05 s`, `29.1 s`, `2 min 5 s` or `3 h 20 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.995) return `${trimZeros(seconds.toFixed(2))} s`;
  if (seconds < 59.95) return `${trimZeros(seconds.toFixed(1))} s`;
  return formatLong(Math.round(seconds));
}

/** Whole seconds, rounded up unless said otherwise: `0 s`, `12 s`, `1 min 12 s`. For what changes while one looks at it. */
export function formatSeconds(ms: number, round: (seconds: number) => number = Math.ceil): string {
  const seconds = round(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : formatLong(seconds);
}

/** How long ago or how long yet, as coarse as one speaks of it: `12 s`, `3 h 20 min`, `5 days`. */
export function formatAge(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return days < 2 ? formatSeconds(Math.max(0, ms), Math.floor) : `${formatCount(days)} days`;
}

/** Bytes as `980 B`, `1.5 KB` or `1 MB`, with 1,024 bytes to the kilobyte. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const [value, unit] = bytes < 1_048_576 ? [bytes / 1_024, 'KB'] : [bytes / 1_048_576, 'MB'];
  return `${trimZeros(value.toFixed(value < 100 ? 1 : 0))} ${unit}`;
}

/** Dollars with three digits that say something: `$0.000247`, `$1.44`. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0';
  const digits = usd >= 1 ? 2 : Math.min(12, 2 - Math.floor(Math.log10(usd)));
  return `$${usd.toFixed(digits)}`;
}

/** `1 retry`, `2 retries`. */
export function formatNumberOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function formatLong(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
