import { type Failure, readFailure } from './execution-fact';

/** What a line of the handler's output tells. */
export type LineFact =
  | { readonly kind: 'output'; readonly lines: readonly string[] }
  /** AWS's runtime client reports a cold start that failed. */
  | { readonly kind: 'init-error'; readonly lines: readonly string[] }
  /** AWS's runtime client reports an invocation that failed: its end tells the same. */
  | { readonly kind: 'invoke-error' }
  /** The runtime's line about what it tells anyway. */
  | { readonly kind: 'told' }
  /** Any other structured line. `isOfExecution`: it belongs to one. */
  | { readonly kind: 'entry'; readonly entry: Entry; readonly isOfExecution: boolean };

/** A structured line as it was written. */
export interface Entry {
  readonly level: 'debug' | 'error' | 'info' | 'warn';
  readonly message: string;
  /** Its fields, without those that every line has. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly failure: Failure | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields that every line has, and that say nothing to someone who watches. */
const usualFields = new Set([
  'cycle',
  'error',
  'event',
  'executionId',
  'invocation',
  'job',
  'level',
  'message',
  'requestId',
  'step',
  'timestamp',
]);

/** Turns a line of the handler's output into what it tells. No line of the runtime's is read: what it says comes as an event. */
export function readLine(line: string): LineFact {
  const fields = readFields(line);
  if (fields === undefined) return readText(line);
  // No field of the user's has this name.
  if (typeof fields.event === 'string') return { kind: 'told' };
  return { kind: 'entry', entry: readEntry(fields), isOfExecution: typeof fields.executionId === 'string' };
}

function readEntry(fields: Fields): Entry {
  const level = String(fields.level).toLowerCase();
  return {
    level: level === 'error' || level === 'warn' || level === 'debug' ? level : 'info',
    message: String(fields.message),
    details: Object.fromEntries(Object.entries(fields).filter(([field]) => !usualFields.has(field))),
    failure: readFailure(fields.error),
  };
}

/** A line of JSON with a `message`, or one that the runtime has marked with its `event`. */
function readFields(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const fields: Fields = JSON.parse(line);
    return typeof fields.message === 'string' || typeof fields.event === 'string' ? fields : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes off what AWS's runtime client puts before a line of `console.log`, gives back the line breaks that it took out, and tells its own
 * report of an error apart.
 */
function readText(line: string): LineFact {
  const [, level = '', written = line] =
    /^\d{4}-\d\d-\d\dT[\d:.]+Z\t[^\t]*\t([A-Z]+)\t(.*)$/s.exec(line) ?? [];
  const [, phase, report] = (level === 'ERROR' && /^(Init|Invoke) Error\s*(\{.*\})$/s.exec(written)) || [];
  if (phase === 'Invoke') return { kind: 'invoke-error' };
  return report === undefined
    ? { kind: 'output', lines: written.split('\r') }
    : { kind: 'init-error', lines: readReport(report) };
}

/** How many lines of a stack are told: the first ones are the user's. */
const stackLines = 5;

/** An error that says what to do needs no stack. */
function readReport(report: string): readonly string[] {
  const { errorMessage, stack } = readJson(report) as { errorMessage?: unknown; stack?: unknown };
  if (typeof errorMessage !== 'string' || errorMessage.includes('\n→ ') || !Array.isArray(stack)) return [];
  const frames = stack.filter((frame) => /^\s+at /.test(frame) && !frame.includes('aws-lambda-ric'));
  return [errorMessage, ...frames.slice(0, stackLines)];
}

function readJson(text: string): object {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
