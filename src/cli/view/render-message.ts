import { cutToCells } from './cells';
import { formatDuration } from './format';
import type { Message } from './message';
import type { Paint } from './paint';

const labelCells = 4;

/** A message for a terminal, in one row: `↪ #7   handed off via lambda after 2.05 s, 1.5 KB`. What the handler wrote stays as it is. */
export function renderMessage({ kind, mark, number, text, tone }: Message, columns: number, paint: Paint): string {
  if (kind === 'output') return text;
  const label = (number === undefined ? '' : `#${number}`).padEnd(labelCells);
  const body = cutToCells(text, columns - label.length - 4);
  const look = kind === 'end' && tone !== 'bad' ? 'plain' : tone;
  return `${paint(tone, mark)} ${paint('dim', label)} ${paint(look, body)}`;
}

/** A message for a file or a pipe, with the time since the run began. */
export function renderPlainMessage({ kind, number, text }: Message, atMs: number): string {
  if (kind === 'output') return text;
  const label = (number === undefined ? '' : `#${number}`).padEnd(labelCells);
  return `${formatElapsed(atMs)}  ${label} ${text}`;
}

/** Seconds with one decimal below a minute, so that the lines stand below each other. */
export function formatElapsed(ms: number): string {
  return (ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms)).padStart(8);
}
