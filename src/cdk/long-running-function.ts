import { Annotations, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { EventField, Rule, RuleTargetInput, type Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Alias,
  Architecture,
  type IFunction,
  type IVersion,
  RecursiveLoop,
  Runtime,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type IQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { JobFault } from '../errors/definition-errors';
import { readJob } from '../metadata/read-job';
import { countKeptDays, leastReceiveCount } from '../runtime/core/execution/deployment-rules';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { wrap } from '../runtime/core/message/arrival';
import { checkDeployment } from './check-deployment';
import { describeCompileCache, withCompileCache } from './compile-cache';
import { describeEnvironment, describeSweepEnvironment } from './describe-environment';
import { ExecutionAlarms } from './execution-alarms';
import { ExecutionDashboard, ExecutionQueries } from './execution-dashboard';
import { ExecutionSweeper } from './execution-sweeper';
import { findEntryFaults, findPropsFaults, findRuntimeFaults, findTokenFaults } from './find-faults';
import { findStarter, grantExecution, grantSweep } from './grant-execution';
import { InvalidDeploymentError } from './invalid-deployment-error';
import { listWarnings } from './list-warnings';
import type { LongRunningFunctionProps, SweepProps } from './long-running-function-props';
import {
  chooseBundling,
  chooseGrace,
  chooseVisibility,
  defaultTimeout,
  hasStore,
  readExpiry,
  readKnown,
  readKnownMs,
  readQueue,
  writeMs,
} from './read-props';
import { ContinuationQueue, ExecutionSchedules, ExecutionStore, queueProps, retryEvents } from './resources';

const defaultMemoryMb = 512;
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
  /** The function itself. */
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
  /** The table of its executions; undefined when it has none. */
  readonly table: ITable | undefined;
  /** The bucket of its executions, or of their large states; undefined when it has none. */
  readonly bucket: IBucket | undefined;
  /** Sends on what will not be retried. Undefined without `sweep`. */
  readonly sweeper: IFunction | undefined;
  /** Undefined without `dashboard`. */
  readonly dashboard: Dashboard | undefined;

  constructor(scope: Construct, id: string, props: LongRunningFunctionProps) {
    super(scope, id);
    const plans = readPlans(props.job);
    const timeout = props.timeout ?? defaultTimeout;
    this.#refuseFaults(props, timeout, plans);
    const continuations = this.#createQueue(props, timeout);
    const store = this.#createStore(props, plans);
    this.queue = continuations?.queue;
    this.deadLetterQueue = continuations?.deadLetterQueue;
    this.table = store?.table;
    this.bucket = store?.bucket;
    const schedules =
      store && props.scheduler !== false ? new ExecutionSchedules(this, 'Schedules') : undefined;
    this.failureQueue = props.onFailure ? undefined : new Queue(this, 'Failures', queueProps);
    this.function = this.#createFunction(props, plans, timeout, schedules);
    this.version = this.function.currentVersion;
    this.alias = new Alias(this, 'Alias', { aliasName, version: this.version as IVersion });
    const environmentKey = props.functionProps?.environmentEncryption as IKey | undefined;
    this.alias.node.addDependency(
      grantExecution(this, this.function, { queue: this.queue, store, schedules, environmentKey }),
    );
    if (schedules) this.alias.node.addDependency(schedules.allowToInvoke(this.function));
    this.#retry(props);
    continuations?.feed(this.alias);
    if (props.schedule) scheduleExecutions(this, this.alias, props.schedule, props.scheduleInput ?? {});
    this.sweeper =
      store && plans.length > 0 && props.sweep !== false
        ? this.#createSweeper(props, { timeout, store, plans })
        : undefined;
    const alarms = props.alarmActions === false ? [] : this.#watch(timeout, props.alarmActions ?? []);
    const jobs = plans.map(({ name }) => name);
    this.dashboard = props.dashboard ? this.#show(jobs, alarms, props.functionProps?.logGroup) : undefined;
  }

  /** Lets somebody start executions, by the alias. A job may start executions of itself, and two jobs those of each other. */
  grantStart(grantee: IGrantable): Grant {
    return this.alias.grantInvoke(findStarter(this, grantee));
  }

  #refuseFaults(props: LongRunningFunctionProps, timeout: Duration, plans: readonly JobPlan[]): void {
    const facts = {
      timeoutMs: readKnownMs(timeout),
      recursiveLoop: readKnown(props.recursiveLoop ?? RecursiveLoop.ALLOW),
      hasStore: hasStore(props),
      queue: props.queue === false ? undefined : readQueue(props, timeout),
      expireAfterDays: readExpiry(props),
    };
    const faults: JobFault[] = [
      ...findEntryFaults(props.entry, props.bundling),
      ...findRuntimeFaults(props, Runtime.NODEJS_24_X),
      ...findTokenFaults(props),
      ...checkDeployment(facts, plans),
      ...findPropsFaults(props, plans[0], facts.hasStore),
    ];
    if (faults.length > 0) throw new InvalidDeploymentError(this.node.path, faults);
    for (const { id, text } of listWarnings(props))
      Annotations.of(this).addWarningV2(`lambda-baton:${id}`, text);
  }

  #createQueue(props: LongRunningFunctionProps, timeout: Duration): ContinuationQueue | undefined {
    if (props.queue === false) return undefined;
    const { fifo = false, maxReceiveCount = leastReceiveCount } = props.queue ?? {};
    const visibilityTimeout = chooseVisibility(props, timeout);
    return new ContinuationQueue(this, 'Continuations', { fifo, visibilityTimeout, maxReceiveCount });
  }

  #createStore(props: LongRunningFunctionProps, plans: readonly JobPlan[]): ExecutionStore | undefined {
    const { store = {} } = props;
    if (store === false || !hasStore(props)) return undefined;
    return new ExecutionStore(
      this,
      'Store',
      store,
      plans.length === 0
        ? undefined
        : countKeptDays({ maxDurationMs: Math.max(...plans.map(({ limits }) => limits.maxDurationMs)) }),
    );
  }

  #createFunction(
    props: LongRunningFunctionProps,
    plans: readonly JobPlan[],
    timeout: Duration,
    schedules: ExecutionSchedules | undefined,
  ): NodejsFunction {
    const { queue, table, bucket } = this;
    return new NodejsFunction(this, 'Function', {
      ...props.functionProps,
      entry: props.entry,
      handler: props.handler ?? 'handler',
      ...chooseRuntime(props),
      timeout,
      memorySize: props.memory ?? defaultMemoryMb,
      recursiveLoop: props.recursiveLoop ?? RecursiveLoop.ALLOW,
      bundling: withCompileCache(props, chooseBundling(props, plans)),
      environment: {
        ...props.environment,
        ...describeEnvironment({ queue, table, bucket, schedules }, props),
        ...describeCompileCache(props),
      },
      currentVersionOptions: {
        ...props.functionProps?.currentVersionOptions,
        removalPolicy: props.functionProps?.currentVersionOptions?.removalPolicy ?? RemovalPolicy.RETAIN,
      },
    });
  }

  /** A continuation is addressed to a version, a start to the alias or to no version: each has settings of its own. */
  #retry({ retryAttempts = 2, onFailure }: LongRunningFunctionProps): void {
    const destination = onFailure ?? new SqsDestination(this.failureQueue as IQueue);
    retryEvents(this, {
      fn: this.function,
      version: this.version,
      alias: this.alias,
      retryAttempts,
      onFailure: destination,
    });
  }

  /** Sends to the alias: an execution that will not be retried goes on with the newest version, as after a redrive. */
  #createSweeper(
    props: LongRunningFunctionProps,
    {
      timeout,
      store,
      plans,
    }: { readonly timeout: Duration; readonly store: ExecutionStore; readonly plans: readonly JobPlan[] },
  ): IFunction {
    const { schedule, grace, limit }: SweepProps = typeof props.sweep === 'object' ? props.sweep : {};
    const target = {
      functionName: this.alias.functionArn,
      job: plans.map(({ name }) => name).join(','),
      graceMs: writeMs(grace ?? chooseGrace(props, timeout)),
      limit,
    };
    const { vpc, vpcSubnets, allowPublicSubnet, ipv6AllowedForDualStack, environmentEncryption } =
      props.functionProps ?? {};
    const network = {
      ...(vpcSubnets && { vpcSubnets }),
      ...(allowPublicSubnet !== undefined && { allowPublicSubnet }),
      ...(ipv6AllowedForDualStack !== undefined && { ipv6AllowedForDualStack }),
    };
    const sweeper = new ExecutionSweeper(this, 'Sweeper', {
      ...chooseRuntime(props),
      environment: describeSweepEnvironment(store, props, target),
      surroundings: {
        ...(vpc && { vpc, ...network, securityGroups: this.function.connections.securityGroups }),
        ...(environmentEncryption && { environmentEncryption }),
      },
      schedule,
    });
    grantSweep(sweeper.function, this.alias, {
      store,
      environmentKey: environmentEncryption as IKey | undefined,
    });
    return sweeper.function as IFunction;
  }

  #watch(
    timeout: Duration,
    actions: Exclude<LongRunningFunctionProps['alarmActions'], false | undefined>,
  ): readonly Alarm[] {
    const deadLetters = {
      ...(this.deadLetterQueue && { DeadContinuations: this.deadLetterQueue }),
      ...(this.failureQueue && { FailedEvents: this.failureQueue }),
    };
    const { alarms } = new ExecutionAlarms(this, 'Alarms', {
      fn: this.function,
      timeout,
      deadLetters,
      sweeper: this.sweeper,
      actions,
    });
    return alarms;
  }

  #show(
    jobs: readonly string[],
    alarms: readonly Alarm[],
    logGroup: NodejsFunctionProps['logGroup'],
  ): Dashboard {
    const { function: fn, queue, deadLetterQueue, failureQueue } = this;
    new ExecutionQueries(this, 'Queries', { fn, logGroup });
    const deadLetters = [deadLetterQueue, failureQueue].filter((dead) => dead !== undefined);
    return new ExecutionDashboard(this, 'Executions', { jobs, fn, queue, deadLetters, alarms }).dashboard;
  }
}

function readPlans(job: LongRunningFunctionProps['job']): readonly JobPlan[] {
  if (job === undefined) return [];
  return (Array.isArray(job) ? (job as readonly JobClass[]) : [job as JobClass]).map(readJob);
}

function chooseRuntime({ runtime, architecture }: LongRunningFunctionProps) {
  return { runtime: runtime ?? Runtime.NODEJS_24_X, architecture: architecture ?? Architecture.ARM_64 };
}

/** Starts an execution at every tick, with the tick's own event id: delivered twice, it is still one execution. */
function scheduleExecutions(scope: Construct, target: Alias, schedule: Schedule, input: object): Rule {
  const start = { executionId: EventField.eventId, input };
  const event = RuleTargetInput.fromObject(wrap({ start }));
  return new Rule(scope, 'Schedule', {
    schedule,
    targets: [new LambdaFunction(target as IFunction, { event })],
  });
}
