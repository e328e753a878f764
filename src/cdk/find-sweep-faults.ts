import { Token } from 'aws-cdk-lib';
import type { JobFault } from '../errors/definition-errors';
import { leastGraceMs, maxSwept } from '../runtime/core/record/sweep';
import type { LongRunningFunctionProps } from './long-running-function-props';
import { readKnownMs } from './tokens';

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
