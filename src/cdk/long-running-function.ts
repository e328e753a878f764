import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Alias, Architecture, type IFunction, type IVersion, RecursiveLoop, Runtime, type Version } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { JobFault } from '../errors/invalid-job-error';
import { readJob } from '../metadata';
import type { JobPlan } from '../runtime/core/job-plan';
import { defaultGraceMs } from '../runtime/core/sweep';
import { chooseBundling } from './bundle-options';
import { ContinuationQueue } from './continuation-queue';
import { describeEnvironment, describeSweepEnvironment } from './describe-environment';
import { ExecutionAlarms } from './execution-alarms';
import { ExecutionStore } from './execution-store';
import { ExecutionSweeper } from './execution-sweeper';
import { findEntryFaults } from './find-entry-faults';
import { findSweepFaults } from './find-sweep-faults';
import { grantExecution, grantSweep } from './grant-execution';
import { InvalidDeploymentError } from './invalid-deployment-error';
import { judgeDeployment } from './judge-deployment';
import { listWarnings } from './list-warnings';
import type { LongRunningFunctionProps } from './long-running-function-props';
import { retryEvents } from './retry-events';
import { scheduleExecutions } from './schedule-executions';
import type { SweepProps } from './sweep-props';

const defaultTimeout = Duration.minutes(15);
const defaultMemoryMb = 512;
const defaultDurationMs = 7 * 24 * 60 * 60 * 1_000;
const longestVisibility = Duration.hours(12);
const aliasName = 'live';

/**
 * A job deployed with everything it needs: the bundled function with recursion allowed, its continuation queue and dead-letter queues,
 * its table, permissions, a published version with an alias, alarms, and a schedule and a sweeper where they are asked for.
 *
 * @throws InvalidDeploymentError at synth, with everything that cannot work
 * @throws InvalidJobError when the job's own definition is wrong
 *
 * @example
 * new LongRunningFunction(this, 'Reconcile', { entry: 'src/job.ts', job: ReconcilePayments, timeout: Duration.minutes(15) });
 */
export class LongRunningFunction extends Construct {
  readonly function: NodejsFunction;
  /** The version that this deployment publishes. Earlier ones stay, so that executions end on the code they began with. */
  readonly version: Version;
  /** What to invoke: `live`, the newest version. */
  readonly alias: Alias;
  /** Undefined with `queue: false`. */
  readonly queue: IQueue | undefined;
  /** Dead letters of the continuation queue. Undefined with `queue: false`. */
  readonly deadLetterQueue: IQueue | undefined;
  /** Events that Lambda gave up. Undefined with an `onFailure` of one's own. */
  readonly failureQueue: IQueue | undefined;
  readonly table: ITable | undefined;
  readonly bucket: IBucket | undefined;
  /** Sends on what nobody comes for any more. Undefined without `sweep`. */
  readonly sweeper: IFunction | undefined;

  constructor(scope: Construct, id: string, props: LongRunningFunctionProps) {
    super(scope, id);
    const plan = props.job === undefined ? undefined : readJob(props.job);
    const timeout = props.timeout ?? defaultTimeout;
    this.refuseFaults(props, timeout, plan);
    const continuations = this.createQueue(props, timeout);
    const store = this.createStore(props, plan);
    this.queue = continuations?.queue;
    this.deadLetterQueue = continuations?.deadLetterQueue;
    this.table = store?.table;
    this.bucket = store?.bucket;
    this.failureQueue = props.onFailure ? undefined : new Queue(this, 'Failures', { enforceSSL: true, retentionPeriod: Duration.days(14) });
    this.function = this.createFunction(props, timeout);
    this.version = this.function.currentVersion;
    this.alias = new Alias(this, 'Alias', { aliasName, version: this.version as IVersion });
    this.alias.node.addDependency(grantExecution(this, this.function, this.queue, store));
    this.retry(props);
    continuations?.feed(this.alias);
    if (props.schedule) scheduleExecutions(this, this.alias, props.schedule, props.scheduleInput ?? {});
    this.sweeper = store && plan && props.sweep ? this.createSweeper(props, { timeout, store, plan }) : undefined;
    if (props.alarmActions !== false) this.watch(timeout, props.alarmActions ?? []);
  }

  /** Lets somebody start executions, by the alias. */
  grantStart(grantee: IGrantable): Grant {
    return this.alias.grantInvoke(grantee);
  }

