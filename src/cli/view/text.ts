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
