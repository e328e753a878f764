import {
  InvalidInputError,
  InvokeFailedError,
  type RedriveObstacle,
  RedriveRefusedError,
  UnknownExecutionError,
} from '../errors';
import type { Found } from '../runtime/among/change-record';
import { usableId } from '../runtime/core/message/arrival';
import type { ExecutionRecord } from '../runtime/core/record/execution-record';
import { type StopMark, stoppedError } from '../runtime/core/record/stop-mark';
import { checkRedrive } from '../runtime/core/record/sweep';

const fixes: Record<RedriveObstacle, string> = {
  cancelled: 'Start it again under another id.',
  compensated: 'Fix the cause, and start it again under another id.',
  completed: 'Start it again under another id.',
  'handed-off': 'Let it go on; if its next invocation has not begun by then, redrive it.',
  skipped: 'Start it again under another id, when there is a slot free.',
  running: 'Let it go on, or cancel it; if it has died, redrive it when its lease has ended.',
};

/** The error for a redrive of an execution that is under way or has ended well. */
function refusedError(record: ExecutionRecord, standing: RedriveObstacle): RedriveRefusedError {
  const { executionId } = record.continuation;
  return new RedriveRefusedError({
    problem: `Execution ${executionId} cannot be redriven: it ${describeStanding(record, standing)}.`,
    fix: fixes[standing],
    details: { executionId, standing },
  });
}

function describeStanding(
  { invocation, handedOffTo, leaseUntilMs, continuation }: ExecutionRecord,
  standing: RedriveObstacle,
): string {
  switch (standing) {
    case 'running':
      return `is running in invocation ${invocation}, whose lease ends at ${formatTime(leaseUntilMs)}`;
    case 'handed-off':
      return `was handed over to invocation ${handedOffTo}, due by ${formatTime(Math.max(leaseUntilMs, continuation.resumeAtMs))}`;
    case 'compensated':
      return 'has failed, and steps of it were undone, so it cannot go on from where it stood';
    case 'completed':
    case 'cancelled':
    case 'skipped':
      return `has ended as ${standing}`;
  }
}

function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** The error for a start under an id that is none. */
export function unusableError(): InvalidInputError {
  return new InvalidInputError({
    problem: `The executionId cannot be one: it is not ${usableId}.`,
    fix: 'Choose an id that names the work, such as a date or an order number.',
    details: { job: '', faults: ['executionId'] },
  });
}

/** The longest reason of a stop, in characters. */
const maxReason = 500;
const maxJob = 64;

/** Refuses what cannot be the name of a job, or the reason of a stop. */
export function checkStop(job: string, reason = ''): void {
  const isJob = typeof job === 'string' && job !== '' && job.length <= maxJob;
  const isReason = typeof reason === 'string' && reason.length <= maxReason;
  if (isJob && isReason) return;
  throw new InvalidInputError({
    problem: isJob
      ? `The reason of a stop cannot be longer than ${maxReason} characters.`
      : `No job can have this name: it is not a text of 1 to ${maxJob} characters.`,
    fix: isJob
      ? 'Say it shorter, or where to read it.'
      : "Write the job's name, as @LongRunning or its class has it.",
    details: { job: '', faults: [isJob ? 'reason' : 'job'] },
  });
}

/** The error for an id that the store does not have. */
export function unknownExecutionError(executionId: string): UnknownExecutionError {
  return new UnknownExecutionError({
    problem: `The store has no execution ${JSON.stringify(executionId)}.`,
    fix: 'Check the id and the store; a start takes a moment to become a record.',
    details: { executionId },
  });
}

/** The error for a call that needs a function, by a client that was made without one. */
export function noFunctionError(executionId: string): InvokeFailedError {
  return new InvokeFailedError({
    problem: `Nothing can be sent for execution ${executionId}: this client knows no function.`,
    fix: 'Make it with new BatonClient({ functionName, store }).',
    details: { functionName: '', executionId, failure: 'refused', reason: 'no functionName' },
  });
}

/** A redriven record is kept at least this long, in milliseconds: the next claim says again when it may be deleted. */
const redrivenForMs = 24 * 3_600_000;

/** What deciding works with. */
interface RedriveTools {
  readonly nowMs: number;
  readStop(job: string): Promise<StopMark | undefined>;
}

/**
 * The record of an execution that is redriven, as it is to be written.
 *
 * @param isLatest - whether newer code goes on with it
 * @throws RedriveRefusedError when it is in other hands, or has ended well.
 * @throws JobStoppedError when its job is stopped.
 */
export async function decideRedrive({ nowMs, readStop }: RedriveTools, found: Found, isLatest: boolean) {
  const { stored, record: before } = found;
  const { executionId, job } = before.continuation;
  const decision = checkRedrive(before, nowMs, isLatest);
  if (decision.kind === 'refused') throw refusedError(before, decision.standing);
  const mark = await readStop(job);
  if (mark !== undefined) throw stoppedError(mark, executionId, 'redriven');
  const record: ExecutionRecord = decision.record;
  const expiresAtMs = Math.max(stored.expiresAtMs, nowMs + redrivenForMs);
  return { answer: record, next: { record, status: 'running' as const, expiresAtMs } };
}
