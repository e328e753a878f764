import type { EnvironmentResponse, LambdaClient } from '@aws-sdk/client-lambda';
import { readSettings } from '../../../handler/read-settings';
import { CliError } from '../../command';
import type { DoctorFacts } from '../facts';
import { know, missOut, type Reading } from '../finding';
import { readJobFacts } from '../read-job';
import { readQueue, readScheduler } from './read-channel-facts';
import {
  type Asked,
  describeConfiguration,
  readConcurrency,
  readConfiguration,
  readRecursion,
  readRetries,
  tryToInvoke,
} from './read-function-facts';
import { listKeys, readBucket, readTable } from './read-store-facts';
import { findFix, isDenied, tryToRead } from './try-to-read';

/** What is asked about, and with what. */
export interface AwsQuestion {
  readonly lambda: LambdaClient;
  readonly asked: Asked;
  readonly region: string | undefined;
  readonly isLocal: boolean;
  /** The job's bundle or source. */
  readonly bundle: string | undefined;
}

/** Neither who sweeps a function, nor what becomes of its versions, is written on it. */
const areVersionsKept = undefined;
/** Who sweeps a function is not written on it, and looking at every function of an account is more than was asked. */
const isSwept = undefined;

type Variables = Readonly<Record<string, string>>;

/**
 * Reads a deployed function with everything that belongs to it. What may not be read is written down as such.
 *
 * @throws CliError when there is no such function, or nobody answers
 */
export async function collectFromAws({
  lambda,
  asked,
  region,
  isLocal,
  bundle,
}: AwsQuestion): Promise<DoctorFacts> {
  const configuration = await tryToRead(`Function ${asked.name}`, 'lambda:GetFunctionConfiguration', () =>
    readConfiguration(lambda, asked).catch(refuseUnknown(asked)),
  );
  const [recursion, reservedConcurrency] = await Promise.all([
    tryToRead('The recursion setting', 'lambda:GetFunctionRecursionConfig', () =>
      readRecursion(lambda, asked),
    ),
    tryToRead('The reserved concurrency', 'lambda:GetFunctionConcurrency', () =>
      readConcurrency(lambda, asked),
    ),
  ]);
  if (configuration.kind === 'unread')
    return { ...forget(configuration), isLocal, isSwept, areVersionsKept, recursion, reservedConcurrency };
  const {
    FunctionArn = '',
    Version = '$LATEST',
    Handler = 'index.handler',
    Environment,
  } = configuration.value;
  const functionArn = FunctionArn.split(':').slice(0, 7).join(':');
  const environment = readVariables(Environment);
  const [permissions, retries, around, job] = await Promise.all([
    tryToRead('The permission to invoke', 'lambda:InvokeFunction', () =>
      tryToInvoke(lambda, functionArn, Version),
    ),
    tryToRead('The retry settings', 'lambda:GetFunctionEventInvokeConfig', () =>
      readRetries(lambda, asked, Version),
    ),
    readSurroundings({ lambda, region, functionArn }, environment),
    readCode(bundle, Handler, environment),
  ]);
  const fn = know(describeConfiguration(configuration.value, asked));
  const keys = know(listKeys({ fn, ...around }, () => undefined));
  const settings = { recursion, reservedConcurrency, permissions, retries, keys };
  return { isLocal, isSwept, areVersionsKept, fn, environment, job, ...settings, ...around };
}

/** Only a function that is there, and hides, leaves anything to look at. */
function refuseUnknown({ name, qualifier }: Asked) {
  return (cause: unknown): never => {
    if (isDenied(cause)) throw cause;
    const { name: reason, message } = cause as Error;
    const problem = `Function ${qualifier === undefined ? name : `${name}:${qualifier}`} cannot be looked at: ${reason}: ${message.split('\n')[0]}`;
    const known = findFix(cause);
    throw new CliError(
      { problem, fix: known ?? 'Check its name, the Region (--region) and the credentials.', cause },
      1,
    );
  };
}

/** Everything that the configuration leads to is unknown with it. */
function forget(unread: Reading<never>) {
  const follow = missOut(
    'Without the function its variables are not known, nor its permissions, its retries and what the variables name.',
    'Begin with the function itself.',
  );
  const beside = {
    permissions: follow,
    retries: follow,
    queue: follow,
    table: follow,
    bucket: follow,
    keys: follow,
    job: follow,
  };
  return { fn: unread, environment: follow, ...beside };
}

function readVariables(given: EnvironmentResponse | undefined): Reading<Variables> {
  if (given?.Error === undefined) return know(given?.Variables ?? {});
  return missOut(
    `The variables could not be read: ${given.Error.Message}`,
    'Allow kms:Decrypt on the key to the credentials used here.',
  );
}

async function readSurroundings(
  {
    lambda,
    region,
    functionArn,
  }: { readonly lambda: LambdaClient; readonly region: string | undefined; readonly functionArn: string },
  environment: Reading<Variables>,
): Promise<Pick<DoctorFacts, 'bucket' | 'queue' | 'scheduler' | 'table'>> {
  if (environment.kind === 'unread') return { queue: environment, table: environment, bucket: environment };
  const { queueUrl, store, scheduler: schedules } = readSettings(environment.value).settings;
  const { table: tableName, bucket: bucketName } = store ?? {};
  const [queue, table, bucket, scheduler] = await Promise.all([
    queueUrl
      ? tryToRead(`Queue ${queueUrl}`, 'sqs:GetQueueAttributes', () =>
          readQueue({ lambda, region, queueUrl, functionArn }),
        )
      : know(undefined),
    tableName
      ? tryToRead(`Table ${tableName}`, 'dynamodb:DescribeTable', () => readTable(tableName, region))
      : know(undefined),
    bucketName
      ? tryToRead(`Bucket ${bucketName}`, 's3:ListBucket', () => readBucket(bucketName, region))
      : know(undefined),
    schedules
      ? tryToRead('The schedule group', 'scheduler:GetScheduleGroup', () => readScheduler(schedules, region))
      : know(undefined),
  ]);
  return { queue, table, bucket, scheduler };
}

/** Deployed code stays where it is; whoever asks has the bundle, or does not mind. */
function readCode(
  bundle: string | undefined,
  handler: string,
  environment: Reading<Variables>,
): Promise<DoctorFacts['job']> {
  if (bundle === undefined) {
    const reason = 'The job is not known here, so neither its safeMs nor its limits were looked at.';
    return Promise.resolve(missOut(reason, 'Give its bundle or source: --bundle src/job.ts.', 'warning'));
  }
  return readJobFacts({
    file: bundle,
    handler,
    variables: environment.kind === 'known' ? environment.value : {},
  });
}
