import { randomUUID } from 'node:crypto';
import type { Outcome } from '../environment/work';
import type { Emit } from '../events';
import type { FunctionRegistry, Target } from '../functions/function-registry';
import type { LocalFunction } from '../functions/local-function';
import type { InvocationRunner } from '../invoke/invocation-runner';
import { type Concurrency, readChainLength, recursionLimit } from '../invoke/limits';
import type { Delivery } from '../invoke/queued-event';
import type { EventSourceMappingOptions } from '../options';
import type { LocalQueue, StandInMessage } from './local-queue';

const batchLimitBytes = 6_000_000;
const roomPollMs = 10;

/** What a mapping is made of. */
interface MappingParts {
  readonly queue: LocalQueue;
  readonly options: EventSourceMappingOptions;
  readonly registry: FunctionRegistry;
  readonly runner: InvocationRunner;
  readonly concurrency: Concurrency;
  readonly emit: Emit;
  readonly region: string;
}

/** Takes messages from a queue to a function. What is not processed is not touched: it comes back when its visibility timeout is over. */
export class EventSourceMapping {
  readonly id = randomUUID();
  readonly createdAtMs = Date.now();
  #processing = 0;
  #isClosed = false;
  #wake = (): void => {};
  readonly #stopListening: () => void;

  constructor(readonly parts: MappingParts) {
    this.#stopListening = parts.queue.onMessage(() => this.#wake());
    void this.#poll();
  }

  /** Whether the queue is empty, hidden and delayed messages included, and no batch is being processed. */
  get isIdle(): boolean {
    return this.#isClosed || (this.#processing === 0 && this.parts.queue.count() === 0);
  }

  /** Whether nothing is processed, and nothing could be right now. */
  get isQuiet(): boolean {
    return this.#isClosed || (this.#processing === 0 && this.parts.queue.countVisible() === 0);
  }

  /** Called whenever an invocation has ended: there may be room again. */
  nudge(): void {
    this.#wake();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#wake();
  }

  async #poll(): Promise<void> {
    const { queue, options } = this.parts;
    while (!this.#isClosed) {
      const isBusy = this.#processing >= (options.maximumConcurrency ?? 5);
      if (isBusy || queue.count() === 0) {
        await this.#sleep();
        continue;
      }
      const messages = await queue.receive(options.batchSize ?? 10);
      for (const batch of splitBySize(messages)) void this.#process(batch);
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #process(messages: readonly StandInMessage[]): Promise<void> {
    this.#processing++;
    const target = this.parts.registry.resolve(this.parts.options.functionName);
    const allowed = messages.filter((message) => this.#isAllowed(message, target));
    if (allowed.length > 0) await this.#invoke(allowed, target);
    this.#processing--;
    this.#wake();
  }

  /** A message at the end of a loop is not delivered; it comes back until the queue's own dead-letter queue takes it. */
  #isAllowed(message: StandInMessage, { fn }: Target): boolean {
    const length = readChainLength(message.attributes.AWSTraceHeader, fn.arn);
    if (fn.recursiveLoop === 'Allow' || length < recursionLimit) return true;
    fn.metrics.RecursiveInvocationsDropped++;
    this.parts.emit('dropped', {
      functionName: fn.name,
      requestId: message.MessageId,
      reason: 'RecursiveInvocation',
      channel: 'sqs',
      sentTo: [],
    });
    return false;
  }

  async #invoke(messages: readonly StandInMessage[], target: Target): Promise<void> {
    const { queue, options } = this.parts;
    const outcome = await this.#runWhenThereIsRoom(this.#describeDelivery(messages, target), messages);
    if (outcome?.reason !== 'ok') return;
    const ids = messages.map(({ MessageId }) => MessageId);
    const failures = options.reportBatchItemFailures
      ? readFailures(outcome.response, ids)
      : new Set<string>();
    for (const { MessageId, ReceiptHandle } of messages)
      if (!failures.has(MessageId)) queue.delete(ReceiptHandle);
  }

  #describeDelivery(messages: readonly StandInMessage[], target: Target): Delivery {
    const traceHeader = maxChain(messages, target.fn.arn);
    return {
      target,
      requestId: randomUUID(),
      payload: batchEvent(messages, this.parts.queue.arn, this.parts.region),
      attempt: Math.max(...messages.map(({ attributes }) => Number(attributes.ApproximateReceiveCount))),
      channel: 'sqs',
      invocationType: 'RequestResponse',
      ...(traceHeader === undefined ? {} : { traceHeader }),
    };
  }

  /** Answers nothing when the messages became visible again before there was room. */
  async #runWhenThereIsRoom(
    delivery: Delivery,
    messages: readonly StandInMessage[],
  ): Promise<Outcome | undefined> {
    const { concurrency, queue, runner } = this.parts;
    const { fn } = delivery.target;
    if (!concurrency.hasRoomFor(fn)) this.#tellThrottled(fn, messages[0]?.MessageId ?? '');
    const until = Date.now() + queue.visibilityTimeoutMs;
    while (!concurrency.hasRoomFor(fn)) {
      await new Promise((resolve) => setTimeout(resolve, roomPollMs));
      if (this.#isClosed || Date.now() >= until) return undefined;
    }
    return runner.run(delivery);
  }

  #tellThrottled(fn: LocalFunction, requestId: string): void {
    fn.metrics.Throttles++;
    this.parts.emit('throttled', { functionName: fn.name, requestId, invocationType: 'RequestResponse' });
  }
}

/** A function's event is at most 6 MB, however many messages the batch size allows. */
function splitBySize(messages: readonly StandInMessage[]): StandInMessage[][] {
  const batches: StandInMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = Buffer.byteLength(JSON.stringify(message));
    bytes += size;
    if (bytes > batchLimitBytes) {
      batches.push([]);
      bytes = size;
    }
    batches.at(-1)?.push(message);
  }
  return batches;
}

function maxChain(messages: readonly StandInMessage[], functionArn: string): string | undefined {
  const headers = messages
    .map(({ attributes }) => attributes.AWSTraceHeader)
    .filter((header) => header !== undefined);
  return headers.sort((a, b) => readChainLength(b, functionArn) - readChainLength(a, functionArn))[0];
}

/**
 * Which messages of a batch have failed, by the function's answer with `ReportBatchItemFailures` on.
 * Nothing (no answer, no list, an empty list) is success. Whatever AWS cannot read, and an id that is not in the batch, fails them all.
 */
export function readFailures(response: string, messageIds: readonly string[]): ReadonlySet<string> {
  const all = new Set(messageIds);
  const answer = parse(response);
  if (answer === undefined) return all;
  if (answer === null) return new Set();
  if (typeof answer !== 'object') return all;
  const failures = (answer as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const ids = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  return ids.every((id): id is string => typeof id === 'string' && all.has(id)) ? new Set(ids) : all;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text || 'null');
  } catch {
    return undefined;
  }
}

/** The event that an event source mapping hands to a function. */
function batchEvent(messages: readonly StandInMessage[], queueArn: string, region: string): string {
  const records = messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.MessageBody,
    attributes: message.attributes,
    messageAttributes: describeAttributes(message),
    md5OfBody: message.MD5OfMessageBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  }));
  return JSON.stringify({ Records: records });
}

function describeAttributes({ MessageAttributes = {} }: StandInMessage): Record<string, object> {
  const entries = Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    {
      stringValue: StringValue,
      binaryValue: BinaryValue,
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    },
  ]);
  return Object.fromEntries(entries) as Record<string, object>;
}
