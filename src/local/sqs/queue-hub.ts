import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, ApiError } from '../api/operation';
import type { Emit } from '../events';
import { LocalLambdaError } from '../local-lambda-error';
import type { QueueOptions } from '../options';
import { loadPackage } from '../packages';
import { FifoStore } from './fifo-store';
import {
  LocalQueue,
  type StandIn,
  type StandInInput,
  type StandInMessage,
  type StandInPackage,
  type StandInQueue,
} from './local-queue';

/** What a message is sent with besides its body. */
export interface SendOptions {
  /** Standard queues only. @defaultValue the queue's own delay */
  readonly delayMs?: number;
  /** FIFO queues only. @defaultValue `default` */
  readonly groupId?: string;
  /** FIFO queues only. @defaultValue the body's SHA-256 */
  readonly deduplicationId?: string;
  readonly attributes?: NonNullable<StandInInput['MessageAttributes']>;
}

/** All queues, kept by local-aws-sqs. */
export class QueueHub {
  #standIn: StandIn | undefined;
  readonly #queues = new Map<string, LocalQueue>();
  readonly #settings: {
    readonly region: string;
    readonly accountId: string;
    readonly findPort: () => number;
  };
  readonly #emit: Emit;

  constructor(
    settings: {
      readonly region: string;
      readonly accountId: string;
      readonly findPort: () => number;
    },
    emit: Emit,
  ) {
    this.#settings = settings;
    this.#emit = emit;
  }

  /** Creates a queue, or answers the one of this name. */
  async create(options: QueueOptions): Promise<LocalQueue> {
    const body = JSON.stringify({ QueueName: options.name, Attributes: describeAttributes(options) });
    const answer = await this.call(
      { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.CreateQueue' },
      Buffer.from(body),
    );
    const queue = this.#queues.get(options.name);
    if (answer.status !== 200 || queue === undefined) {
      const { message } = JSON.parse(String(answer.body)) as { message?: string };
      throw new LocalLambdaError(options.name, {
        problem: `Queue ${options.name} cannot be created: ${message}`,
        fix: 'Correct its options; a dead-letter queue must exist first.',
      });
    }
    queue.setTimes(options);
    return queue;
  }

  /** Hands a request to local-aws-sqs as it is. */
  async call(headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    const standIn = this.#load();
    const answer = await callStandIn(standIn, headers, body);
    for (const queue of standIn.service.Queues) this.#adopt(queue);
    return answer;
  }

  /** @throws LocalLambdaError when there is no such queue */
  get(arnOrName: string): LocalQueue {
    const queue = this.#queues.get(arnOrName.split(':').at(-1) ?? '');
    if (queue !== undefined) return queue;
    const known = [...this.#queues.keys()].join(', ') || 'none';
    throw new LocalLambdaError(arnOrName, {
      problem: `There is no queue ${arnOrName} in the local SQS.`,
      fix: `Create it with createQueue, or use one of: ${known}.`,
    });
  }

  find(name: string): LocalQueue | undefined {
    return this.#queues.get(name);
  }

  /**
   * @returns the message's id
   * @throws ApiError when the queue does not take it
   */
  send(
    arnOrName: string,
    body: string,
    { delayMs, groupId, deduplicationId, attributes }: SendOptions = {},
  ): string {
    const queue = this.get(arnOrName);
    const fifo = {
      MessageGroupId: groupId ?? 'default',
      MessageDeduplicationId: deduplicationId ?? createHash('sha256').update(body).digest('hex'),
    };
    const message = {
      MessageBody: body,
      ...(delayMs === undefined ? {} : { DelaySeconds: delayMs / 1000 }),
      ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
      ...(queue.isFifo ? fifo : {}),
    };
    checkMessage(message, queue.maximumMessageBytes);
    return queue.send(message);
  }

  /** Forgets every message and its timers. */
  close(): void {
    this.#standIn?.service.resetAll();
  }

  #load(): StandIn {
    if (this.#standIn === undefined) {
      const { createRequestHandler } = loadPackage<StandInPackage>('local-aws-sqs');
      const { region, accountId, findPort } = this.#settings;
      this.#standIn = createRequestHandler({
        port: findPort(),
        hostname: '127.0.0.1',
        region,
        accountId,
        emulateQueueCreationLifecycle: false,
      });
    }
    return this.#standIn;
  }

  #adopt(queue: StandInQueue): void {
    if (this.#queues.has(queue.QueueName)) return;
    if (queue.FifoQueue) new FifoStore(queue, (message) => this.#moveToDeadLetters(queue, message)).install();
    const arn = `arn:aws:sqs:${this.#settings.region}:${this.#settings.accountId}:${queue.QueueName}`;
    this.#queues.set(
      queue.QueueName,
      new LocalQueue(queue, arn, (stored, message, delayMs) => this.#tellMessage(stored, message, delayMs)),
    );
  }

  #tellMessage({ name }: LocalQueue, message: StandInMessage, delayMs: number): void {
    const deadLetter = message.attributes.DeadLetterQueueSourceArn !== undefined;
    this.#emit('message', {
      queueName: name,
      messageId: message.MessageId,
      bytes: countMessageBytes(message),
      delayMs,
      deadLetter,
    });
  }

  #moveToDeadLetters(
    from: StandInQueue,
    { MessageId, MessageBody, MessageAttributes, attributes }: StandInMessage,
  ): void {
    const deadLetters = this.find(from.RedrivePolicy?.deadLetterTargetArn.split(':').at(-1) ?? '');
    const source = this.find(from.QueueName)?.arn ?? '';
    const trace = attributes.AWSTraceHeader;
    const input: StandInInput = {
      MessageBody,
      MessageGroupId: attributes.MessageGroupId ?? 'default',
      MessageDeduplicationId: attributes.MessageDeduplicationId ?? MessageId,
      MessageSystemAttributes: {
        DeadLetterQueueSourceArn: { DataType: 'String', StringValue: source },
        ...(trace === undefined ? {} : { AWSTraceHeader: { DataType: 'String', StringValue: trace } }),
      },
      ...(MessageAttributes === undefined ? {} : { MessageAttributes }),
    };
    deadLetters?.send(input, MessageId);
  }
}

