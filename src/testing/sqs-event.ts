/** One message of {@link sqsEvent}: its body, or more about it. */
export interface SqsMessage {
  /** @defaultValue message-1, message-2, … */
  readonly messageId?: string;
  /** A text as it is; anything else becomes JSON. */
  readonly body: unknown;
  /** How often it was received, from 1. @defaultValue 1 */
  readonly receiveCount?: number;
  /** Of a FIFO queue: messages of a group stay in order. */
  readonly messageGroupId?: string;
}

/** One record of an SQS event, as Lambda gives it to a function. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: object;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** Makes the event with which an SQS event source mapping calls a function. */
export function sqsEvent(messages: readonly SqsMessage[] | SqsMessage): {
  readonly Records: readonly SqsRecord[];
} {
  const list = Array.isArray(messages) ? (messages as readonly SqsMessage[]) : [messages as SqsMessage];
  return { Records: list.map(describeRecord) };
}

function describeRecord(
  { messageId, body, receiveCount = 1, messageGroupId }: SqsMessage,
  index: number,
): SqsRecord {
  const id = messageId ?? `message-${index + 1}`;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const isFifo = messageGroupId !== undefined;
  return {
    messageId: id,
    receiptHandle: `receipt of ${id} (${receiveCount})`,
    body: text,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '1767225600000',
      SenderId: 'AIDAEXAMPLE',
      ApproximateFirstReceiveTimestamp: '1767225600000',
      ...(isFifo ? { MessageGroupId: messageGroupId } : {}),
    },
    messageAttributes: {},
    md5OfBody: process.getBuiltinModule('node:crypto').createHash('md5').update(text).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-central-1:123456789012:baton${isFifo ? '.fifo' : ''}`,
    awsRegion: 'eu-central-1',
  };
}
