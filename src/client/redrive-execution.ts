import type { Found } from '../runtime/among/change-record';
import type { ExecutionRecord } from '../runtime/core/record/execution-record';
import { checkRedrive } from '../runtime/core/record/redrive';
import { type StopMark, stoppedError } from '../runtime/core/record/stop-mark';
import { refusedError } from './refusals';

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
