import type { ContinuationSender } from '../../src';

/** What a sender is asked to send. */
export type SentRequest = Parameters<ContinuationSender['send']>[0];

/** Options of {@link RecordingSender}. */
export interface RecordingSenderOptions {
  /** @defaultValue recording */
  readonly channel?: string;
  /** @defaultValue 1048576 */
  readonly maxBytes?: number;
  /** @defaultValue what the channel's name implies: 900 for `sqs`, 0 for any other */
  readonly maxDelaySeconds?: number;
  /** Called before a request is recorded; what it throws is the sender's failure, what it returns is awaited. */
  readonly before?: (request: SentRequest) => unknown;
}

/** A channel that keeps what it was asked to send. */
export class RecordingSender implements ContinuationSender {
  readonly channel: string;
  readonly maxBytes: number;
  declare readonly maxDelaySeconds?: number;
  readonly sent: SentRequest[] = [];
  /** Every request, also those that failed. */
  readonly tried: SentRequest[] = [];
  /** How often the runtime had it prepared. */
  preparedCount = 0;
  readonly #before: NonNullable<RecordingSenderOptions['before']>;

  constructor({ channel = 'recording', maxBytes = 1_048_576, maxDelaySeconds, before = () => {} }: RecordingSenderOptions = {}) {
    this.channel = channel;
    this.maxBytes = maxBytes;
    if (maxDelaySeconds !== undefined) this.maxDelaySeconds = maxDelaySeconds;
    this.#before = before;
  }

  async prepare(): Promise<void> {
    this.preparedCount += 1;
  }

  async send(request: SentRequest): Promise<void> {
    this.tried.push(request);
    await this.#before(request);
    this.sent.push(request);
  }
}
