import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
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
