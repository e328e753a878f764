import { styleText } from 'node:util';
import { type Failure, listFrames } from '../run/execution-fact';
import { escapeControls, escapeLines, wrapText } from './text';

/** What a text means; how that looks is decided in one place. */
export type Tone = 'accent' | 'bad' | 'dim' | 'good' | 'plain' | 'strong' | 'warn';

/** Gives a text its look. */
export type Paint = (tone: Tone, text: string) => string;

const styles = {
  accent: 'cyan',
  bad: 'red',
  dim: 'dim',
  good: 'green',
  strong: 'bold',
  warn: 'yellow',
} as const;

/** No look at all: for files, pipes and `NO_COLOR`. */
export const paintNothing: Paint = (_tone, text) => text;

/** The looks of a terminal. Whether there is one has been found out before. */
export const paintColors: Paint = (tone, text) =>
  tone === 'plain' || text === '' ? text : styleText(styles[tone], text, { validateStream: false });

/** Decides by the habits of terminals: `NO_COLOR` wins, then `FORCE_COLOR`, then whether it is a terminal at all. */
export function choosePaint(
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR || FORCE_COLOR === '0') return paintNothing;
  return FORCE_COLOR || (isTerminal && TERM !== 'dumb') ? paintColors : paintNothing;
}

/** An error for its reader: what is wrong, what to do in a line of its own, then where it was thrown and what it was caused by. */
export function renderFailure(failure: Failure, paint: Paint, opening = ''): string {
  const [problem = '', ...others] = escapeLines(failure.message).split('\n');
  const head = `${opening}${paint('bad', `${escapeLines(failure.name)}:`)} ${problem}`;
  const own = [head, ...others.map((line) => paint('accent', line))];
  return [...own, ...renderFailureDetails(failure, paint)].join('\n');
}

/** Where an error was thrown, its parts, and what it was caused by, line by line. */
export function renderFailureDetails(failure: Failure, paint: Paint): string[] {
  return [
    ...listFrames(failure).map((frame) => paint('dim', escapeLines(frame))),
    ...(failure.errors ?? []).map((part) => renderFailure(part, paint, 'one of them ')),
    ...(failure.cause === undefined ? [] : [renderFailure(failure.cause, paint, 'caused by ')]),
  ];
}

/** A fact and its name. */
export type Row = readonly [label: string, text: string];

const labelCells = 13;
const margin = '  ';

/** Facts below each other. What does not fit the width goes on in the next line: nothing is cut. */
export function renderRows(rows: readonly Row[], width: number, paint: Paint): string[] {
  return rows.flatMap(([label, text]) => {
    const [first = '', ...others] = text
      .split('\n')
      .flatMap((line) => wrapText(escapeControls(line), width - labelCells - margin.length - 1));
    const head = `${margin}${paint('dim', label.padEnd(labelCells))}${first}`;
    return [head, ...others.map((line) => `${margin}${' '.repeat(labelCells)}${line}`)];
  });
}
