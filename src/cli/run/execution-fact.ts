import type { ErrorRecord } from '../../runtime/core/record/describe-error';
import type { RuntimeEvent } from '../../runtime/observe/runtime-event';

/** Which execution an event is about, and what it counts. */
export interface FactSubject {
  readonly executionId: string;
  readonly job: string;
  readonly invocation: number;
  /** Steps finished, when the event says it. */
  readonly stepCount: number | undefined;
  readonly failedAttemptCount: number | undefined;
}

/** What the runtime tells of an execution, as far as a run shows it. */
export type ExecutionFact =
  | { readonly kind: 'handed-off'; readonly handOff: HandOff }
  | { readonly kind: 'cancelled' | 'completed' | 'skipped' }
  | { readonly kind: 'duplicate' | 'routine' | 'superseded' }
  | { readonly kind: 'invocation-started' }
  | { readonly kind: 'invocation-ended'; readonly key: string; readonly costUsd: number }
  | { readonly kind: 'failed'; readonly failure: Failure | undefined }
  | { readonly kind: 'parked'; readonly failure: Failure | undefined }
  | { readonly kind: 'progress'; readonly report: ProgressReport }
  | { readonly kind: 'step-failed'; readonly attempt: FailedAttempt }
  | { readonly kind: 'step-interrupted'; readonly step: string };

/** A continuation that was accepted. */
export interface HandOff {
  readonly channel: string;
  readonly bytes: number;
  readonly delayMs: number;
  readonly reason: string;
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
  readonly step: string;
  readonly number: number;
  readonly failure: Failure | undefined;
  /** How long until the next one, in milliseconds; undefined when there is none. */
  readonly retryInMs: number | undefined;
}

/** An event of the runtime, and which execution it is about. */
export type ToldFact = ExecutionFact & { readonly subject: FactSubject };

/** Reads an event that the runtime has told; undefined for what is none. */
export function readTold(line: string): ToldFact | undefined {
  const event = parseEvent(line);
  return event === undefined ? undefined : { subject: readSubject(event), ...readFact(event) };
}

/** Reads a line that tells an event; undefined for what is none. */
export function parseEvent(line: string): RuntimeEvent | undefined {
  try {
    const event = JSON.parse(line) as RuntimeEvent | null;
    return typeof event?.type === 'string' && typeof event.executionId === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

function readSubject(event: RuntimeEvent): FactSubject {
  const { executionId, job, invocation } = event;
  // The end of an invocation tells what that did alone.
  const counted: object = event.type === 'invocation.ended' ? {} : event;
  const { stepCount, failedAttemptCount } = counted as { stepCount?: number; failedAttemptCount?: number };
  return { executionId, job, invocation, stepCount, failedAttemptCount };
}

function readFact(event: RuntimeEvent): ExecutionFact {
  switch (event.type) {
    case 'execution.handed-off':
    case 'execution.waiting':
      return { kind: 'handed-off', handOff: readHandOff(event) };
    case 'execution.completed':
      return { kind: 'completed' };
    case 'execution.cancelled':
      return { kind: 'cancelled' };
    case 'execution.skipped':
      return { kind: 'skipped' };
    case 'execution.failed':
      return { kind: 'failed', failure: readError(event.error) };
    case 'execution.parked':
      return { kind: 'parked', failure: readError(event.error) };
    case 'invocation.started':
      return { kind: 'invocation-started' };
    case 'invocation.ended':
      // Its delivery may come again under the same name after it died.
      return {
        kind: 'invocation-ended',
        key: `${event.requestId} ${event.ending} ${Math.round(event.atMs - event.durationMs)}`,
        costUsd: event.costUsd,
      };
    case 'execution.superseded':
      return { kind: 'superseded' };
    case 'duplicate.dropped':
      return { kind: 'duplicate' };
    case 'progress': {
      const { step, done, total, note } = event;
      return {
        kind: 'progress',
        report: { step, done: readNumber(done) ?? Number.NaN, total: readNumber(total), note },
      };
    }
    case 'step.failed': {
      const { step, attempt: number, error, willRetry, delayMs } = event;
      const retryInMs = willRetry ? delayMs : undefined;
      return { kind: 'step-failed', attempt: { step, number, failure: readError(error), retryInMs } };
    }
    case 'step.interrupted':
      return { kind: 'step-interrupted', step: event.step };
    default:
      return { kind: 'routine' };
  }
}

function readHandOff(
  event: Extract<RuntimeEvent, { type: 'execution.handed-off' | 'execution.waiting' }>,
): HandOff {
  const { channel = '?', bytes, reason } = event;
  const delaySeconds = event.type === 'execution.waiting' ? (event.delaySeconds ?? 0) : 0;
  return { channel, bytes, delayMs: delaySeconds * 1_000, reason };
}

function readError(error: ErrorRecord): Failure | undefined {
  return readFailure(error);
}

/** What a step reports may be anything. */
function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** An error as the runtime's log, a record, or AWS's error document tells it. */
export interface Failure {
  readonly name: string;
  /** With one thing to do after `→` on the second line, when it has one. */
  readonly message: string;
  /** The lines beneath the message, when they are known. */
  readonly stack?: string;
  /** What it was caused by. */
  readonly cause?: Failure;
  /** The parts of an error that has parts. */
  readonly errors?: readonly Failure[];
}

const maxCauses = 10;

/** Reads an error out of a log line or a record; undefined when that is none. */
export function readFailure(error: unknown, depth = 0): Failure | undefined {
  if (typeof error !== 'object' || error === null || depth > maxCauses) return undefined;
  const { name, message, stack, cause, errors } = error as Partial<Record<keyof Failure, unknown>>;
  const reason = readFailure(cause, depth + 1);
  const parts = Array.isArray(errors) ? errors.flatMap((part) => readFailure(part, depth + 1) ?? []) : [];
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : '',
    ...(typeof stack === 'string' && stack !== '' && { stack }),
    ...(reason !== undefined && { cause: reason }),
    ...(parts.length > 0 && { errors: parts }),
  };
}

/** An error in one line: its name and what it says, without what to do. */
export function summariseFailure({ name, message }: Failure): string {
  const [problem = ''] = message.split('\n');
  return problem === '' ? name : `${name}: ${problem}`;
}

const maxFrames = 12;

/** The lines of an error's stack that name places: those of the user's code, as far as there are any. */
export function listFrames({ stack = '' }: Failure): readonly string[] {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.filter((frame) => !/node:|node_modules|aws-lambda-ric/.test(frame));
  return (own.length > 0 ? own : frames).slice(0, maxFrames).map((frame) => `    ${frame.trim()}`);
}
