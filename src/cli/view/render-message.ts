import type { Message } from './describe-line';
import { formatDuration } from './format';
import type { Paint } from './paint';
import { wrapText } from './text';

const labelCells = 4;
const gap = '  ';

/** A message for a terminal: `↪ #7   handed off via lambda after 2.05 s, 1.5 KB`. What does not fit goes on below; what the handler wrote stays as it is. */
export function renderMessage(
  { kind, mark, number, text, tone }: Message,
  columns: number,
  paint: Paint,
): string {
  if (kind === 'output') return text;
  const label = writeLabel(number);
  const [first = '', ...others] = wrapText(text, columns - label.length - 2 * gap.length);
  const look = kind === 'end' && tone !== 'bad' ? 'plain' : tone;
  const margin = ' '.repeat(label.length + 3);
  return [
    `${paint(tone, mark)} ${paint('dim', label)} ${paint(look, first)}`,
    ...others.map((line) => `${margin}${paint(look, line)}`),
  ].join('\n');
}

/** A message for a file or a pipe, with the time since the run began. */
export function renderPlainMessage({ kind, number, text }: Message, atMs: number): string {
  return kind === 'output' ? text : `${formatElapsed(atMs)}  ${writeLabel(number)} ${text}`;
}

/** Seconds with one decimal below a minute, so that the lines stand below each other. */
export function formatElapsed(ms: number): string {
  return (ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms)).padStart(8);
}

function writeLabel(number: number | undefined): string {
  return (number === undefined ? '' : `#${number}`).padEnd(labelCells);
}
