import { type Failure, readFailure } from './failure';

/** Which execution a line is about, and what it counts. */
export interface LineSubject {
  readonly executionId: string;
  readonly job: string | undefined;
  readonly invocation: number | undefined;
  /** Steps finished, when the line says it. */
  readonly stepCount: number | undefined;
  readonly failedAttemptCount: number | undefined;
}

/** What a line of the handler's output tells. */
export type LineFact =
  | { readonly kind: 'output'; readonly lines: readonly string[] }
  /** AWS's runtime client reports a cold start that failed. */
  | { readonly kind: 'init-error'; readonly lines: readonly string[] }
  /** AWS's runtime client reports an invocation that failed: its end tells the same. */
  | { readonly kind: 'invoke-error' }
  /** A structured line that is nothing of the following. */
  | { readonly kind: 'entry'; readonly entry: Entry; readonly subject: LineSubject | undefined }
  | ({ readonly subject: LineSubject } & ExecutionFact);

/** What the runtime tells of an execution. */
export type ExecutionFact =
  | { readonly kind: 'handed-off'; readonly handOff: HandOff }
  | { readonly kind: 'cancelled' | 'completed' }
  | { readonly kind: 'duplicate' | 'routine' | 'superseded' }
  | { readonly kind: 'failed'; readonly failure: Failure | undefined }
  | { readonly kind: 'parked'; readonly failure: Failure | undefined }
  | { readonly kind: 'progress'; readonly report: ProgressReport }
  | { readonly kind: 'step-failed'; readonly attempt: FailedAttempt }
  | { readonly kind: 'step-interrupted'; readonly step: string | undefined };

/** A continuation that was accepted. */
export interface HandOff {
  readonly channel: string;
  readonly bytes: number;
  readonly delayMs: number;
  readonly reason: string | undefined;
}

/** What `ctx.progress` was told. */
export interface ProgressReport {
  readonly step: string | undefined;
  readonly done: number;
  readonly total: number | undefined;
  readonly note: string | undefined;
}

/** An attempt at a step that failed. */
export interface FailedAttempt {
  readonly step: string | undefined;
  readonly number: number | undefined;
  readonly failure: Failure | undefined;
  /** How long until the next one, in milliseconds; undefined when there is none. */
  readonly retryInMs: number | undefined;
}

/** A structured line as it was written. */
export interface Entry {
  readonly level: 'debug' | 'error' | 'info' | 'warn';
  readonly message: string;
  /** Its fields, without those that every line has. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly failure: Failure | undefined;
}

type Kind = ExecutionFact['kind'];
type Fields = Readonly<Record<string, unknown>>;

/** What the runtime writes: by `event`, and as long as a line has none, by its message. */
const kinds: ReadonlyMap<unknown, Kind> = new Map<string, Kind>([
  ['execution.handed-off', 'handed-off'],
  ['execution.waiting', 'handed-off'],
  ['handed off', 'handed-off'],
  ['execution.completed', 'completed'],
  ['execution completed', 'completed'],
  ['execution.cancelled', 'cancelled'],
  ['execution cancelled', 'cancelled'],
  ['execution.failed', 'failed'],
  ['execution failed', 'failed'],
  ['execution.parked', 'parked'],
  ['execution parked', 'parked'],
  ['execution.superseded', 'superseded'],
  ['invocation superseded: another one has claimed the execution', 'superseded'],
  ['duplicate.dropped', 'duplicate'],
  ['delivery answered from the store', 'duplicate'],
  ['progress', 'progress'],
  ['step.failed', 'step-failed'],
  ['step failed', 'step-failed'],
  ['step.interrupted', 'step-interrupted'],
  ['step interrupted', 'step-interrupted'],
  ['execution.started', 'routine'],
  ['execution started', 'routine'],
  ['execution.resumed', 'routine'],
  ['execution resumed', 'routine'],
  ['handing off', 'routine'],
  ['record done', 'routine'],
  ['record failed', 'routine'],
]);

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

/** Turns a line of the handler's output into what it tells. The only place where the text of a log line is read. */
export function readLine(line: string): LineFact {
  const fields = readFields(line);
  if (fields === undefined) return readText(line);
  const subject = readSubject(fields);
  const kind = kinds.get(fields.event) ?? kinds.get(fields.message);
  if (subject === undefined || kind === undefined)
    return { kind: 'entry', entry: readEntry(fields), subject };
  return { subject, ...readExecutionFact(kind, fields) };
}

function readExecutionFact(kind: Kind, fields: Fields): ExecutionFact {
  switch (kind) {
    case 'handed-off':
      return { kind, handOff: readHandOff(fields) };
    case 'failed':
    case 'parked':
      return { kind, failure: readFailure(fields.error) };
    case 'progress':
      return {
        kind,
        report: {
          ...readTexts(fields),
          done: asNumber(fields.done) ?? Number.NaN,
          total: asNumber(fields.total),
        },
      };
    case 'step-failed':
      return { kind, attempt: readAttempt(fields) };
    case 'step-interrupted':
      return { kind, step: asText(fields.step) };
    default:
      return { kind };
  }
}

function readHandOff({ channel, bytes, delaySeconds, reason }: Fields): HandOff {
  return {
    channel: asText(channel) ?? '?',
    bytes: asNumber(bytes) ?? 0,
    delayMs: (asNumber(delaySeconds) ?? 0) * 1_000,
    reason: asText(reason),
  };
}

function readAttempt({ step, attempt, error, isRetried, willRetry, delayMs }: Fields): FailedAttempt {
  const failure = readFailure(error);
  const retryInMs = (isRetried ?? willRetry) === true ? (asNumber(delayMs) ?? 0) : undefined;
  return { step: asText(step), number: asNumber(attempt), failure, retryInMs };
}

function readTexts({ step, note }: Fields) {
  return { step: asText(step), note: asText(note) };
}

function readSubject({
  executionId,
  job,
  invocation,
  stepCount,
  failedAttemptCount,
}: Fields): LineSubject | undefined {
  if (typeof executionId !== 'string') return undefined;
  const counts = { stepCount: asNumber(stepCount), failedAttemptCount: asNumber(failedAttemptCount) };
  return { executionId, job: asText(job), invocation: asNumber(invocation), ...counts };
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

/** A line of JSON with a `message`, or one that the runtime marked with its `event`. */
function readFields(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const fields: Fields = JSON.parse(line);
    return typeof fields.message === 'string' || kinds.has(fields.event) ? fields : undefined;
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

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
