import { namePin, type RecursionSetting } from '../../core/execution/line';
import type { Context, ContinuationRequest, ContinuationSender } from '../../ports';
import { classifyAwsError } from '../aws/classify-aws-error';
import { loadLambdaSdk } from '../aws/clients';
import type { CommandSender } from '../aws/lazy-client';
import { LazyClient, withTimeLimit } from '../aws/lazy-client';

/** The largest event of an asynchronous invocation, in bytes. */
const maxEventBytes = 1_048_576;

/** Which code carries an execution on: the version that runs now, or whatever the caller's qualifier points to by then. */
export type ContinueOn = 'latest' | 'pinned';

/** Hands over by invoking the same function again, asynchronously. */
export class LambdaSender implements ContinuationSender {
  readonly channel = 'lambda';
  readonly maxDelaySeconds = 0;
  /** Left out with a double of the client, which could not know. */
  readonly readRecursion?: NonNullable<ContinuationSender['readRecursion']>;
  readonly #client: CommandSender;
  readonly #continueOn: ContinueOn;
  #maxBytes = maxEventBytes;

  constructor(client: CommandSender, continueOn: ContinueOn) {
    this.#client = client;
    this.#continueOn = continueOn;
    if (client instanceof LazyClient || 'middlewareStack' in client)
      this.readRecursion = (...where) => readSetting(client, ...where);
  }

  /** What Lambda takes, or less where a refusal has told a smaller limit: not everything that speaks Lambda's protocol takes as much. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** @throws HandOffFailedError that says whether trying again may help. */
  async send({ body, context, timeoutMs }: ContinuationRequest): Promise<void> {
    try {
      const { InvokeCommand } = await loadLambdaSdk();
      const command = new InvokeCommand({
        FunctionName: nameTarget(context, this.#continueOn),
        InvocationType: 'Event',
        Payload: body,
      });
      await withTimeLimit(timeoutMs, (abortSignal) => this.#client.send(command, { abortSignal }));
    } catch (error) {
      const failure = classifyAwsError(this.channel, error);
      this.#maxBytes = Math.min(this.#maxBytes, failure.details.maxBytes ?? this.#maxBytes);
      throw failure;
    }
  }

  async load(): Promise<void> {
    await loadLambdaSdk();
    if (this.#client instanceof LazyClient) await this.#client.load();
  }

  /** Loads the client and opens its connection, with a dry run of the very call that the hand-off will make. A client that a user registered is left alone. */
  async prepare(context: Context, signal: AbortSignal): Promise<void> {
    const { InvokeCommand } = await loadLambdaSdk();
    if (!(this.#client instanceof LazyClient)) return;
    const command = new InvokeCommand({
      FunctionName: nameTarget(context, this.#continueOn),
      InvocationType: 'DryRun',
    });
    try {
      await withTimeLimit(
        asideTimeoutMs,
        (abortSignal) => this.#client.send(command, { abortSignal }),
        signal,
      );
    } catch (error) {
      throw classifyAwsError(this.channel, error);
    }
  }
}

/** A call beside the work that takes longer than this is given up, in milliseconds. */
const asideTimeoutMs = 3_000;

/** The function to invoke: pinned to the version that runs now when it has a number, since an alias can move in mid-execution. */
export function nameTarget(context: Context, continueOn: ContinueOn): string {
  return (continueOn === 'latest' ? null : namePin(context)) ?? context.invokedFunctionArn;
}

/** Reads the function's recursion setting: it is one for all versions and aliases. */
async function readSetting(
  client: CommandSender,
  { functionName }: Context,
  signal: AbortSignal,
): Promise<RecursionSetting | undefined> {
  const { GetFunctionRecursionConfigCommand } = await loadLambdaSdk();
  const command = new GetFunctionRecursionConfigCommand({ FunctionName: functionName });
  const answer = await withTimeLimit(
    asideTimeoutMs,
    (abortSignal) => client.send(command, { abortSignal }),
    signal,
  );
  if (answer?.RecursiveLoop === 'Allow') return 'allow';
  return answer?.RecursiveLoop === 'Terminate' ? 'terminate' : undefined;
}
