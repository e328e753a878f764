import type { Duration, SecretValue } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { Schedule } from 'aws-cdk-lib/aws-events';
import type { Architecture, IDestination, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { BundlingOptions, NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { JobClass } from '../runtime/core/execution/job-plan';
import type { ContinuationQueueProps } from './continuation-queue-props';
import type { ExecutionStoreProps } from './execution-store-props';
import type { SweepProps } from './sweep-props';

/** What a `LongRunningFunction` is made of. Only `entry` is required. */
export interface LongRunningFunctionProps {
  /** The TypeScript or JavaScript file that exports the handler. Bundled with esbuild, without Docker. */
  readonly entry: string;
  /** Name of the export that `createHandler` made. @defaultValue `handler` */
  readonly handler?: string;
  /**
   * The job class: its options are read at synth, and what cannot work is refused there.
   * Without it only the infrastructure itself is checked, and a warning says so.
   */
  readonly job?: JobClass;
  /** When an invocation is killed, up to 15 minutes (90 on Managed Instances). @defaultValue 15 minutes */
  readonly timeout?: Duration;
  /** Memory in megabytes. @defaultValue 512 */
  readonly memory?: number;
  /** @defaultValue `ARM_64` */
  readonly architecture?: Architecture;
  /** `nodejs22.x` or later. @defaultValue `NODEJS_24_X`, which `aws-cdk-lib` has from 2.224.0 on */
  readonly runtime?: Runtime;
  /** Environment variables besides those that lambda-baton is configured by. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How esbuild bundles. Class names are kept in any case that does not say otherwise. */
  readonly bundling?: BundlingOptions;
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
  /** @defaultValue `info` */
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
  /** What happens on an alarm; `false` for no alarms at all. @defaultValue alarms without an action */
  readonly alarmActions?: readonly IAlarmAction[] | false;
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
