import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StandInInput, StandInMessage, StandInQueue } from './local-queue';

const deduplicationMs = 300_000;
const pollMs = 10;

/** A message with the times that matter. */
interface Entry {
  readonly record: StandInMessage;
  readonly group: string;
  /** Epoch milliseconds: hidden until then, by a delay or by being received. */
  hiddenUntil: number;
}

type CreateRecord = (parts: object) => [StandInMessage, string | undefined];

/**
 * The rules of FIFO queues that local-aws-sqs leaves out: order within a group, one holder per group, duplicates dropped for five minutes.
 * Takes the place of a queue's own message store.
 */
export class FifoStore {
  #entries: Entry[] = [];
  readonly #seen = new Map<
    string,
    { readonly messageId: string; readonly sequenceNumber: string; readonly until: number }
  >();
  #sequence = 0n;
  readonly #queue: StandInQueue;
  readonly #moveToDeadLetters: (message: StandInMessage) => void;

  /** @param moveToDeadLetters is given a message that was received too often */
  constructor(queue: StandInQueue, moveToDeadLetters: (message: StandInMessage) => void) {
    this.#queue = queue;
    this.#moveToDeadLetters = moveToDeadLetters;
  }

  /** Puts this store behind the queue's own methods. */
  install(): void {
    const queue = this.#queue;
    const readAttributes = queue.getAttributes.bind(queue);
    queue.setRecord = (input, messageId) => this.#add(input, messageId);
    queue.receive = (options) => this.#receive(options);
    queue.delete = (receiptHandle) => this.#delete(receiptHandle);
    queue.changeVisibility = (receiptHandle, seconds) =>
      this.#changeVisibility(receiptHandle, Number(seconds));
    queue.clearRecords = () => {
      this.#entries = [];
    };
    queue.getAttributes = (names) => ({ ...readAttributes(names), ...this.#counts(names) });
  }

  #add(input: StandInInput, messageId: string = randomUUID()): { record: StandInMessage } {
    const group = input.MessageGroupId ?? '';
    const key =
      this.#queue.DeduplicationScope === 'messageGroup'
        ? `${group}#${input.MessageDeduplicationId}`
        : `${input.MessageDeduplicationId}`;
    const known = this.#seen.get(key);
    const isDuplicate = known !== undefined && known.until > Date.now();
    this.#sequence += isDuplicate ? 0n : 1n;
    const sequenceNumber = isDuplicate ? known.sequenceNumber : `${10n ** 19n + this.#sequence}`;
    const { createRecord } = this.#queue.constructor as unknown as { createRecord: CreateRecord };
    const [record] = createRecord({
      ...input,
      MessageId: isDuplicate ? known.messageId : messageId,
      SequenceNumber: sequenceNumber,
    });
    if (!isDuplicate) {
      this.#seen.set(key, {
        messageId: record.MessageId,
        sequenceNumber,
        until: Date.now() + deduplicationMs,
      });
      this.#entries.push({ record, group, hiddenUntil: Date.now() + this.#queue.DelaySeconds * 1000 });
    }
    return { record };
  }

  async #receive({
    VisibilityTimeout,
    WaitTimeSeconds = 0,
    MaxNumberOfMessages = 1,
  }: {
    VisibilityTimeout?: number;
    WaitTimeSeconds?: number;
    MaxNumberOfMessages?: number;
  }): Promise<StandInMessage[]> {
    const until = Date.now() + WaitTimeSeconds * 1000;
    const hideMs = 1000 * (VisibilityTimeout ?? this.#queue.VisibilityTimeout);
    for (;;) {
      await sleep(pollMs, undefined, { ref: false });
      const taken = this.#take(Number(MaxNumberOfMessages), hideMs);
      if (taken.length > 0 || Date.now() >= until) return taken;
    }
  }

  #take(limit: number, hideMs: number): StandInMessage[] {
    this.#redrive();
    const now = Date.now();
    const held = new Set<string>();
    const taken: Entry[] = [];
    for (const entry of this.#entries) {
      if (entry.hiddenUntil > now) held.add(entry.group);
      else if (!held.has(entry.group) && taken.length < limit) taken.push(entry);
    }
    return taken.map((entry) => hide(entry, now + hideMs));
  }

  #redrive(): void {
    const limit = this.#queue.RedrivePolicy?.maxReceiveCount ?? Number.POSITIVE_INFINITY;
    const now = Date.now();
    const isDead = ({ record, hiddenUntil }: Entry) =>
      hiddenUntil <= now && Number(record.attributes.ApproximateReceiveCount) >= limit;
    const dead = this.#entries.filter(isDead);
    this.#entries = this.#entries.filter((entry) => !dead.includes(entry));
    for (const { record } of dead) this.#moveToDeadLetters(record);
  }

  #delete(receiptHandle: string): boolean {
    const entry = this.#find(receiptHandle);
    if (entry === undefined) return true;
    if (entry.hiddenUntil <= Date.now())
      throw new Error(
        `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`,
      );
    this.#entries = this.#entries.filter((candidate) => candidate !== entry);
    return true;
  }

  #changeVisibility(receiptHandle: string, seconds: number): boolean {
    const entry = this.#find(receiptHandle);
    if (entry === undefined) return false;
    entry.hiddenUntil = Date.now() + seconds * 1000;
    return true;
  }

  #find(receiptHandle: string): Entry | undefined {
    return this.#entries.find(({ record }) => record.ReceiptHandle === receiptHandle);
  }

  #counts(names: readonly string[]): Record<string, string> {
    this.#redrive();
    const hidden = this.#entries.filter(({ hiddenUntil }) => hiddenUntil > Date.now());
    const counts: Record<string, number> = {
      ApproximateNumberOfMessages: this.#entries.length,
      ApproximateNumberOfMessagesNotVisible: hidden.length,
      ApproximateNumberOfMessagesDelayed: 0,
    };
    const wanted = Object.entries(counts).filter(([name]) => names.includes('All') || names.includes(name));
    return Object.fromEntries(wanted.map(([name, count]) => [name, String(count)]));
  }
}

function hide(entry: Entry, until: number): StandInMessage {
  const { record } = entry;
  entry.hiddenUntil = until;
  record.ReceiptHandle = randomUUID();
  const count = Number(record.attributes.ApproximateReceiveCount) + 1;
  record.attributes.ApproximateReceiveCount = String(count);
  if (count === 1) record.attributes.ApproximateFirstReceiveTimestamp = String(Date.now());
  return { ...record, attributes: { ...record.attributes } };
}
