import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** Where executions are kept. */
export interface ExecutionStoreProps {
  /** A table of one's own (strings `pk` and `sk`), or `false` for none: then the bucket is the store. @defaultValue a new table, paid per request */
  readonly table?: ITable | false;
  /** Whether a table of one's own has the index `byJob`; without it the sweeper may read the whole table. @defaultValue `false` */
  readonly hasIndex?: boolean;
  /** Whether a new table can be brought back to any second of the last 35 days, which AWS bills by its size. @defaultValue `false` */
  readonly pointInTimeRecovery?: boolean;
  /** `true` for a new bucket, or one of one's own: room for states that do not fit an item, or the store when there is no table. @defaultValue `false` */
  readonly bucket?: IBucket | boolean;
  /**
   * When objects in a new bucket expire, after their last write: twice the job's `maxDurationMs` and 60 days at least, since a record that
   * is written until the end may name a state of the beginning. @defaultValue just that; never when the job is not known
   */
  readonly expireAfter?: Duration;
  /**
   * What becomes of a new table and a new bucket with the stack.
   * @defaultValue `RETAIN_ON_UPDATE_OR_DELETE`: kept, unless the deployment that creates them is rolled back
   */
  readonly removalPolicy?: RemovalPolicy;
}
