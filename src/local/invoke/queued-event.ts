import type { Outcome } from '../environment/work';
import type { DropReason } from '../events';
import type { Target } from '../functions/function-registry';

/** An asynchronous event that was accepted and has not ended yet. */
export interface QueuedEvent {
  readonly requestId: string;
  /** Name or ARN and qualifier as the caller gave them: an alias is looked up at each attempt. */
  readonly reference: string;
  readonly target: Target;
  /** JSON text. */
  readonly payload: string;
  readonly traceHeader?: string;
  readonly acceptedAt: number;
  /** The attempt that comes next, from 1. */
  readonly attempt: number;
}

/** One event on its way to a function. */
export interface Delivery {
  readonly target: Target;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** From 1. */
  readonly attempt: number;
  readonly channel: 'invoke' | 'sqs';
  readonly invocationType: 'Event' | 'RequestResponse';
  /** The trace header it came with. */
  readonly traceHeader?: string;
  /** JSON text. */
  readonly clientContext?: string;
}

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
