import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import type { JobFault } from '../errors/definition-errors';
import type { JobPlan } from '../runtime/core/execution/job-plan';
import type { LongRunningFunctionProps } from './long-running-function-props';
import { readKnown } from './tokens';

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
