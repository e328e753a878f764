import type { Outcome } from '../environment/work';
import type { DropReason } from '../events/local-lambda-events';
import type { QueuedEvent } from './queued-event';

/** What AWS sends to an on-failure destination. */
export function destinationRecord(
  event: QueuedEvent,
  reason: DropReason,
  outcome: Outcome | undefined,
): string {
  const { target, requestId, payload, attempt } = event;
  const qualified =
    target.invokedFunctionArn === target.fn.arn ? `${target.fn.arn}:$LATEST` : target.invokedFunctionArn;
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: qualified,
      condition: reason,
      approximateInvokeCount: outcome === undefined ? attempt - 1 : attempt,
    },
    requestPayload: JSON.parse(payload) as unknown,
    ...(outcome === undefined
      ? {}
      : {
          responseContext: {
            statusCode: 200,
            executedVersion: target.version.version,
            functionError: 'Unhandled',
          },
          responsePayload: JSON.parse(outcome.response) as unknown,
        }),
  });
}
