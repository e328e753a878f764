import { BatonError, ExecutionFailedError } from '../../errors';
import { Heartbeats } from '../checkpoint/heartbeats';
import type { Arrival, BatchRecord } from '../core/message/arrival';
import { describeError } from '../core/record/describe-error';
import type { BatchAnswer, InvocationResult } from '../invocation/answer';
import type { Logger } from '../ports';
import type { Delivery, DeliveryResult } from './delivery';
import { sendLookAt } from './look';
import { describeDeps, open } from './open-execution';

/** Runs what a delivery asks for: opens the execution, claims it when there is a store, and runs one invocation of it. */
export async function runDelivery(delivery: Delivery): Promise<DeliveryResult> {
  const signs = new Heartbeats({ ...delivery, intervalMs: delivery.plan.intervalMs });
  let isEndRecorded = true;
  try {
    const result = await open(delivery, signs);
    return { answer: result.answer, isHandedBack: await leaveSomebodyComing(delivery, result) };
  } catch (error) {
    isEndRecorded = delivery.collaborators.store !== undefined || !isEndOfInterruptions(error);
    throw error;
  } finally {
    if (isEndRecorded) signs.end();
  }
}

/** Without a store Lambda delivers a failed execution again: what was counted has to be there, or the step would start once more. */
function isEndOfInterruptions(error: unknown): boolean {
  return (
    error instanceof ExecutionFailedError &&
    BatonError.is(error.cause) &&
    error.cause.code === 'STEP_INTERRUPTED'
  );
}

/**
 * A delivery that is dropped while another one is at work may be the only one that is left when that one dies: to AWS both can be the same
 * message, whose success ends the retries of the other. So a queue gets its message back, and any other delivery sends a look.
 *
 * @returns whether the queue gets its message back
 */
async function leaveSomebodyComing(delivery: Delivery, { answer, live }: InvocationResult): Promise<boolean> {
  if (live === undefined || answer.status === 'signalled') return false;
  if (delivery.isQueued) return true;
  const { executionId, invocation } = answer;
  const { owner, leaseUntilMs: notBeforeMs } = live;
  await sendLookAt(
    { executionId, chain: 1, notBeforeMs, delivery: owner },
    invocation,
    describeDeps(delivery),
  );
  return false;
}

/** What a batch needs to know and do. */
interface BatchDeps {
  readonly logger: Logger;
  /** Whether a further record can still be begun: more than `safeMs` is left. */
  hasTime(): boolean;
  run(arrival: Arrival, delivery: string): Promise<DeliveryResult>;
}

/**
 * Runs the records of an SQS batch one after the other. Answers with those that SQS has to deliver again: the failed ones,
 * those behind them in their FIFO group, and what there was no time for.
 */
export async function runBatch(records: readonly BatchRecord[], room: BatchDeps): Promise<BatchAnswer> {
  const batchItemFailures: { itemIdentifier: string }[] = [];
  const failedGroups = new Set<string>();
  for (const [index, record] of records.entries()) {
    const { messageId, groupId } = record;
    const isBehindFailure = groupId !== undefined && failedGroups.has(groupId);
    const isHandedBack = isBehindFailure || (index > 0 && !room.hasTime());
    if (isHandedBack)
      room.logger.info('record handed back unstarted', {
        event: 'record.handed-back',
        messageId,
        reason: isBehindFailure ? 'fifo-group' : 'no-time',
      });
    if (!isHandedBack && (await runRecord(record, room))) continue;
    batchItemFailures.push({ itemIdentifier: messageId });
    if (groupId !== undefined) failedGroups.add(groupId);
  }
  return { batchItemFailures };
}

/** Whether the record is done with. */
async function runRecord(
  { messageId, arrival, error }: BatchRecord,
  { logger, run }: BatchDeps,
): Promise<boolean> {
  try {
    if (arrival === undefined) throw error;
    const { answer, isHandedBack } = await run(arrival, messageId);
    const { status, executionId } = answer;
    const { invocation } = answer.status === 'signalled' ? {} : answer;
    const message = isHandedBack ? 'record handed back: another delivery is at work' : 'record done';
    const event = isHandedBack ? 'record.handed-back' : 'record.done';
    logger.info(message, { event, messageId, status, executionId, invocation });
    return !isHandedBack;
  } catch (thrown) {
    logger.error('record failed', {
      event: 'record.failed',
      messageId,
      error: describeError(thrown),
      ...(BatonError.is(thrown) ? { code: thrown.code } : {}),
    });
    return false;
  }
}
