import { InvalidJobError, type JobFault } from '../errors';
import { readJob } from '../metadata/read-job';
import type { JobClass, JobPlan } from '../runtime/core/execution/job-plan';
import { adaptToLocalLambda } from '../runtime/core/execution/local-time';

/** The jobs of one handler. */
export type HostedPlans = readonly [JobPlan, ...JobPlan[]];

/** What was read of the jobs that a handler is to host. */
export interface HostedJobs {
  /** Those that could be read, in the order they were given: events start the first. */
  readonly plans: readonly JobPlan[];
  /** Those that can be looked at for their dependencies. */
  readonly classes: readonly JobClass[];
  /** What an error calls them. */
  readonly name: string;
  readonly faults: readonly JobFault[];
  readonly cause?: unknown;
}

/** Reads all jobs of a handler, and everything that is wrong with them. Two of one name could not be told apart by their records. */
export function readHostedJobs(
  given: JobClass | readonly JobClass[],
  environment: Readonly<Record<string, string | undefined>>,
): HostedJobs {
  const jobs: readonly JobClass[] = Array.isArray(given) ? given : [given];
  const readings = jobs.map((job) => tryToRead(job, environment));
  const plans = readings.flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
  const causes = readings.map(({ cause }) => cause).filter((cause) => cause !== undefined);
  return {
    plans,
    classes: [...new Set(jobs.filter((job) => typeof job === 'function'))],
    name: [...new Set(readings.map(({ name }) => name))].join(', '),
    faults: [
      ...(jobs.length === 0 ? [noJobFault] : []),
      ...readings.flatMap(({ faults }) => faults),
      ...findDuplicates(plans),
    ],
    ...(causes.length > 0 && { cause: causes[0] }),
  };
}

interface Reading {
  readonly plan?: JobPlan;
  readonly name: string;
  readonly faults: readonly JobFault[];
  readonly cause?: unknown;
}

function tryToRead(jobClass: JobClass, environment: Readonly<Record<string, string | undefined>>): Reading {
  try {
    const plan = adaptToLocalLambda(readJob(jobClass), environment);
    return { plan, name: plan.name, faults: [] };
  } catch (error) {
    if (!(error instanceof InvalidJobError)) throw error;
    return { name: error.details.job, faults: error.details.faults, cause: error.cause };
  }
}

const noJobFault: JobFault = {
  problem: 'createHandler was given an empty list of jobs.',
  fix: 'Give it the class of a job, or a list of them: createHandler([Reconcile, Repair]).',
};

function findDuplicates(plans: readonly JobPlan[]): JobFault[] {
  const first = new Map<string, JobPlan>();
  return plans.flatMap((plan) => {
    const other = first.get(plan.name);
    if (other === undefined) {
      first.set(plan.name, plan);
      return [];
    }
    const [one, two] = [other.jobClass.name, plan.jobClass.name];
    if (other.jobClass === plan.jobClass) {
      const problem = `createHandler was given class ${one} twice.`;
      return [{ problem, fix: 'Leave one of them out.' }];
    }
    return [
      {
        problem: `Classes ${one} and ${two} of one handler have the same job name, ${plan.name}: their executions could not be told apart.`,
        fix: `Give one of them a name of its own: @LongRunning({ name: '…' }).`,
      },
    ];
  });
}
