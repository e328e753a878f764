import type { Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Schedule } from 'aws-cdk-lib/aws-events';
import type { Architecture, IDestination, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { BundlingOptions, NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { JobClass } from '../runtime/core/execution/job-plan';

/** What a `LongRunningFunction` is made of. Only `entry` is required. */
export interface LongRunningFunctionProps {
  /** The TypeScript or JavaScript file that exports the handler. Bundled with esbuild, without Docker. */
  readonly entry: string;
  /** Name of the export that `createHandler` made. @defaultValue `handler` */
  readonly handler?: string;
  /**
   * The job class, or all that the handler hosts: their options are read at synth, and what cannot work is refused there.
   * Without it only the infrastructure itself is checked, and a warning says so.
   */
  readonly job?: JobClass | readonly JobClass[];
  /** When an invocation is killed, up to 15 minutes (90 on Managed Instances). @defaultValue 15 minutes */
  readonly timeout?: Duration;
  /** Memory in megabytes. @defaultValue 512 */
  readonly memory?: number;
  /** The processor of the function. @defaultValue `ARM_64` */
  readonly architecture?: Architecture;
  /** `nodejs22.x` or later. @defaultValue `NODEJS_24_X`, which `aws-cdk-lib` has from 2.224.0 on */
  readonly runtime?: Runtime;
  /** Environment variables besides those that lambda-baton is configured by. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * How esbuild bundles. Class names are kept (`keepNames`) with `minify`, and unless every job in `job` has a `name`: to keep
   * them costs a cold start 4 ms.
   */
  readonly bundling?: BundlingOptions;
  /**
   * A folder with V8's compile cache of the bundle, to be shipped beside it: Node reads what it would have compiled, which is half of what the
   * import of a job costs a cold start. Filled beforehand by Node itself, for the bundle as it is deployed; docs/deploy.md says how.
   *
   * Node uses a cache only where everything is as it was: its own exact version, the processor, the user id, and the path and text of the
   * bundle. Any other is ignored without a word, and costs its size. One that cannot match, since it is of another major version or
   * processor, or is not there, is left out with a warning.
   * @defaultValue none
   */
  readonly compileCache?: string;
  /** The queue that waits and refused hand-offs go through; `false` for none. @defaultValue a standard queue with a dead-letter queue */
  readonly queue?: ContinuationQueueProps | false;
  /** Where executions are kept; `false` for nowhere but in the continuations. @defaultValue a DynamoDB table */
  readonly store?: ExecutionStoreProps | false;
  /** Signs continuations: a secret of Secrets Manager, put into the environment as a dynamic reference. @defaultValue continuations are not signed */
  readonly signingKey?: SecretValue | { readonly secretValue: SecretValue };
  /** How often Lambda tries a crashed invocation again: 0, 1 or 2. @defaultValue 2 */
  readonly retryAttempts?: 0 | 1 | 2;
  /** Where an invocation goes that was given up. @defaultValue a queue of its own, with an alarm */
  readonly onFailure?: IDestination;
  /** What AWS does after about 16 invocations in a chain. @defaultValue `ALLOW`: the job's own limits end it */
  readonly recursiveLoop?: RecursiveLoop;
  /** Which code carries an execution on after a deployment. @defaultValue `pinned`: the version it began with */
  readonly continueOn?: 'latest' | 'pinned';
  /** The least level that is logged: the function's `BATON_LOG_LEVEL`. @defaultValue `info` */
  readonly logLevel?: 'debug' | 'error' | 'info' | 'warn';
  /** Starts an execution again and again. */
  readonly schedule?: Schedule;
  /** Input of the executions that the schedule starts. @defaultValue `{}` */
  readonly scheduleInput?: object;
  /**
   * Sends on, on a schedule, the executions that will not be retried, by a small function of its own, in the VPC of the job and
   * with the same keys. Needs a store and `job`. With `false` they wait for `baton sweep` or `baton redrive`.
   * @defaultValue `true` where there is a store and `job` is known
   */
  readonly sweep?: SweepProps | boolean;
  /**
   * Lets waits of more than 15 minutes go by one-time schedules of EventBridge Scheduler: a group of them, the role that wakes the function,
   * and the permission to make them. Needs a store. With `false` long waits go by the queue, a message for every 15 minutes.
   * @defaultValue `true` where there is a store
   */
  readonly scheduler?: boolean;
  /** What happens on an alarm; `false` for no alarms at all. @defaultValue alarms without an action */
  readonly alarmActions?: readonly IAlarmAction[] | false;
  /**
   * One view of the job in CloudWatch, and saved queries of its log. What it shows of executions is written by `MetricsObserver` of
   * `lambda-baton/observe`, under its default namespace: without it those graphs stay empty. Needs `job`.
   * @defaultValue `false`
   */
  readonly dashboard?: boolean;
  /** Everything else that a function can have: a VPC, layers, tracing, log groups. */
  readonly functionProps?: Omit<
    NodejsFunctionProps,
    | 'architecture'
    | 'bundling'
    | 'code'
    | 'deadLetterQueue'
    | 'deadLetterQueueEnabled'
    | 'deadLetterTopic'
    | 'entry'
    | 'environment'
    | 'handler'
    | 'maxEventAge'
    | 'memorySize'
    | 'onFailure'
    | 'recursiveLoop'
    | 'retryAttempts'
    | 'runtime'
    | 'timeout'
  >;
}

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

/** The queue that waits and refused hand-offs go through. */
export interface ContinuationQueueProps {
  /** Whether it serialises the hops of an execution and drops duplicates; single messages cannot be delayed then, so `wait` cannot use it. @defaultValue `false` */
  readonly fifo?: boolean;
  /** How long a received message stays hidden: the function's time-out at least. @defaultValue six times the time-out, as AWS recommends, at most 12 hours */
  readonly visibilityTimeout?: Duration;
  /** How often a message is received before it goes to the dead-letter queue, 5 or more. @defaultValue 5 */
  readonly maxReceiveCount?: number;
}

/** How executions that will not be retried are found and sent on. */
export interface SweepProps {
  /** When the sweeper looks. @defaultValue every 15 minutes */
  readonly schedule?: Schedule;
  /**
   * How long nobody must have come for an execution, a minute or more: longer than Lambda or the queue take to deliver again.
   * @defaultValue the queue's visibility timeout, 15 minutes without a queue
   */
  readonly grace?: Duration;
  /** How many executions a sweep sends on at most, from 1 to 1,000. @defaultValue 100 */
  readonly limit?: number;
}
