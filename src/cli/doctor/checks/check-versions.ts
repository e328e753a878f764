import { readSettings } from '../../../handler/read-settings';
import { listStarvedSteps } from '../../../runtime/core/execution/deployment-rules';
import { type DoctorFacts, type JobFacts, listJobs, type QueueFacts } from '../facts';
import { approve, checkKnown, type Finding, refuse, unwrap, warn } from '../finding';

/** Checks whether executions end on the code that they began with. */
export function checkVersions(facts: DoctorFacts): readonly Finding[] {
  const { fn, job, environment, queue, areVersionsKept } = facts;
  const ofEnvironment = unwrap(environment);
  const continueOn =
    unwrap(job)?.continueOn ?? (ofEnvironment && readSettings(ofEnvironment).settings.continueOn) ?? 'pinned';
  return checkKnown(fn, ({ name, qualifier, version }) => {
    if (continueOn === 'latest') {
      return [
        warn(
          'versions',
          'Executions change to other code when it is deployed (continueOn latest).',
          'Leave continueOn pinned, or see that each version reads the state of the one before.',
        ),
      ];
    }
    if (version !== '$LATEST') {
      const faults = [...checkKept(areVersionsKept), ...checkKnown(queue, (known) => checkMappings(known))];
      const what = `Executions that begin on ${qualifier ?? version} end on the version they began with (now ${version}).`;
      return faults.length > 0 ? faults : [approve('versions', what)];
    }
    const what = `Executions are to stay on the version they began with, and ${qualifier === undefined ? `${name} without a qualifier` : qualifier} is $LATEST, which every deployment changes.`;
    return [
      warn(
        'versions',
        what,
        'Publish a version, start executions by an alias of it, and ask about that: baton doctor NAME:ALIAS.',
      ),
    ];
  });
}

/** CloudFormation deletes a resource that a template has no more, and with a version its code. */
function checkKept(areVersionsKept: boolean | undefined): Finding[] {
  if (areVersionsKept !== false) return [];
  const what = 'The next deployment deletes the version that executions stay on, with its code.';
  return [
    refuse('versions', what, 'Set the DeletionPolicy and the UpdateReplacePolicy of the version to Retain.'),
  ];
}

/** A message cannot say which version it is for: who receives it sends it on, so that it had better be current code. */
function checkMappings(queue: QueueFacts | 'missing' | undefined): readonly Finding[] {
  if (queue === undefined || queue === 'missing') return [];
  return checkKnown(queue.mappings, (mappings) =>
    mappings
      .filter(({ isOfFunction, invokes }) => isOfFunction && invokes !== 'alias')
      .map(({ target, invokes }) => {
        const code =
          invokes === 'latest'
            ? '$LATEST, which need not be published'
            : 'one version, whatever is deployed later';
        const what = `The queue invokes ${target}: ${code}, and not the alias that executions begin on.`;
        return warn('versions', what, 'Point the event source mapping to the alias.');
      }),
  );
}

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
