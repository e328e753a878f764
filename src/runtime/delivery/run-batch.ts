import { BatonError } from '../../errors';
import type { Arrival, BatchRecord } from '../core/message/arrival';
import { describeError } from '../core/record/describe-error';
import type { BatchAnswer } from '../invocation/answer';
import type { Logger } from '../ports';
import type { DeliveryResult } from './delivery';

/** What a batch needs to know and do. */
export interface BatchDeps {
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
