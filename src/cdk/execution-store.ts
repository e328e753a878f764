import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, type ITable, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ExecutionStoreProps } from './execution-store-props';

const graceDays = 30;

/** Where executions are kept: a table, a bucket, or both. */
export class ExecutionStore extends Construct {
  readonly table: ITable | undefined;
  readonly bucket: IBucket | undefined;
  /** Whether the table is known to have the index `byJob`; one of one's own may lack it. */
  readonly hasIndex: boolean;

  /** @param longestDays how many days an execution may take */
  constructor(scope: Construct, id: string, props: ExecutionStoreProps, longestDays: number) {
    super(scope, id);
    const { table, bucket = false, removalPolicy = RemovalPolicy.RETAIN } = props;
    const expiration = props.expireAfter ?? Duration.days(longestDays + graceDays);
    this.hasIndex = table === undefined;
    this.table = table === false ? undefined : (table ?? this.createTable(removalPolicy));
    this.bucket = typeof bucket === 'object' ? bucket : bucket ? this.createBucket(removalPolicy, expiration) : undefined;
  }

  private createTable(removalPolicy: RemovalPolicy): ITable {
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      removalPolicy,
    });
    table.addGlobalSecondaryIndex({
      indexName: 'byJob',
      partitionKey: { name: 'job', type: AttributeType.STRING },
      sortKey: { name: 'startedAtMs', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    return table as ITable;
  }

  private createBucket(removalPolicy: RemovalPolicy, expiration: Duration): IBucket {
    return new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ expiration, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy,
    }) as IBucket;
  }
}
