import { HandOffFailedError, type HandOffFailure } from '../errors/execution-errors';
import { type ContinuationRequest, type ContinuationSender, readMaxDelaySeconds } from '../runtime/ports';
import { never } from './life';

/** What a sender is asked to send. */
export type SentRequest = ContinuationRequest;

/** Options of {@link RecordingSender}. */
export interface RecordingSenderOptions {
  /** Its name. @defaultValue recording */
  readonly channel?: string;
  /** Largest body in UTF-8 bytes; a larger one is refused. @defaultValue 1048576 */
  readonly maxBytes?: number;
  /**
   * What the channel really takes, in UTF-8 bytes, as a queue's `MaximumMessageSize`: the runtime learns it from the refusal of a larger
   * body. @defaultValue `maxBytes`
   */
  readonly actualMaxBytes?: number;
  /** Longest delay in seconds; a longer one is refused. @defaultValue what the channel's name implies: 900 for `sqs`, 0 for any other */
  readonly maxDelaySeconds?: number;
  /** Called before a request is recorded; what it throws is the sender's failure, what it returns is awaited. */
  readonly before?: (request: SentRequest) => unknown;
}

/** The largest asynchronous event and the largest SQS message, in bytes. */
const awsMaxBytes = 1_048_576;
/** What SQS does not take: its bodies are XML 1.0. */
const notXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** A {@link ContinuationSender} that keeps what it was asked to send, and refuses what AWS would refuse. */
export class RecordingSender implements ContinuationSender {
  /** Its name. */
  readonly channel: string;
  /** The longest body that it takes, in bytes. */
  readonly maxBytes: number;
  /** The longest delay that it takes, in seconds. */
  declare readonly maxDelaySeconds?: number;
  /** Every request that was accepted. */
  readonly sent: SentRequest[] = [];
  /** Every request, also those that failed. */
  readonly tried: SentRequest[] = [];
  /** How often the runtime had it prepared. */
  preparedCount = 0;
  /** Called with every request that was accepted: where a {@link JobTestEnvironment} takes it on from. */
  onSent: (request: SentRequest) => void = () => {};
  readonly #actualMaxBytes: number;
  readonly #before: NonNullable<RecordingSenderOptions['before']>;

  constructor(options: RecordingSenderOptions = {}) {
    const {
      channel = 'recording',
      maxBytes = awsMaxBytes,
      actualMaxBytes = maxBytes,
      maxDelaySeconds,
      before = () => {},
    } = options;
    this.channel = channel;
    this.maxBytes = maxBytes;
    this.#actualMaxBytes = Math.min(actualMaxBytes, maxBytes);
    if (maxDelaySeconds !== undefined) this.maxDelaySeconds = maxDelaySeconds;
    this.#before = before;
  }

  async prepare(): Promise<void> {
    this.preparedCount += 1;
  }

  /** @throws HandOffFailedError when the channel could not take it: too large, held back too long, or not XML 1.0 for `sqs`. */
  async send(request: SentRequest): Promise<void> {
    this.tried.push(request);
    await this.#before(request);
    this.accept(request);
  }

  /** Checks and records a request. */
  protected accept(request: SentRequest): void {
    refuseUnfit(this, this.#actualMaxBytes, request);
    this.sent.push(request);
    this.onSent(request);
  }
}

function refuseUnfit(
  sender: RecordingSender,
  maxBytes: number,
  { body, delaySeconds = 0 }: SentRequest,
): void {
  const { channel } = sender;
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBytes)
    throw refuse(channel, 'too-large', `the body is ${bytes} bytes, and ${maxBytes} is the limit`, maxBytes);
  const longest = readMaxDelaySeconds(sender);
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > longest)
    throw refuse(
      channel,
      'refused',
      `a delay of ${delaySeconds} seconds is no whole number from 0 to ${longest}`,
    );
  if (channel === 'sqs' && notXml.test(body))
    throw refuse(channel, 'refused', 'the body has a character that XML 1.0 does not have');
}

function refuse(
  channel: string,
  failure: HandOffFailure,
  reason: string,
  maxBytes?: number,
): HandOffFailedError {
  return new HandOffFailedError({
    problem: `Channel ${channel} refused a continuation: ${reason}.`,
    fix: 'The double is as strict as AWS: send what fits.',
    details: { channel, failure, reason, ...(maxBytes === undefined ? {} : { maxBytes }) },
  });
}

/** What happens to one call. `lost`: it is accepted, and the reply is lost. `hang`: no answer ever comes. Else why it is refused. */
export type SendFault = HandOffFailure | 'hang' | 'lost' | 'none';

/** Options of {@link FaultySender}. */
export interface FaultySenderOptions extends Omit<RecordingSenderOptions, 'before'> {
  /** Called with the number of the call, from 1. @defaultValue every call is refused and may be tried again (`retry`) */
  readonly fault?: (call: number) => SendFault;
}

/** A {@link RecordingSender} whose calls fail as told. */
export class FaultySender extends RecordingSender {
  readonly #fault: (call: number) => SendFault;

  constructor({ fault = () => 'retry', ...options }: FaultySenderOptions = {}) {
    super(options);
    this.#fault = fault;
  }

  override async send(request: SentRequest): Promise<void> {
    this.tried.push(request);
    const fault = this.#fault(this.tried.length);
    if (fault === 'hang') return never();
    if (fault !== 'none' && fault !== 'lost') throw this.#describe(fault);
    this.accept(request);
    if (fault === 'lost') throw this.#describe('retry');
  }

  #describe(failure: HandOffFailure): HandOffFailedError {
    return new HandOffFailedError({
      problem: `Channel ${this.channel} failed on purpose (${failure}).`,
      fix: 'Nothing: a test asked for it.',
      details: { channel: this.channel, failure },
    });
  }
}
