import type { ContinuationRequest, ContinuationSender } from '../ports';
import { classifyAwsError } from './classify-aws-error';
import { type CommandSender, LazyClient } from './lazy-client';
import { withTimeLimit } from './with-time-limit';

/** The largest SQS message, in bytes. The continuation has no attributes that would count. */
const maxMessageBytes = 1_048_576;
/** The longest delay of one message, in seconds. */
const maxMessageDelaySeconds = 900;
/** The longest group or deduplication id, in characters. */
const maxFifoIdLength = 128;

/** Hands over through an SQS queue that triggers the same function. Also where executions wait. */
export class SqsSender implements ContinuationSender {
  readonly channel = 'sqs';
  readonly maxBytes = maxMessageBytes;
  /** A FIFO queue cannot delay single messages. */
  readonly maxDelaySeconds: number;
  readonly #client: CommandSender;
  readonly #queueUrl: string;
  readonly #isFifo: boolean;

  constructor(client: CommandSender, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#isFifo = queueUrl.endsWith('.fifo');
    this.maxDelaySeconds = this.#isFifo ? 0 : maxMessageDelaySeconds;
  }

  /** @throws HandOffFailedError that says whether trying again may help. */
  async send({ body, delaySeconds, executionId, invocation, timeoutMs }: ContinuationRequest): Promise<void> {
    try {
      const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
      const command = new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: body,
        ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
        ...(this.#isFifo ? describeFifoIds(executionId, invocation) : {}),
      });
      await withTimeLimit(timeoutMs, (abortSignal) => this.#client.send(command, { abortSignal }));
    } catch (error) {
      throw classifyAwsError(this.channel, error);
    }
  }

  async prepare(): Promise<void> {
    await import('@aws-sdk/client-sqs');
    if (this.#client instanceof LazyClient) await this.#client.load();
  }
}

/** One execution's hops stay in order, and a hop that is sent twice arrives once. */
function describeFifoIds(executionId: string, invocation: number) {
  return { MessageGroupId: fitId(executionId), MessageDeduplicationId: fitId(`${executionId}#${invocation}`) };
}

const unfit = /[^\x21-\x7E]/;

function fitId(id: string): string {
  if (id.length <= maxFifoIdLength && !unfit.test(id)) return id;
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(id).digest('hex');
}
