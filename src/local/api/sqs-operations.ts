import type { IncomingHttpHeaders } from 'node:http';
import type { StandInInput } from '../sqs/local-queue';
import { checkBatch, checkMessage, type QueueHub } from '../sqs/queue-hub';
import type { Answer, Operation, RawRequest } from './operation';

/** Recognises a request to SQS: whatever comes with SQS's target header, or in its older query form. */
export function findSqsOperation(queues: QueueHub, request: RawRequest): Operation | undefined {
  const [service, operation] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (service !== 'AmazonSQS' || operation === undefined) return findQueryOperation(queues, request);
  const body = JSON.parse(request.body.toString() || '{}') as SqsBody;
  const queueName = body.QueueName ?? body.QueueUrl?.split('/').at(-1) ?? '';
  const run = async (isDuplicate: boolean): Promise<Answer> => {
    const corrected = correctRequest(
      operation,
      request.headers,
      body,
      queues.find(queueName)?.maximumMessageBytes,
    );
    const answer = await queues.call(request.headers, Buffer.from(JSON.stringify(corrected)));
    if (isDuplicate && answer.status === 200) sendAgain(queues, queueName, corrected, String(answer.body));
    return answer;
  };
  return { name: operation, target: queueName, api: 'sqs', run };
}

/** The query protocol passes as it is: SDK v3 does not speak it. */
function findQueryOperation(queues: QueueHub, request: RawRequest): Operation | undefined {
  const form = new URLSearchParams(request.body.toString());
  const name = form.get('Action');
  if (name === null) return undefined;
  return {
    name,
    target: form.get('QueueUrl')?.split('/').at(-1) ?? '',
    api: 'sqs',
    run: () => queues.call(request.headers, request.body),
  };
}

/** The same message a second time, under the same id, as at-least-once delivery may do. A FIFO queue never does. */
function sendAgain(queues: QueueHub, queueName: string, body: SqsBody, answer: string): void {
  const queue = queues.find(queueName);
  if (queue === undefined || queue.isFifo) return;
  const { MessageId, Successful = [] } = JSON.parse(answer) as {
    MessageId?: string;
    Successful?: { Id: string; MessageId: string }[];
  };
  if (MessageId !== undefined) queue.send(body as StandInInput, MessageId);
  for (const sent of Successful) {
    const entry = body.Entries?.find((candidate) => (candidate as { Id?: string }).Id === sent.Id);
    if (entry !== undefined) queue.send(entry, sent.MessageId);
  }
}

/** The fields of SQS's JSON requests that are looked at here. */
interface SqsBody extends Partial<StandInInput> {
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
function correctRequest(
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
