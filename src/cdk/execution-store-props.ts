import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** Where executions are kept. */
export interface ExecutionStoreProps {
  /** A table of one's own (strings `pk` and `sk`), or `false` for none: then the bucket is the store. @defaultValue a new table, paid per request */
  readonly table?: ITable | false;
  /** `true` for a new bucket, or one of one's own: room for states that do not fit an item, or the store when there is no table. @defaultValue `false` */
  readonly bucket?: IBucket | boolean;
  /** When objects in a new bucket expire; later than any execution ends. @defaultValue 30 days after the job's `maxDurationMs` */
  readonly expireAfter?: Duration;
  /** What becomes of a new table and a new bucket with the stack. @defaultValue `RETAIN` */
  readonly removalPolicy?: RemovalPolicy;
}
