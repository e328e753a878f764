import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ReceivedMessage } from '../options';

/** What a queue tells: a message was stored. */
type OnMessage = (queue: LocalQueue, message: StandInMessage, delayMs: number) => void;

/** One queue, for those inside this process: event source mappings, destinations, dead letters, tests. */
export class LocalQueue {
  readonly name: string;
  readonly #wakers = new Set<() => void>();
  readonly #queue: StandInQueue;

  constructor(
    queue: StandInQueue,
    readonly arn: string,
    onMessage: OnMessage,
  ) {
    this.#queue = queue;
    this.name = queue.QueueName;
    const store = queue.setRecord.bind(queue);
    queue.setRecord = (input, messageId) => {
      const stored = store(input, messageId);
      onMessage(this, stored.record, 1000 * Number(input.DelaySeconds ?? queue.DelaySeconds));
      for (const wake of this.#wakers) wake();
      return stored;
    };
  }

  get url(): string {
    return this.#queue.QueueUrl;
  }

  get isFifo(): boolean {
    return this.#queue.FifoQueue;
  }

  get maximumMessageBytes(): number {
    return this.#queue.MaximumMessageSize;
  }

  get visibilityTimeoutMs(): number {
    return this.#queue.VisibilityTimeout * 1000;
  }

  /** All messages: visible, hidden and delayed. */
  count(): number {
    const counts = this.#queue.getAttributes([
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesDelayed',
    ]);
    return Number(counts.ApproximateNumberOfMessages) + Number(counts.ApproximateNumberOfMessagesDelayed);
  }

  /** Messages that can be received now. */
  countVisible(): number {
    const counts = this.#queue.getAttributes([
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ]);
    return Number(counts.ApproximateNumberOfMessages) - Number(counts.ApproximateNumberOfMessagesNotVisible);
  }

  /** Sets what the wire knows in whole seconds only, in milliseconds. */
  setTimes({
    visibilityTimeoutMs,
    delayMs,
  }: {
    readonly visibilityTimeoutMs?: number | undefined;
    readonly delayMs?: number | undefined;
  }): void {
    if (visibilityTimeoutMs !== undefined) this.#queue.VisibilityTimeout = visibilityTimeoutMs / 1000;
    if (delayMs !== undefined) this.#queue.DelaySeconds = delayMs / 1000;
  }

  /** @returns the message's id */
  send(input: StandInInput, messageId?: string): string {
    return this.#queue.setRecord(input, messageId).record.MessageId;
  }

  /** Up to `limit` visible messages, hidden from now on; none after 50 ms without any. */
  receive(limit: number): Promise<StandInMessage[]> {
    return this.#queue.receive({ MaxNumberOfMessages: limit, WaitTimeSeconds: 0 });
  }

  /** Takes all visible messages out. */
  async drain(): Promise<ReceivedMessage[]> {
    const messages = await this.receive(10);
    for (const { ReceiptHandle } of messages) this.delete(ReceiptHandle);
    const received = messages.map(({ MessageId, MessageBody, attributes, MessageAttributes = {} }) => ({
      messageId: MessageId,
      body: MessageBody,
      attributes,
      messageAttributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
      ),
    }));
    return received.length === 0 ? [] : [...received, ...(await this.drain())];
  }

  /** Deletes a received message. A FIFO queue refuses when its visibility timeout is over: then it stays. */
  delete(receiptHandle: string): void {
    try {
      this.#queue.delete(receiptHandle);
    } catch {
      // Received again meanwhile: at least once means that it is delivered again.
    }
  }

  /** Calls back whenever a message is stored, until the returned function is called. */
  onMessage(wake: () => void): () => void {
    this.#wakers.add(wake);
    return () => this.#wakers.delete(wake);
  }
}

/** A received or stored message as local-aws-sqs keeps it. */
export interface StandInMessage {
  MessageId: string;
  ReceiptHandle: string;
  MessageBody: string;
  MD5OfMessageBody: string;
  attributes: Record<string, string>;
  MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
}

/** What a message is stored from: the wire's names. */
export interface StandInInput {
  MessageBody: string;
  DelaySeconds?: number;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
  MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
  MessageSystemAttributes?: Record<string, { DataType: string; StringValue?: string }>;
}

/** A queue of local-aws-sqs, as far as it is used here. */
export interface StandInQueue {
  readonly QueueName: string;
  readonly QueueUrl: string;
  readonly FifoQueue: boolean;
  /** Seconds; fractions work. */
  VisibilityTimeout: number;
  /** Seconds; fractions work. */
  DelaySeconds: number;
  /** Bytes. */
  readonly MaximumMessageSize: number;
  RedrivePolicy?: { deadLetterTargetArn: string; maxReceiveCount: number };
  DeduplicationScope?: 'messageGroup' | 'queue';
  setRecord(
    input: StandInInput,
    messageId?: string,
  ): { record: StandInMessage; MD5OfMessageSystemAttributes?: string };
  receive(options: {
    VisibilityTimeout?: number;
    WaitTimeSeconds?: number;
    MaxNumberOfMessages?: number;
  }): Promise<StandInMessage[]>;
  delete(receiptHandle: string): boolean;
  changeVisibility(receiptHandle: string, seconds: number | string): boolean;
  getAttributes(names: string[]): Record<string, string>;
  clearRecords(): void;
}

/** local-aws-sqs without its own server. */
export interface StandIn {
  readonly service: { PORT: number; HOSTNAME: string; Queues: StandInQueue[]; resetAll(): void };
  requestHandler(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** What the package exports. */
export interface StandInPackage {
  createRequestHandler(options: {
    port: number;
    hostname: string;
    region: string;
    accountId: string;
    emulateQueueCreationLifecycle: boolean;
  }): StandIn;
}
