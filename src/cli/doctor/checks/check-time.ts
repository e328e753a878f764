import { listStarvedSteps } from '../../../runtime/core/execution/deployment-rules';
import { type DoctorFacts, type JobFacts, listJobs } from '../facts';
import { approve, type Finding, refuse, warn } from '../finding';
import { checkKnown } from '../reading';

/** What Lambda sets when nobody says anything, in milliseconds. */
const lambdaDefaultMs = 3_000;

/** Checks the time-out by what the job needs of it. */
export function checkTime({ fn, job }: DoctorFacts): readonly Finding[] {
  return checkKnown(fn, (known) => {
    const jobs = listJobs(job);
    const { timeoutMs } = known;
    if (timeoutMs === undefined)
      return [
        warn(
          'time-out',
          'The time-out is known only when it is deployed.',
          'Run baton doctor on the function then.',
        ),
      ];
    return jobs.length > 0 ? jobs.flatMap((plan) => checkJob(timeoutMs, plan)) : checkAlone(timeoutMs);
  });
}

function checkAlone(timeoutMs: number): Finding[] {
  if (timeoutMs > lambdaDefaultMs) return [];
  return [
    warn(
      'time-out',
      `The time-out is ${timeoutMs} ms, no more than Lambda's default.`,
      "Set it above the job's safeMs: 900 s is best.",
    ),
  ];
}

function checkJob(timeoutMs: number, { name, safeMs, steps }: JobFacts): Finding[] {
  const workMs = timeoutMs - safeMs;
  if (workMs <= 0) {
    const what = `The time-out (${timeoutMs} ms) is not above safeMs of job ${name} (${safeMs} ms): no invocation ever starts a step.`;
    return [
      refuse(
        'time-out',
        what,
        `Set it above ${safeMs} ms, to 900 s at best, or lower safeMs in @LongRunning.`,
      ),
    ];
  }
  const starved = listStarvedSteps(steps, workMs);
  if (starved.length === 0)
    return [approve('time-out', `${timeoutMs} ms, of which job ${name} works ${workMs} ms.`)];
  return starved.map(({ method, minBudgetMs }) => {
    const what = `Step ${method} of job ${name} wants minBudgetMs ${minBudgetMs}, and an invocation has ${workMs} ms before its safe window: it never starts.`;
    return refuse(
      'time-out',
      what,
      `Set the time-out above ${safeMs + minBudgetMs} ms, or lower minBudgetMs.`,
    );
  });
}
