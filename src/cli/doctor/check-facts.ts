import { checkEnvironment } from './checks/check-environment';
import { checkFunction } from './checks/check-function';
import { checkJob } from './checks/check-job';
import { checkKeys } from './checks/check-keys';
import { checkPermissions } from './checks/check-permissions';
import { checkQueue } from './checks/check-queue';
import { checkRecursion } from './checks/check-recursion';
import { checkRetries } from './checks/check-retries';
import { checkStore } from './checks/check-store';
import { checkTime } from './checks/check-time';
import { checkUnread } from './checks/check-unread';
import { checkVersions } from './checks/check-versions';
import type { DoctorFacts } from './facts';
import type { Finding } from './finding';

const checks: readonly ((facts: DoctorFacts) => readonly Finding[])[] = [
  checkRecursion,
  checkTime,
  checkFunction,
  checkJob,
  checkPermissions,
  checkKeys,
  checkQueue,
  checkRetries,
  checkStore,
  checkEnvironment,
  checkVersions,
  checkUnread,
];

const order = { error: 0, warning: 1, ok: 2 } as const;

/** Everything there is to say about a deployment: errors, then warnings, then what is well. */
export function checkFacts(facts: DoctorFacts): readonly Finding[] {
  return checks.flatMap((check) => check(facts)).sort((one, other) => order[one.level] - order[other.level]);
}
