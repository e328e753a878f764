import { readSettings } from '../../../handler/read-settings';
import { sharedStoreVariables } from '../../../runtime/adapters/store/stores';
import {
  describeOutlasting,
  hasNoFuse,
  outlastsRecursion,
} from '../../../runtime/core/execution/deployment-rules';
import { type DoctorFacts, listJobs } from '../facts';
import { approve, type Finding, refuse, warn } from '../finding';
import { checkKnown, unwrap } from '../reading';

/** The longest time-out of a function, that of Managed Instances, in milliseconds. */
const maxTimeoutMs = 5_400_000;

/** Checks the recursion setting, and what ends a job instead of it. */
export function checkRecursion(facts: DoctorFacts): readonly Finding[] {
  return checkKnown(facts.recursion, (setting) =>
    setting === 'Allow' ? checkFuses(facts) : checkTerminate(facts),
  );
}

function checkTerminate({ job, environment }: DoctorFacts): Finding[] {
  const jobs = listJobs(job);
  const known = jobs.find(({ limits }) => outlastsRecursion(limits)) ?? jobs[0];
  if (known && !outlastsRecursion(known.limits)) {
    const { maxInvocations } = known.limits;
    return [
      approve(
        'recursion',
        `The setting is Terminate, and job ${known.name} ends after ${maxInvocations} invocations at most.`,
      ),
    ];
  }
  const variables = unwrap(environment);
  const hasStore = variables !== undefined && readSettings(variables).settings.store !== undefined;
  const what = `The setting is Terminate: ${describeOutlasting(hasStore)}.`;
  return [
    refuse('recursion', what, 'Set it to Allow (RecursiveLoop: Allow), or let baton doctor --fix do it.'),
  ];
}

function checkFuses(facts: DoctorFacts): Finding[] {
  const fn = unwrap(facts.fn);
  const endless =
    fn && listJobs(facts.job).find(({ limits }) => hasNoFuse(limits, fn.timeoutMs ?? maxTimeoutMs));
  if (endless) {
    const { maxInvocations, maxDurationMs } = endless.limits;
    const what = `The setting is Allow, and job ${endless.name} has no fuse that would end it within a year (maxInvocations ${maxInvocations}, maxDurationMs ${maxDurationMs}).`;
    return [
      refuse(
        'fuses',
        what,
        'Set limits.maxInvocations, limits.maxDurationMs or limits.maxCostUsd in @LongRunning.',
      ),
    ];
  }
  const allowed = approve('recursion', 'The setting is Allow.');
  return [allowed, ...checkCounting(facts)];
}

/** Limits that are counted in a continuation alone are those of whoever writes it. */
function checkCounting({ environment }: DoctorFacts): readonly Finding[] {
  return checkKnown(environment, (variables) => {
    const { store, signingKeys } = readSettings(variables).settings;
    if (store !== undefined || signingKeys.length > 0) return [];
    const what =
      'No variable names a store or a signing key: the limits are counted in continuations that anybody who may invoke the function can write.';
    return [
      warn(
        'fuses',
        what,
        `Set ${sharedStoreVariables}, or BATON_SIGNING_KEY, unless the code provides a store.`,
      ),
    ];
  });
}