  private refuseFaults(props: LongRunningFunctionProps, timeout: Duration, plan: JobPlan | undefined): void {
    const facts = {
      timeoutMs: timeout.toMilliseconds(),
      recursiveLoop: props.recursiveLoop ?? RecursiveLoop.ALLOW,
      hasStore: hasStore(props),
      queue: props.queue === false ? undefined : describeQueue(props, timeout),
    } as const;
    const faults: JobFault[] = [
      ...findEntryFaults(props.entry, props.bundling),
      ...judgeDeployment(facts, plan),
      ...findSweepFaults(props, facts.hasStore),
    ];
    if (faults.length > 0) throw new InvalidDeploymentError(this.node.path, faults);
    for (const { id, text } of listWarnings(props)) Annotations.of(this).addWarningV2(`lambda-baton:${id}`, text);
  }

  private createQueue(props: LongRunningFunctionProps, timeout: Duration): ContinuationQueue | undefined {
    if (props.queue === false) return undefined;
    const { visibilityMs, maxReceiveCount } = describeQueue(props, timeout);
    const visibilityTimeout = Duration.seconds(Math.ceil(visibilityMs / 1_000));
    return new ContinuationQueue(this, 'Continuations', { fifo: props.queue?.fifo === true, visibilityTimeout, maxReceiveCount });
  }

  private createStore(props: LongRunningFunctionProps, plan: JobPlan | undefined): ExecutionStore | undefined {
    const { store = {} } = props;
    if (store === false || !hasStore(props)) return undefined;
    const longestDays = Math.ceil((plan?.limits.maxDurationMs ?? defaultDurationMs) / (24 * 60 * 60 * 1_000));
    return new ExecutionStore(this, 'Store', store, longestDays);
  }

  private createFunction(props: LongRunningFunctionProps, timeout: Duration): NodejsFunction {
    return new NodejsFunction(this, 'Function', {
      ...props.functionProps,
      entry: props.entry,
      handler: props.handler ?? 'handler',
      ...chooseRuntime(props),
      timeout,
      memorySize: props.memory ?? defaultMemoryMb,
      recursiveLoop: props.recursiveLoop ?? RecursiveLoop.ALLOW,
      bundling: chooseBundling(props.entry, props.bundling),
      environment: { ...props.environment, ...describeEnvironment(this, props) },
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN, ...props.functionProps?.currentVersionOptions },
    });
  }

  /** A continuation is addressed to a version, a start to the alias or to no version: each has settings of its own. */
  private retry({ retryAttempts = 2, onFailure }: LongRunningFunctionProps): void {
    const destination = onFailure ?? new SqsDestination(this.failureQueue as IQueue);
    retryEvents(this, { fn: this.function, version: this.version, alias: this.alias, retryAttempts, onFailure: destination });
  }

  /** Sends to the alias: whom nobody comes for goes on with the newest version, as after a redrive. */
  private createSweeper(
    props: LongRunningFunctionProps,
    { timeout, store, plan }: { readonly timeout: Duration; readonly store: ExecutionStore; readonly plan: JobPlan },
  ): IFunction {
    const { schedule, grace, limit }: SweepProps = typeof props.sweep === 'object' ? props.sweep : {};
    const usualMs = props.queue === false ? defaultGraceMs : Math.max(defaultGraceMs, describeQueue(props, timeout).visibilityMs);
    const target = { functionName: this.alias.functionArn, job: plan.name, graceMs: grace?.toMilliseconds() ?? usualMs, limit };
    const sweeper = new ExecutionSweeper(this, 'Sweeper', {
      ...chooseRuntime(props),
      environment: describeSweepEnvironment(store, props, target),
      statements: grantSweep(this.alias, store),
      schedule,
    });
    return sweeper.function as IFunction;
  }

  private watch(timeout: Duration, actions: Exclude<LongRunningFunctionProps['alarmActions'], false | undefined>): void {
    const deadLetters = {
      ...(this.deadLetterQueue && { DeadContinuations: this.deadLetterQueue }),
      ...(this.failureQueue && { FailedEvents: this.failureQueue }),
    };
    new ExecutionAlarms(this, 'Alarms', { fn: this.function, timeout, deadLetters, sweeper: this.sweeper, actions });
  }
}

function chooseRuntime({ runtime, architecture }: LongRunningFunctionProps) {
  return { runtime: runtime ?? Runtime.NODEJS_24_X, architecture: architecture ?? Architecture.ARM_64 };
}

/** A bucket may stand in for a table; with neither there is no store. */
function hasStore({ store = {} }: LongRunningFunctionProps): boolean {
  return store !== false && (store.table !== false || (store.bucket ?? false) !== false);
}

function describeQueue({ queue }: LongRunningFunctionProps, timeout: Duration): { visibilityMs: number; maxReceiveCount: number } {
  const given = queue === false ? undefined : queue;
  const recommendedMs = Math.min(6 * timeout.toMilliseconds(), longestVisibility.toMilliseconds());
  return { visibilityMs: given?.visibilityTimeout?.toMilliseconds() ?? recommendedMs, maxReceiveCount: given?.maxReceiveCount ?? 5 };
}
