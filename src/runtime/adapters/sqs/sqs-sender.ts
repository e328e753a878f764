import type { ContinuationRequest, ContinuationSender } from '../../ports';
import { classifyAwsError } from '../aws/classify-aws-error';
import { loadSqsSdk } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';
import { LazyClient, withTimeLimit } from '../aws/lazy-client';

/** The largest SQS message, in bytes. The continuation has no attributes that would count. */
const maxMessageBytes = 1_048_576;
/** The longest delay of one message, in seconds. */
const maxMessageDelaySeconds = 900;
/** The longest group or deduplication id, in characters. */
const maxFifoIdLength = 128;

/** Hands over through an SQS queue that triggers the same function. Also where executions wait. */
export class SqsSender implements ContinuationSender {
  readonly channel = 'sqs';
  /** A FIFO queue cannot delay single messages. */
  readonly maxDelaySeconds: number;
  readonly #client: CommandSender;
  readonly #queueUrl: string;
  readonly #isFifo: boolean;
  #maxBytes = maxMessageBytes;

  constructor(client: CommandSender, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#isFifo = queueUrl.endsWith('.fifo');
    this.maxDelaySeconds = this.#isFifo ? 0 : maxMessageDelaySeconds;
  }

  /** What SQS takes, or the queue's own `MaximumMessageSize` once a refusal has told it: asking for it would need a permission of its own. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** @throws HandOffFailedError that says whether trying again may help. */
  async send(request: ContinuationRequest): Promise<void> {
    const { body, delaySeconds, timeoutMs } = request;
    try {
      const { SendMessageCommand } = await loadSqsSdk();
      const command = new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: body,
        ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
        ...(this.#isFifo ? describeFifoIds(request) : {}),
      });
      await withTimeLimit(timeoutMs, (abortSignal) => this.#client.send(command, { abortSignal }));
    } catch (error) {
      const failure = classifyAwsError(this.channel, error);
      this.#maxBytes = Math.min(this.#maxBytes, failure.details.maxBytes ?? this.#maxBytes);
      throw failure;
    }
  }

  async load(): Promise<void> {
    await loadSqsSdk();
    if (this.#client instanceof LazyClient) await this.#client.load();
  }

  prepare(): Promise<void> {
    return this.load();
  }
}

/**
 * One execution's hops stay in order. A hop that is sent twice within five minutes arrives once; another hop to the same invocation is
 * another message, or SQS would answer it as sent and never deliver it.
 */
function describeFifoIds({ body, executionId, invocation, hopId = digest(body) }: ContinuationRequest) {
  return {
    MessageGroupId: fitId(executionId),
    MessageDeduplicationId: fitId(`${executionId}#${invocation}#${hopId}`),
  };
}

const unfit = /[^\x21-\x7E]/;

function fitId(id: string): string {
  return id.length <= maxFifoIdLength && !unfit.test(id) ? id : digest(id);
}

function digest(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}
