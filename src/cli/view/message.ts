import { type ExecutionFact, type FailedAttempt, summariseFailure } from '../run/execution-fact';
import type { Entry, LineFact } from '../run/read-line';
import type { RunEvent, Taken } from '../run/run-record';
import type { Paint, Tone } from './paint';
import { escapeLines, formatDuration, wrapText } from './text';

/** One line worth telling, before it is laid out. */
export interface Message {
  /** `start` is left to the live lines where there are any; `output` is the handler's own. */
  readonly kind: 'end' | 'event' | 'output' | 'start';
  readonly tone: Tone;
  /** One character. */
  readonly mark: string;
  /** Number of the invocation that it is about, if any. */
  readonly number: number | undefined;
  readonly text: string;
}

type Line = Omit<Message, 'number'>;

/** Says what a line of the handler's output is worth telling: nothing, or the line itself. */
export function describeFact(fact: LineFact): readonly Line[] {
  switch (fact.kind) {
    case 'output':
    case 'init-error':
      return fact.lines.map(show);
    case 'entry':
      return [describeEntry(fact.entry)];
    default:
      return [];
  }
}

/** Says what of the runtime's events is worth a line beside those of the invocations. */
export function describeTold(fact: ExecutionFact): readonly Line[] {
  switch (fact.kind) {
    case 'step-failed':
      return [remark(describeAttempt(fact.attempt))];
    case 'step-interrupted':
      return [remark(`${fact.step} was cut off and will run again`)];
    default:
      return [];
  }
}

/** The last failed attempt is why the execution fails: its error is told whole, once, at the end. */
function describeAttempt({ step, number, failure, retryInMs }: FailedAttempt): string {
  const what = `${step} failed (attempt ${number})`;
  if (retryInMs === undefined) return `${what} and is not tried again`;
  return `${what}${failure === undefined ? '' : `: ${summariseFailure(failure)}`}; again in ${formatDuration(retryInMs)}`;
}

function describeEntry({ level, message, details, failure }: Entry): Line {
  const fields = Object.entries(details).map(
    ([field, value]) => ` ${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const text = escapeLines(
    `${message}${fields.join('')}${failure === undefined ? '' : `: ${summariseFailure(failure)}`}`,
  );
  if (level === 'error') return { kind: 'event', mark: '✖', tone: 'bad', text };
  return level === 'warn' ? remark(text) : show(text);
}

function remark(text: string): Line {
  return { kind: 'event', mark: '!', tone: 'warn', text };
}

function show(text: string): Line {
  return { kind: 'output', mark: ' ', tone: 'plain', text };
}

/** Recognises lines that tell nothing new. */
export class NoiseFilter {
  readonly #told = new Set<string>();
  readonly #failedEnvironments = new Set<string>();

  /** Whether this was said before: at another cold start, or by the runtime client before Node reports the same error once more. */
  isNoise(event: RunEvent, { fact }: Taken): boolean {
    if (event.name !== 'log') return false;
    const { environmentId, stream } = event.about;
    const isCrashReport = stream === 'stderr' && this.#failedEnvironments.has(environmentId);
    if (fact?.kind === 'init-error') this.#failedEnvironments.add(environmentId);
    return isCrashReport || this.#isRepeated(fact);
  }

  /** What is said at every cold start: a structured line that belongs to no execution. */
  #isRepeated(fact: LineFact | undefined): boolean {
    if (fact?.kind !== 'entry' || fact.isOfExecution) return false;
    const text = JSON.stringify(fact.entry);
    const isKnown = this.#told.has(text);
    this.#told.add(text);
    return isKnown;
  }
}

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
