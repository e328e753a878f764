import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import type { Runtime } from 'aws-cdk-lib/aws-lambda';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { JobFault } from '../errors/definition-errors';
import type { JobPlan } from '../runtime/core/execution/job-plan';
import { leastGraceMs, maxSwept } from '../runtime/core/record/sweep';
import type { LongRunningFunctionProps } from './long-running-function-props';
import { readKnown, readKnownMs } from './read-props';

/** Finds what keeps a file from being bundled: it is not there, or esbuild is not. Without esbuild the CDK would reach for Docker. */
export function findEntryFaults(entry: string, bundling: BundlingOptions = {}): JobFault[] {
  const faults: JobFault[] = [];
  if (!existsSync(entry))
    faults.push({
      problem: `entry ${entry}: there is no such file.`,
      fix: `Correct the path; it is looked up from ${process.cwd()}.`,
    });
  if (
    bundling.forceDockerBundling !== true &&
    !isInstalled([resolve(entry), join(process.cwd(), 'package.json')])
  )
    faults.push({
      problem: 'esbuild is not installed, and bundles the function.',
      fix: 'Run npm install --save-dev esbuild.',
    });
  return faults;
}

function isInstalled(from: readonly string[]): boolean {
  return from.some((file) => {
    try {
      return createRequire(file).resolve('esbuild') !== '';
    } catch {
      return false;
    }
  });
}

/** The oldest major version of Node that AWS still updates. */
const leastNode = 22;

/**
 * Finds what is wrong with the function's runtime. What is not there is not defaulted to: an older CDK would deploy `nodejs16.x` instead.
 *
 * @param newest the runtime that is used by default, undefined in a CDK that does not know it
 */
export function findRuntimeFaults(
  { runtime }: Pick<LongRunningFunctionProps, 'runtime'>,
  newest: Runtime | undefined,
): JobFault[] {
  if (runtime === undefined && newest === undefined)
    return [
      {
        problem:
          'This aws-cdk-lib does not know nodejs24.x: it would deploy nodejs16.x in its place, which cannot run lambda-baton.',
        fix: 'Install aws-cdk-lib 2.224.0 or later, or pass runtime: Runtime.NODEJS_22_X.',
      },
    ];
  const name = readKnown((runtime ?? (newest as Runtime)).name);
  if (name === undefined || Number(/^nodejs(\d+)\.x$/.exec(name)?.[1]) >= leastNode) return [];
  return [
    {
      problem: `runtime is ${name}: lambda-baton runs on Node, and AWS updates nodejs22.x and later ones only.`,
      fix: 'Leave it out, or pass Runtime.NODEJS_22_X or Runtime.NODEJS_24_X.',
    },
  ];
}

/** Finds what of the props can never work, or not together. */
export function findPropsFaults(
  props: LongRunningFunctionProps,
  plan: Pick<JobPlan, 'continueOn'> | undefined,
  hasStore: boolean,
): JobFault[] {
  return [
    ...findVersionFaults(props, plan),
    ...findStoreFaults(props),
    ...findSchedulerFaults(props, hasStore),
    ...findSweepFaults(props, hasStore),
    ...findDashboardFaults(props),
  ];
}

/** Finds whether a deployment would delete the code that executions are pinned to. */
export function findVersionFaults(
  { functionProps, continueOn }: Pick<LongRunningFunctionProps, 'continueOn' | 'functionProps'>,
  plan: Pick<JobPlan, 'continueOn'> | undefined,
): JobFault[] {
  const { removalPolicy } = functionProps?.currentVersionOptions ?? {};
  if (removalPolicy !== RemovalPolicy.DESTROY || (plan?.continueOn ?? continueOn) === 'latest') return [];
  return [
    {
      problem:
        'functionProps.currentVersionOptions.removalPolicy is DESTROY: the next deployment would delete the version that executions are pinned to, with their code.',
      fix: "Leave it out, so that versions are retained, or set continueOn: 'latest'.",
    },
  ];
}

/** A duration that the construct has to write in one unit: CloudFormation cannot multiply what only it knows. */
const units: Readonly<Record<string, { readonly labels: readonly string[]; readonly say: string }>> = {
  timeout: { labels: ['seconds'], say: 'Duration.seconds' },
  'queue.visibilityTimeout': { labels: ['seconds'], say: 'Duration.seconds' },
  'sweep.grace': { labels: ['millis', 'seconds'], say: 'Duration.seconds' },
  'store.expireAfter': { labels: ['days'], say: 'Duration.days' },
};

