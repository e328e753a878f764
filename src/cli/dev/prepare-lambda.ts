import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { LocalLambda, LocalLambdaError } from '../../local';
import type { DevOptions } from '../arguments/dev-options';
import { CliError } from '../cli-error';
import type { PreparedLambda } from './prepared-lambda';
import { quietSdk } from './quiet-sdk';

const functionName = 'baton-dev';
const queueName = 'baton-dev';

/** How long a queue waits before it delivers a message again, beyond the function's time-out, in milliseconds. */
const visibilityMarginMs = 2_000;

/** Creates the function and its continuation queue; executions are kept in `directory`. @throws LocalLambdaError when the code or a package is missing */
export async function prepareLambda(lambda: LocalLambda, options: DevOptions, directory: string | undefined): Promise<PreparedLambda> {
  const queue = options.hasQueue ? await createQueue(lambda, options.timeoutMs) : undefined;
  await lambda.createFunction({
    name: functionName,
    code: options.file,
    ...nameHandler(options),
    timeoutMs: options.timeoutMs,
    memoryMb: options.memoryMb,
    environment: {
      ...quietSdk,
      ...(queue && { BATON_QUEUE_URL: queue.url }),
      ...(directory && { BATON_DIRECTORY: directory }),
      ...options.environment,
    },
    retryDelaysMs: options.retryDelaysMs,
    recursiveLoop: options.recursiveLoop,
    ...(options.nodePath !== undefined && { nodePath: options.nodePath }),
  });
  if (queue) lambda.addEventSourceMapping({ functionName, queueArn: queue.arn, batchSize: 1, reportBatchItemFailures: true });
  return { functionName, hasQueue: queue !== undefined };
}

/** Without local-aws-sqs there is no queue, as on an account where none was created. */
async function createQueue(lambda: LocalLambda, timeoutMs: number): Promise<{ url: string; arn: string } | undefined> {
  try {
    const { arn } = await lambda.createQueue({ name: `${queueName}-failed` });
    const visibilityTimeoutMs = timeoutMs + visibilityMarginMs;
    return await lambda.createQueue({ name: queueName, visibilityTimeoutMs, deadLetterQueue: { arn, maxReceiveCount: 3 } });
  } catch (error) {
    if (error instanceof LocalLambdaError && error.details.about === 'local-aws-sqs') return undefined;
    throw error;
  }
}

/** Refuses a Node that is not there; a name without a folder is left to `PATH`. @throws CliError */
export function checkNode(nodePath: string | undefined): void {
  if (nodePath === undefined || basename(nodePath) === nodePath || existsSync(nodePath)) return;
  throw new CliError({
    problem: `--node ${nodePath}: there is no such file.`,
    cure: 'Correct the path: node -p process.execPath prints the one of a Node.',
  });
}

/** The default is left to the local Lambda, which also knows where it is in a directory. */
function nameHandler({ file, handler }: DevOptions): { handler?: string } {
  if (handler === 'handler') return {};
  return { handler: handler.includes('.') ? handler : `${basename(file, extname(file))}.${handler}` };
}
