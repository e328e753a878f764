import { ArnFormat, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type Alias,
  EventInvokeConfig,
  type IDestination,
  type IFunction,
  type Function as LambdaFunction,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ExecutionStoreProps } from './long-running-function-props';

/** Where executions are kept: a table, a bucket, or both. */
export class ExecutionStore extends Construct {
  readonly table: ITable | undefined;
  readonly bucket: IBucket | undefined;
  /** Whether the table is known to have the index `byJob`; one of one's own may lack it. */
  readonly hasIndex: boolean;

  /** @param leastDays how many days an object is needed at least; undefined when nobody knows */
  constructor(scope: Construct, id: string, props: ExecutionStoreProps, leastDays: number | undefined) {
    super(scope, id);
    const { table, bucket = false, removalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } = props;
    const expiration = props.expireAfter ?? (leastDays === undefined ? undefined : Duration.days(leastDays));
    this.hasIndex = table === undefined || props.hasIndex === true;
    this.table =
      table === false
        ? undefined
        : (table ?? this.#createTable(removalPolicy, props.pointInTimeRecovery === true));
    this.bucket =
      typeof bucket === 'object'
        ? bucket
        : bucket
          ? this.#createBucket(removalPolicy, expiration)
          : undefined;
  }

  #createTable(removalPolicy: RemovalPolicy, pointInTimeRecoveryEnabled: boolean): ITable {
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      ...(pointInTimeRecoveryEnabled && { pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled } }),
      removalPolicy,
    });
    table.addGlobalSecondaryIndex({
      indexName: 'byJob',
      partitionKey: { name: 'job', type: AttributeType.STRING },
      sortKey: { name: 'startedAtMs', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    // What runs is in one place of it, and apart from what has ended: listing, stopping and sweeping read nothing else.
    table.addGlobalSecondaryIndex({
      indexName: 'byStatus',
      partitionKey: { name: 'status', type: AttributeType.STRING },
      sortKey: { name: 'startedAtMs', type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['job'],
    });
    return table as ITable;
  }

  #createBucket(removalPolicy: RemovalPolicy, expiration: Duration | undefined): IBucket {
    return new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [
        { ...(expiration && { expiration }), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy,
    }) as IBucket;
  }
}

/** What each queue of the construct has: a continuation fits it whole, is kept as long as SQS keeps anything, and travels by TLS alone. */
export const queueProps = {
  enforceSSL: true,
  retentionPeriod: Duration.days(14),
  maxMessageSizeBytes: 1_048_576,
};

/** What a {@link ContinuationQueue} is made with: every choice made. */
interface QueueParts {
  readonly fifo: boolean;
  readonly visibilityTimeout: Duration;
  readonly maxReceiveCount: number;
}

/** The queue that waits and refused hand-offs go through, with its dead-letter queue. */
export class ContinuationQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { fifo, visibilityTimeout, maxReceiveCount }: QueueParts) {
    super(scope, id);
    const kind = { ...queueProps, ...(fifo ? { fifo } : {}) };
    this.deadLetterQueue = new Queue(this, 'DeadLetters', kind);
    this.queue = new Queue(this, 'Queue', {
      ...kind,
      visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount },
    });
  }

  /** Lets its messages invoke a function: one at a time, each acknowledged on its own. */
  feed(target: Alias): void {
    target.addEventSource(new SqsEventSource(this.queue, { batchSize: 1, reportBatchItemFailures: true }));
  }
}

const service = 'scheduler.amazonaws.com';

/** What long waits go by: a group of one-time schedules, and the role by which EventBridge Scheduler invokes the function. */
export class ExecutionSchedules extends Construct {
  readonly group: CfnScheduleGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.group = new CfnScheduleGroup(this, 'Group');
    // Nobody else's schedule can make the service use it.
    const isOurs = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal(service, { conditions: isOurs }),
      description: 'EventBridge Scheduler wakes executions of one function by it.',
    });
  }

  /** Lets the role invoke a function and its versions, by a policy of its own: the function waits for its role. */
  allowToInvoke({ functionArn }: LambdaFunction): Policy {
    const resources = [functionArn, `${functionArn}:*`];
    const statements = [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources })];
    return new Policy(this, 'Policy', { statements, roles: [this.role] });
  }

  /** What whoever makes schedules needs: to make them in the group, and to pass the role to the service. */
  listNeeded(): PolicyStatement[] {
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.group.ref}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    return [
      new PolicyStatement({ actions: ['scheduler:CreateSchedule'], resources: [schedules] }),
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': service } },
      }),
    ];
  }
}

/** Whose events are retried, and where they go when they are given up. */
interface Retried {
  readonly fn: IFunction;
  readonly version: Version;
  readonly alias: Alias;
  readonly retryAttempts: number;
  readonly onFailure: IDestination;
}

/**
 * Configures the retries of `$LATEST`, of the alias, and of the version that pinned continuations are addressed to.
 * The version's configuration outlives the next deployment, as the version does: executions that began on it still end in it.
 */
export function retryEvents(
  scope: Construct,
  { fn, version, alias, retryAttempts, onFailure }: Retried,
): void {
  const settings = { function: fn, retryAttempts, onFailure };
  new EventInvokeConfig(scope, 'RetryLatest', settings);
  const ofAlias = new EventInvokeConfig(scope, 'RetryAlias', { ...settings, qualifier: alias.aliasName });
  // Its name is a text like any other: CloudFormation would not know that the alias has to be there first.
  ofAlias.node.addDependency(alias);
  const ofVersion = new EventInvokeConfig(scope, 'RetryVersion', { ...settings, qualifier: version.version });
  ofVersion.applyRemovalPolicy(RemovalPolicy.RETAIN);
}
