import { type Found, findRecord } from '../runtime/among/change-record';
import { writeFresh } from '../runtime/among/write-fresh';
import { conflictError, isSameStart, unknownJob } from '../runtime/core/record/fresh';
import { type StopMark, stoppedError } from '../runtime/core/record/stop-mark';
import type { Checksum } from '../runtime/core/state/seal';
import type { CheckpointStore, Clock } from '../runtime/ports';
import type { StartRequest } from './answers';
import { noFunctionError } from './refusals';

/** How long the record of an execution is kept that nobody begins, in milliseconds: whoever begins it says again. */
const unclaimedForMs = 30 * 24 * 3_600_000;

/** What starting works with. */
interface StartTools {
  readonly store: CheckpointStore;
  readonly checksum: Checksum;
  readonly clock: Clock;
  /** The function that is to run it. */
  readonly functionName: string | undefined;
  readStop(job: string): Promise<StopMark | undefined>;
  /** Sends the event that brings it; with the job where that is known. */
  send(job: string | undefined): Promise<void>;
}

/** A start whose input was copied. */
interface Start extends Pick<StartRequest, 'job'> {
  readonly executionId: string;
  readonly input: unknown;
}

/**
 * Starts an execution: first its record, as handed off to the first invocation, then the event that brings it. One that was written down
 * and not begun is sent again, since its event may have got lost.
 *
 * @returns the execution that had begun before; undefined when the event was sent
 */
export async function startExecution(tools: StartTools, start: Start): Promise<Found | undefined> {
  const { store, checksum, functionName } = tools;
  const { executionId, input, job } = start;
  const [found, mark] = await Promise.all([
    findRecord(store, checksum, executionId),
    job === undefined ? undefined : tools.readStop(job),
  ]);
  if (found === undefined && mark !== undefined) throw stoppedError(mark, executionId);
  if (found === undefined && functionName === undefined) throw noFunctionError(executionId);
  const started = found ?? (await writeStart(tools, start));
  const known = started?.record.continuation.job ?? unknownJob;
  const expected = job ?? known;
  if (started !== undefined) {
    const isOther = known !== expected && known !== unknownJob;
    if (isOther || !isSameStart(started.record, input)) throw conflictError(started.record, expected);
    if (started.record.isFresh !== true) return started;
  }
  await tools.send(expected === unknownJob ? undefined : expected);
  return undefined;
}

/** Undefined when another one was there, and is gone again: the event alone starts it then. */
function writeStart(
  { store, checksum, clock, functionName }: StartTools,
  { executionId, input, job = unknownJob }: Start,
): Promise<Found | undefined> {
  const nowMs = clock.now();
  const fresh = { executionId, job, input, nowMs, functionArn: functionName, pin: null };
  return writeFresh({ store, checksum }, fresh, nowMs + unclaimedForMs);
}
