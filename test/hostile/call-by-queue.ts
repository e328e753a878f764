import type { BatchAnswer, BatonHandler, InvocationAnswer } from '../../src';
import { sqsEvent } from '../../src/testing';
import { readThrown } from './describe-error';
import { HostileCall, readFrame, runInFrame } from './hostile-call';

/** Delivers every event as the one message of a batch. What became of it is in the log; what it completed with, the job itself has told. */
export function callByQueue(handler: BatonHandler, results: ReadonlyMap<string, unknown>): BatonHandler {
  let batchCount = 0;
  return async (event, context) => {
    const body = writeBody(event);
    if (body === undefined) return handler(event, context);
    const messageId = context.awsRequestId;
    batchCount += 1;
    const call = readFrame()?.call ?? new HostileCall({ context });
    const batchContext = { ...context, awsRequestId: `batch-${batchCount}` };
    const run = () => handler(sqsEvent({ messageId, body }), batchContext);
    const answer = (await runInFrame({ call, isInStep: false }, run)) as BatchAnswer;
    return readOutcome(call, messageId, answer, results);
  };
}

/** Undefined for what no client could put into a queue. */
function writeBody(event: unknown): string | undefined {
  try {
    return JSON.stringify(event);
  } catch {
    return undefined;
  }
}

function readOutcome(
  { recordLines }: HostileCall,
  messageId: string,
  { batchItemFailures }: BatchAnswer,
  results: ReadonlyMap<string, unknown>,
): InvocationAnswer {
  const line = recordLines.pop();
  const isFailure = line?.fields.event === 'record.failed';
  const comesAgain = isFailure || line?.fields.event === 'record.handed-back';
  const expected = comesAgain ? [{ itemIdentifier: messageId }] : [];
  if (line?.fields.messageId !== messageId || JSON.stringify(batchItemFailures) !== JSON.stringify(expected))
    throw new Error(
      `The batch of ${messageId} answered ${JSON.stringify(batchItemFailures)} after ${JSON.stringify(line)}.`,
    );
  if (isFailure) throw readThrown(line.fields.error);
  const { status, executionId, invocation } = line.fields as unknown as InvocationAnswer;
  const result = status === 'completed' ? JSON.stringify(results.get(executionId)) : undefined;
  return { status, executionId, invocation, ...(result === undefined ? {} : { result: JSON.parse(result) }) };
}
