import { ExecutionConflictError, ExecutionFailedError } from '../../../errors';
import { unspent } from '../execution/execution';
import { firstLine } from '../execution/line';
import { emptyTrail, type Trail } from '../execution/trail';
import { reservedPrefix } from '../message/arrival';
import type { Continuation } from '../message/continuation';
import { isSameJson } from '../state/json';
import { type ErrorRecord, readReason } from './describe-error';
import type { ExecutionRecord, Parent } from './execution-record';

/** Stands for a job whose name the starter did not say. No job has it. */
export const unknownJob = '?';
/** Owns an execution between its start and the first claim: no delivery has this name. */
const starter = 'start';

/** What an execution is started with, by whoever has the store at hand. */
export interface FreshStart {
  readonly executionId: string;
  readonly job: string;
  readonly input: unknown;
  readonly nowMs: number;
  /** Where it is to run. */
  readonly functionArn: string | undefined;
  /** The version that it is pinned to before it begins. */
  readonly pin: string | null;
  readonly parent?: Parent;
  /** What observers of the parent have asked to be carried. @defaultValue nothing */
  readonly carried?: Trail['carried'];
}

/**
 * The record of an execution that nobody has claimed yet: handed off to invocation 1. What its starter does not know the first claim
 * fills in.
 */
export function describeFresh(start: FreshStart, emptyChecksum: string): ExecutionRecord {
  const { executionId, job, input, nowMs, functionArn, pin, parent, carried } = start;
  const continuation: Continuation = {
    executionId,
    job,
    version: 1,
    startedAtMs: nowMs,
    invocation: 1,
    phase: 'check',
    cycle: 1,
    step: null,
    attempt: 1,
    ...unspent,
    line: { ...firstLine, pin },
    trail: carried === undefined ? emptyTrail : { carried },
    input,
  };
  return {
    epoch: 1,
    writeCount: 0,
    invocation: 0,
    handedOffTo: 1,
    owner: starter,
    leaseUntilMs: nowMs,
    heardAtMs: nowMs,
    isCancelRequested: false,
    isFresh: true,
    functionArn,
    ...(parent && { parent }),
    outcome: null,
    stateChecksum: emptyChecksum,
    continuation,
  };
}

/** The id under which the store keeps the items of a batch. No execution has it. */
export function nameItems(
  parentId: string,
  number: number,
  epoch: number,
  digest: (text: string) => string,
): string {
  return `${reservedPrefix}children:${digest(parentId)}:${number}:${epoch}`;
}

/** The id of a child. */
export function nameChild(parentId: string, number: number, id: string): string {
  return `${parentId}/${number}/${id}`;
}

/** Says whether an input is the one that a recorded execution was started with, as it was sent or as the job sees it. */
export function isSameStart({ receivedInput, continuation }: ExecutionRecord, input: unknown): boolean {
  return (
    isSameJson(continuation.input, input) || (receivedInput !== undefined && isSameJson(receivedInput, input))
  );
}

/** The error for a start whose id belongs to another piece of work. */
export function conflictError(
  { continuation }: Pick<ExecutionRecord, 'continuation'>,
  job: string,
): ExecutionConflictError {
  const { executionId } = continuation;
  const other = continuation.job === job ? 'with another input' : `by job ${continuation.job}`;
  return new ExecutionConflictError({
    problem: `Execution ${executionId} of job ${job} cannot be started: its id was used before ${other}.`,
    fix: 'Choose an id that names the work, such as a date or an order number, and give each piece of work its own.',
    details: { executionId, job },
  });
}

/** The error that a recorded failure is told with, again and again. */
export function recordedFailureError(
  { executionId, job, invocation, step }: Continuation,
  error: ErrorRecord,
): ExecutionFailedError {
  const [reason = ''] = readReason(error).split('\n→ ');
  return new ExecutionFailedError({
    problem: `Execution ${executionId} of job ${job} has failed: ${error.name}: ${reason}`,
    fix: 'Redrive it when its cause is fixed, or start it again under another id.',
    details: { executionId, job, invocation, step: step ?? '' },
    cause: error,
  });
}
