import { CorruptContinuationError, JobStoppedError } from '../../../errors';
import { reservedPrefix } from '../message/arrival';
import type { Checksum } from '../state/seal';
import { parseRecord } from './execution-record';

/** What a store says of a job that is stopped: it stands until it is taken away. */
export interface StopMark {
  /** The job's name. */
  readonly job: string;
  /** When it was set, in epoch milliseconds. */
  readonly stoppedAtMs: number;
  /** Why, in the words of whoever set it. */
  readonly reason?: string;
}

/** The id under which a store keeps the stop mark of a job. No execution has it. */
export function describeMarkId(job: string): string {
  return `${reservedPrefix}stop:${job}`;
}

/** Writes a mark, or that there is none any more, as text behind its checksum. */
export function writeStopMark(mark: Partial<StopMark> & Pick<StopMark, 'job'>, checksum: Checksum): string {
  const text = JSON.stringify({ v: 1, ...mark });
  return `${checksum(text)} ${text}`;
}

/**
 * Reads a job's stop mark; undefined when none was ever set, or when it was taken away.
 *
 * @throws CorruptContinuationError when it is damaged.
 */
export function readStopMark(
  job: string,
  stored: { readonly head: string } | undefined,
  checksum: Checksum,
): StopMark | undefined {
  if (stored === undefined) return undefined;
  let mark: Partial<StopMark> | undefined;
  try {
    mark = parseRecord(stored.head, checksum) as object;
  } catch {
    // Said below, like a mark of another job.
  }
  if (mark?.job === job && mark.stoppedAtMs === undefined) return undefined;
  if (mark?.job === job && Number.isFinite(mark.stoppedAtMs)) return mark as StopMark;
  throw new CorruptContinuationError({
    problem: `The stop mark of job ${job} cannot be read, so nothing of it runs.`,
    fix: `Set it again with baton stop ${job}, or take it away with baton resume ${job}.`,
    details: { reason: 'the stop mark is damaged' },
  });
}

/** The error for an execution that is not started, or not redriven, since its job is stopped. */
export function stoppedError(
  { job, stoppedAtMs, reason }: StopMark,
  executionId: string,
  refused = 'started',
): JobStoppedError {
  const since = new Date(stoppedAtMs).toISOString();
  return new JobStoppedError({
    problem: `Execution ${executionId} is not ${refused}: job ${job} was stopped at ${since}${reason === undefined ? '' : ` (${reason})`}.`,
    fix: `When it may go on: baton resume ${job}, or BatonClient.resume.`,
    details: { job, executionId, stoppedAtMs, ...(reason !== undefined && { reason }) },
  });
}
