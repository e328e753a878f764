import { SecretValue } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type StoreNames, stores } from '../runtime/adapters/store/stores';
import type { LongRunningFunctionProps } from './long-running-function-props';
import { writeNumber } from './read-props';
import type { ExecutionSchedules } from './resources';

/** What the function is told of; undefined where there is none. */
interface Surroundings {
  readonly queue: IQueue | undefined;
  readonly table: ITable | undefined;
  readonly bucket: IBucket | undefined;
  readonly schedules: ExecutionSchedules | undefined;
}

/** What is swept, and how. */
interface SweepTarget {
  readonly functionName: string;
  readonly job: string;
  /** Milliseconds, as a text: CloudFormation may be the one who knows them. */
  readonly graceMs: string;
  readonly limit: number | undefined;
}

/** The variables that lambda-baton is configured by. */
export function describeEnvironment(
  { queue, table, bucket, schedules }: Surroundings,
  {
    signingKey,
    continueOn,
    logLevel,
  }: Pick<LongRunningFunctionProps, 'continueOn' | 'logLevel' | 'signingKey'>,
): Record<string, string> {
  return {
    ...(queue && { BATON_QUEUE_URL: queue.queueUrl }),
    ...nameStores({ table: table?.tableName, bucket: bucket?.bucketName }),
    ...(schedules && {
      BATON_SCHEDULER_ROLE_ARN: schedules.role.roleArn,
      BATON_SCHEDULER_GROUP: schedules.group.ref,
    }),
    ...(signingKey && { BATON_SIGNING_KEY: refer(signingKey) }),
    ...(continueOn && { BATON_CONTINUE_ON: continueOn }),
    ...(logLevel && { BATON_LOG_LEVEL: logLevel }),
  };
}

function nameStores(names: StoreNames): Record<string, string> {
  return Object.fromEntries(
    stores.flatMap(({ variable, option }) => (names[option] ? [[variable, names[option]]] : [])),
  );
}

/** The variables of a sweeper: those of the store, and its own. */
export function describeSweepEnvironment(
  { table, bucket }: Pick<Surroundings, 'bucket' | 'table'>,
  { signingKey, logLevel }: LongRunningFunctionProps,
  { functionName, job, graceMs, limit }: SweepTarget,
): Record<string, string> {
  return {
    ...describeEnvironment(
      { queue: undefined, table, bucket, schedules: undefined },
      { ...(signingKey && { signingKey }), ...(logLevel && { logLevel }) },
    ),
    BATON_SWEEP_FUNCTION: functionName,
    BATON_SWEEP_JOB: job,
    BATON_SWEEP_GRACE_MS: graceMs,
    ...(limit !== undefined && { BATON_SWEEP_LIMIT: writeNumber(limit) }),
  };
}

/** The template holds a dynamic reference, which CloudFormation resolves; the key itself is nowhere in it. */
function refer(key: NonNullable<LongRunningFunctionProps['signingKey']>): string {
  return (key instanceof SecretValue ? key : key.secretValue).unsafeUnwrap();
}
