import type { JobFault } from '../errors/invalid-job-error';
import { leastGraceMs, mostSwept } from '../runtime/core/sweep';
import type { LongRunningFunctionProps } from './long-running-function-props';

/** Finds what keeps executions from being swept. */
export function findSweepFaults({ sweep = false, job }: LongRunningFunctionProps, hasStore: boolean): JobFault[] {
  if (sweep === false) return [];
  const { grace, limit } = sweep === true ? {} : sweep;
  const faults: JobFault[] = [];
  if (!hasStore)
    faults.push({
      problem: 'sweep is set, and there is no store: without one nobody knows which executions there are.',
      cure: 'Leave store: false out, or leave sweep out.',
    });
  if (job === undefined)
    faults.push({
      problem: "sweep is set, and the job is not known: executions are found by the job's name.",
      cure: 'Pass job: the class.',
    });
  if (grace !== undefined && grace.toMilliseconds() < leastGraceMs)
    faults.push({
      problem: `sweep.grace (${grace.toMilliseconds()} ms) is under a minute: Lambda's own second try may still come.`,
      cure: 'Set it to Duration.minutes(1) or more, or leave it out.',
    });
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1 && limit <= mostSwept))
    faults.push({
      problem: `sweep.limit (${limit}) is no whole number from 1 to ${mostSwept}.`,
      cure: 'Set it to 100, or leave it out.',
    });
  return faults;
}