/** Finds durations that only CloudFormation knows and that would have to be converted. */
export function findTokenFaults({ timeout, queue, sweep, store }: LongRunningFunctionProps): JobFault[] {
  const given: Readonly<Record<string, Duration | undefined>> = {
    timeout,
    'queue.visibilityTimeout': queue === false ? undefined : queue?.visibilityTimeout,
    'sweep.grace': typeof sweep === 'object' ? sweep.grace : undefined,
    'store.expireAfter': store === false ? undefined : store?.expireAfter,
  };
  return Object.entries(units).flatMap(([name, { labels, say }]) => {
    const duration = given[name];
    if (duration === undefined || !duration.isUnresolved() || labels.includes(duration.unitLabel()))
      return [];
    const problem = `${name} is a token in ${duration.unitLabel()}: CloudFormation, which alone knows its value, cannot convert it.`;
    return [{ problem, fix: `Give it in the unit that is deployed: ${say}(parameter.valueAsNumber).` }];
  });
}

/** Finds what is said of a table that it cannot be true of: nothing of it is ignored in silence. */
export function findStoreFaults({ store }: Pick<LongRunningFunctionProps, 'store'>): JobFault[] {
  if (store === undefined || store === false) return [];
  const { table, hasIndex, pointInTimeRecovery } = store;
  const isOwn = table !== undefined && table !== false;
  const faults: JobFault[] = [];
  if (pointInTimeRecovery === true && table !== undefined)
    faults.push({
      problem: 'store.pointInTimeRecovery is set, and no table is made.',
      fix: isOwn
        ? 'Leave it out, and set it where the table is made.'
        : 'Leave it out, or leave table: false out.',
    });
  if (hasIndex !== undefined && !isOwn)
    faults.push({
      problem: "store.hasIndex is set, and there is no table of one's own: a new one has the index.",
      fix: 'Leave it out, or pass the table.',
    });
  return faults;
}

/** Finds what keeps executions from being shown: their metrics are found by the job's name. */
export function findDashboardFaults({ dashboard, job }: LongRunningFunctionProps): JobFault[] {
  if (dashboard !== true || job !== undefined) return [];
  return [
    {
      problem: "dashboard is set, and the job is not known: metrics are found by the job's name.",
      fix: 'Pass job: the class.',
    },
  ];
}

/** Finds whether schedules were asked for that would have to carry whole states: without a store nothing can be looked up. */
export function findSchedulerFaults({ scheduler }: LongRunningFunctionProps, hasStore: boolean): JobFault[] {
  if (scheduler !== true || hasStore) return [];
  return [
    {
      problem:
        'scheduler is set, and there is no store: a schedule brings nothing but the name of an execution.',
      fix: 'Leave store: false out, or leave scheduler out.',
    },
  ];
}

/** Finds what keeps executions from being swept, where that was asked for. */
export function findSweepFaults({ sweep, job }: LongRunningFunctionProps, hasStore: boolean): JobFault[] {
  if (sweep === undefined || sweep === false) return [];
  const { grace, limit } = sweep === true ? {} : sweep;
  const faults: JobFault[] = [];
  if (!hasStore)
    faults.push({
      problem: 'sweep is set, and there is no store: without one nobody knows which executions there are.',
      fix: 'Leave store: false out, or leave sweep out.',
    });
  if (job === undefined)
    faults.push({
      problem: "sweep is set, and the job is not known: executions are found by the job's name.",
      fix: 'Pass job: the class.',
    });
  const graceMs = grace && readKnownMs(grace);
  if (graceMs !== undefined && graceMs < leastGraceMs)
    faults.push({
      problem: `sweep.grace (${graceMs} ms) is under a minute: Lambda's own second try may still come.`,
      fix: 'Set it to Duration.minutes(1) or more, or leave it out.',
    });
  if (
    limit !== undefined &&
    !Token.isUnresolved(limit) &&
    !(Number.isSafeInteger(limit) && limit >= 1 && limit <= maxSwept)
  )
    faults.push({
      problem: `sweep.limit (${limit}) is no whole number from 1 to ${maxSwept}.`,
      fix: 'Set it to 100, or leave it out.',
    });
  return faults;
}
