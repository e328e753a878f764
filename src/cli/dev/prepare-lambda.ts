import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join, resolve } from 'node:path';
import { type LocalLambda, LocalLambdaError } from '../../local';
import { CliError } from '../command';
import type { LocalFunctionOptions } from './dev-options';

/** A local Lambda that is ready for the event that begins a run. */
export interface PreparedLambda {
  /** Name, or `name:alias`. */
  readonly functionName: string;
  /** Whether there is a continuation queue. */
  readonly hasQueue: boolean;
  /** What the reader should know of it, a sentence each. */
  readonly remarks: readonly string[];
}

const functionName = 'baton-dev';
/** The bundle of a TypeScript file is gone after the run: a stack names the lines that were written. */
const sourceMaps = { NODE_OPTIONS: '--enable-source-maps' };
const queueName = 'baton-dev';

/** How long a queue waits before it delivers a message again, beyond the function's time-out, in milliseconds. */
const visibilityMarginMs = 2_000;

/** Creates the function and its continuation queue; executions are kept in `directory`. @throws LocalLambdaError when the code or a package is missing */
export async function prepareLambda(
  lambda: LocalLambda,
  options: LocalFunctionOptions,
  directory: string | undefined,
): Promise<PreparedLambda> {
  const queue = options.hasQueue ? await createQueue(lambda, options.timeoutMs) : undefined;
  await lambda.createFunction({
    name: functionName,
    code: options.file,
    ...nameHandler(options),
    timeoutMs: options.timeoutMs,
    memoryMb: options.memoryMb,
    environment: {
      ...quietSdk,
      ...sourceMaps,
      ...(queue && { BATON_QUEUE_URL: queue.url }),
      ...(directory && { BATON_DIRECTORY: directory }),
      ...(directory && options.hasQueue && hasSchedulerSdk(options.file) && scheduleVariables),
      ...options.environment,
    },
    retryDelaysMs: options.retryDelaysMs,
    recursiveLoop: options.recursiveLoop,
    ...(options.nodePath !== undefined && { nodePath: options.nodePath }),
  });
  if (queue)
    lambda.addEventSourceMapping({
      functionName,
      queueArn: queue.arn,
      batchSize: 1,
      reportBatchItemFailures: true,
    });
  const isMissed = options.hasQueue && queue === undefined;
  const remarks = isMissed
    ? ['No continuation queue: run npm install --save-dev local-aws-sqs to have one.']
    : [];
  return { functionName, hasQueue: queue !== undefined, remarks };
}

/** The account of the local Lambda. */
export const localAccountId = '123456789012';

/** What lets long waits go by a schedule here, as they do where the construct has deployed the function. */
export const scheduleVariables = {
  BATON_SCHEDULER_ROLE_ARN: `arn:aws:iam::${localAccountId}:role/baton-scheduler`,
} as const;

/** Lambda's runtime has every client of the SDK; here it is as the project has it. */
function hasSchedulerSdk(file: string): boolean {
  const places = [resolve(file), join(process.cwd(), 'index.js')];
  return places.some((place) => {
    try {
      return createRequire(place).resolve('@aws-sdk/client-scheduler') !== '';
    } catch {
      return false;
    }
  });
}

/** Without local-aws-sqs there is no queue, as on an account where none was created. */
async function createQueue(
  lambda: LocalLambda,
  timeoutMs: number,
): Promise<{ url: string; arn: string } | undefined> {
  try {
    const { arn } = await lambda.createQueue({ name: `${queueName}-failed` });
    const visibilityTimeoutMs = timeoutMs + visibilityMarginMs;
    return await lambda.createQueue({
      name: queueName,
      visibilityTimeoutMs,
      deadLetterQueue: { arn, maxReceiveCount: 3 },
    });
  } catch (error) {
    if (error instanceof LocalLambdaError && error.details.about === 'local-aws-sqs') return undefined;
    throw error;
  }
}

/** Refuses code and a Node that are not there; a Node's name without a folder is left to `PATH`. @throws CliError */
export function checkCode({ file, nodePath }: LocalFunctionOptions): void {
  if (file !== '' && !existsSync(file)) {
    throw new CliError({
      problem: `There is no file or directory ${resolve(file)}.`,
      fix: 'Build the bundle first, or correct the path.',
    });
  }
  if (nodePath === undefined || basename(nodePath) === nodePath || existsSync(nodePath)) return;
  throw new CliError({
    problem: `--node ${nodePath}: there is no such file.`,
    fix: 'Correct the path: node -p process.execPath prints the one of a Node.',
  });
}

/** The default is left to the local Lambda, which also knows where it is in a directory. */
function nameHandler({ file, handler }: LocalFunctionOptions): { handler?: string } {
  if (handler === 'handler') return {};
  return { handler: handler.includes('.') ? handler : `${basename(file, extname(file))}.${handler}` };
}

/** The AWS SDK would complain about the Node version of this machine, which is not the one of the function. */
export const quietSdk = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
