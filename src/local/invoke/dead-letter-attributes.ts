import type { Outcome } from '../environment/outcome';
import type { QueuedEvent } from './queued-event';

/** An SQS message attribute as the wire has it. */
export interface MessageAttribute {
  readonly DataType: 'Number' | 'String';
  readonly StringValue: string;
}

/** The attributes AWS puts on an event in a function's dead-letter queue. */
export function deadLetterAttributes(
  { requestId }: QueuedEvent,
  outcome: Outcome | undefined,
  message: string,
): Record<string, MessageAttribute> {
  const text = outcome?.error?.errorMessage ?? message;
  return {
    RequestID: { DataType: 'String', StringValue: requestId },
    ErrorCode: { DataType: 'Number', StringValue: outcome === undefined ? '429' : '200' },
    ErrorMessage: { DataType: 'String', StringValue: text.slice(0, 1024) || 'unknown' },
  };
}