function describeAttributes(options: QueueOptions): Record<string, string> {
  const { name, deadLetterQueue, contentBasedDeduplication, maximumMessageBytes } = options;
  const redrive = deadLetterQueue && {
    deadLetterTargetArn: deadLetterQueue.arn,
    maxReceiveCount: deadLetterQueue.maxReceiveCount,
  };
  return {
    ...(name.endsWith('.fifo')
      ? { FifoQueue: 'true', ContentBasedDeduplication: String(contentBasedDeduplication ?? false) }
      : {}),
    ...(maximumMessageBytes === undefined ? {} : { MaximumMessageSize: String(maximumMessageBytes) }),
    ...(redrive === undefined ? {} : { RedrivePolicy: JSON.stringify(redrive) }),
  };
}

/** Hands a request that was read (and perhaps corrected) already to local-aws-sqs, and catches its answer. */
function callStandIn(
  standIn: StandIn,
  requestHeaders: IncomingHttpHeaders,
  requestBody: Buffer,
): Promise<Answer> {
  return new Promise((resolve) => {
    const request = Object.assign(new EventEmitter(), { headers: requestHeaders, method: 'POST', url: '/' });
    const headers: Record<string, string> = {};
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: string) => {
        headers[name] = value;
      },
      end: (body?: string) => resolve({ status: response.statusCode, headers, body: body ?? '' }),
    };
    void standIn.requestHandler(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    request.emit('data', requestBody);
    request.emit('end');
  });
}

/** The largest message of a queue that says nothing else, and the largest batch of any. */
const limitBytes = 1_048_576;
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** UTF-8 bytes of a message as SQS counts them: body and attributes. */
function countMessageBytes({ MessageBody, MessageAttributes = {} }: StandInInput): number {
  const attributes = Object.entries(MessageAttributes).flatMap(
    ([name, { DataType, StringValue = '', BinaryValue = '' }]) => [name, DataType, StringValue, BinaryValue],
  );
  return [MessageBody ?? '', ...attributes].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/**
 * Checks what local-aws-sqs does not: UTF-8 sizes (it counts UTF-16) and the characters of XML 1.0.
 * @throws ApiError as SQS does
 */
export function checkMessage(message: StandInInput, maximumMessageBytes = limitBytes): void {
  if (countMessageBytes(message) > maximumMessageBytes) {
    throw new ApiError(
      400,
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageBytes} bytes.`,
    );
  }
  if (typeof message.MessageBody === 'string' && forbidden.test(message.MessageBody)) {
    throw new ApiError(
      400,
      'InvalidMessageContents',
      'Invalid binary character was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
}

/** @throws ApiError BatchRequestTooLong */
export function checkBatch(messages: readonly StandInInput[], maximumMessageBytes: number | undefined): void {
  const total = messages.reduce((sum, message) => sum + countMessageBytes(message), 0);
  if (total > limitBytes)
    throw new ApiError(
      400,
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${limitBytes} bytes. You have sent ${total} bytes.`,
    );
  for (const message of messages) checkMessage(message, maximumMessageBytes);
}
