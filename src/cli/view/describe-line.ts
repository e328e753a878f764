import { readFailure, summariseFailure } from '../record/failure';
import { type LogEntry, readLogEntry, readNumber, readText } from '../record/log-entry';
import { describeText } from './describe-text';
import { formatDuration } from './format';
import type { Message } from './message';

type Line = Omit<Message, 'number'>;

/** What the runtime says that the invocations' ends and the progress bar say already. */
const silent = new Set([
  'delivery answered from the store',
  'execution cancelled',
  'execution completed',
  'execution failed',
  'execution resumed',
  'execution started',
  'handed off',
  'handing off',
  'progress',
  'record done',
  'record failed',
]);

/** The fields that every line has, and that say nothing to someone who watches. */
const usualFields = new Set(['cycle', 'error', 'executionId', 'invocation', 'job', 'level', 'message', 'step', 'timestamp']);

/** Says what a line of the handler's output is worth telling: nothing, a remark of the runtime, or the line itself. */
export function describeLine(line: string): readonly Line[] {
  const entry = readLogEntry(line);
  if (entry === undefined) return describeText(line).map(show);
  if (silent.has(entry.message) && typeof entry.executionId === 'string') return [];
  if (entry.message === 'step failed') return [describeFailedStep(entry)];
  if (entry.message === 'step interrupted') return [remark(`${readText(entry, 'step')} was cut off and will run again`)];
  return [describeEntry(entry)];
}

function describeFailedStep(entry: LogEntry): Line {
  const failure = readFailure(entry);
  const what = `${readText(entry, 'step') ?? 'a step'} failed (attempt ${readNumber(entry, 'attempt') ?? '?'})`;
  const why = failure === undefined ? '' : `: ${summariseFailure(failure)}`;
  const next = entry.isRetried === true ? `; again in ${formatDuration(readNumber(entry, 'delayMs') ?? 0)}` : '';
  return remark(`${what}${why}${next}`);
}

function describeEntry(entry: LogEntry): Line {
  const failure = readFailure(entry);
  const fields = Object.entries(entry).filter(([field]) => !usualFields.has(field));
  const details = fields.map(([field, value]) => ` ${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join('');
  const text = `${entry.message}${details}${failure === undefined ? '' : `: ${summariseFailure(failure)}`}`;
  const level = String(entry.level).toUpperCase();
  if (level === 'ERROR') return { kind: 'event', mark: '✖', tone: 'bad', text };
  return level === 'WARN' ? remark(text) : show(text);
}

function remark(text: string): Line {
  return { kind: 'event', mark: '!', tone: 'warn', text };
}

function show(text: string): Line {
  return { kind: 'output', mark: ' ', tone: 'plain', text };
}
