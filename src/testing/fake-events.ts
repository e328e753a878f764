import type { Clock, Context } from '../runtime/ports';
import { VirtualClock } from './virtual-time';

/** Options of {@link fakeLambdaContext}. */
export interface FakeLambdaContextOptions {
  /** Milliseconds until the deadline, from now on the clock. @defaultValue 60000 */
  readonly remainingMs?: number;
  /** What tells the time left. @defaultValue a clock of its own that stands still */
  readonly clock?: Clock;
  /** The id of the request. @defaultValue request-1 */
  readonly awsRequestId?: string;
  /** The version of the function. @defaultValue 3 */
  readonly functionVersion?: string;
  /** The invoked function's ARN. @defaultValue one of function `job`, alias `live` */
  readonly arn?: string;
}

/** A Lambda context whose time runs out on the given clock. */
export function fakeLambdaContext(options: FakeLambdaContextOptions = {}): Context {
  const {
    remainingMs = 60_000,
    clock = new VirtualClock(),
    awsRequestId = 'request-1',
    functionVersion = '3',
  } = options;
  const { arn = 'arn:aws:lambda:eu-central-1:123456789012:function:job:live' } = options;
  const deadlineMs = clock.now() + remainingMs;
  return {
    awsRequestId,
    functionName: 'job',
    functionVersion,
    invokedFunctionArn: arn,
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => deadlineMs - clock.now(),
  };
}

/** One message of {@link sqsEvent}: its body, or more about it. */
export interface SqsMessage {
  /** The message's id. @defaultValue message-1, message-2, … */
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
  /** The message's id. */
  readonly messageId: string;
  /** What a message is deleted by. */
  readonly receiptHandle: string;
  /** The message's text. */
  readonly body: string;
  /** What SQS says of it: how often it was received, and when it was sent. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What its sender said beside the body. */
  readonly messageAttributes: object;
  /** A checksum of the body. */
  readonly md5OfBody: string;
  /** Where it comes from. */
  readonly eventSource: 'aws:sqs';
  /** The queue's ARN. */
  readonly eventSourceARN: string;
  /** The queue's region. */
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
