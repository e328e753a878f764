import type { IncomingHttpHeaders } from 'node:http';
import { checkBatch, checkMessage } from './check-message';
import type { StandInInput } from './stand-in';

/** The fields of SQS's JSON requests that are looked at here. */
export interface SqsBody extends Partial<StandInInput> {
  QueueUrl?: string;
  QueueName?: string;
  Entries?: StandInInput[];
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
}

/**
 * Makes up for what local-aws-sqs does not do as SQS does, before it sees a request: byte sizes, forbidden characters,
 * the trace header as `AWSTraceHeader`, the newer name of `AttributeNames`.
 * @throws ApiError as SQS does
 */
export function correctRequest(
  operation: string,
  headers: IncomingHttpHeaders,
  body: SqsBody,
  maximumMessageBytes: number | undefined,
): SqsBody {
  const trace = headers['x-amzn-trace-id'];
  if (operation === 'SendMessage') {
    checkMessage(body as StandInInput, maximumMessageBytes);
    return withTrace(body, trace);
  }
  if (operation === 'SendMessageBatch' && Array.isArray(body.Entries)) {
    checkBatch(body.Entries, maximumMessageBytes);
    return { ...body, Entries: body.Entries.map((entry) => withTrace(entry, trace)) };
  }
  if (operation === 'ReceiveMessage')
    return {
      ...body,
      AttributeNames: [...(body.AttributeNames ?? []), ...(body.MessageSystemAttributeNames ?? [])],
    };
  return body;
}

function withTrace<Message extends Partial<StandInInput>>(
  message: Message,
  trace: string | string[] | undefined,
): Message {
  if (typeof trace !== 'string' || message.MessageSystemAttributes?.AWSTraceHeader !== undefined)
    return message;
  return {
    ...message,
    MessageSystemAttributes: {
      ...message.MessageSystemAttributes,
      AWSTraceHeader: { DataType: 'String', StringValue: trace },
    },
  };
}
