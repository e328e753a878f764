import type { IncomingMessage, ServerResponse } from 'node:http';

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
