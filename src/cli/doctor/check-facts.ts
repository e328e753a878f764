import { checkEnvironment } from './checks/check-environment';
import { checkFunction } from './checks/check-function';
import { checkPermissions } from './checks/check-permissions';
import { checkQueue } from './checks/check-queue';
import { checkRecursion } from './checks/check-recursion';
import { checkScheduler } from './checks/check-scheduler';
import { checkStore } from './checks/check-store';
import { checkTime } from './checks/check-time';
import { checkUnread } from './checks/check-unread';
import { checkVersions } from './checks/check-versions';
import type { DoctorFacts, KeyFacts, RetryFacts } from './facts';
import { approve, type Finding, refuse, warn } from './finding';
import { checkKnown, unwrap } from './reading';

const checks: readonly ((facts: DoctorFacts) => readonly Finding[])[] = [
  checkRecursion,
  checkTime,
  checkFunction,
  checkJob,
  checkPermissions,
  checkKeys,
  checkQueue,
  checkScheduler,
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

/** Checks whether the function may use the customer keys of what it reads and writes. A permission for a table says nothing about its key. */
function checkKeys({ keys }: DoctorFacts): readonly Finding[] {
  return checkKnown(keys, (known) => known.map(checkKey));
}

function checkKey({ subject, key, actions, isAllowed }: KeyFacts): Finding {
  const fix = `Grant ${actions.join(', ')} on ${key} to the role of the function.`;
  if (isAllowed === false)
    return refuse(
      'keys',
      `${subject} is encrypted with key ${key}, which no policy lets the function use.`,
      fix,
    );
  if (isAllowed) return approve('keys', `The function may use the key of ${subject}: ${key}.`);
  return {
    ...approve('keys', `${subject} is encrypted with key ${key}.`),
    fix: `If it is a key of yours: ${fix[0]?.toLowerCase()}${fix.slice(1)}`,
  };
}

const wantedAttempts = 2;

/** Checks what becomes of asynchronous events whose invocation crashed. */
function checkRetries({ retries, fn }: DoctorFacts): readonly Finding[] {
  const hasDeadLetterQueue = unwrap(fn)?.hasDeadLetterQueue === true;
  return checkKnown(retries, (known) => known.flatMap((retry) => check(retry, hasDeadLetterQueue)));
}

function check({ qualifier, attempts, hasDestination }: RetryFacts, hasDeadLetterQueue: boolean): Finding[] {
  const isKept = hasDestination || hasDeadLetterQueue;
  const findings: Finding[] = [];
  if (attempts < wantedAttempts) {
    const what = `Events of ${qualifier} are retried ${attempts} times: an invocation that crashes ${attempts + 1} times leaves its execution with no end recorded.`;
    findings.push(warn('retries', what, `Set MaximumRetryAttempts of ${qualifier} to ${wantedAttempts}.`));
  }
  if (!isKept) {
    const what = `Events of ${qualifier} that Lambda gives up vanish: there is neither a failure destination nor a dead-letter queue.`;
    findings.push(warn('retries', what, `Give ${qualifier} an OnFailure destination.`));
  }
  return findings.length > 0
    ? findings
    : [approve('retries', `Events of ${qualifier} are retried, and kept when they are given up.`)];
}

/** Checks the handler by what its code says. */
function checkJob({ job }: DoctorFacts): readonly Finding[] {
  return checkKnown(job, ({ parameterCount }) => {
    if (parameterCount <= 2) return [approve('handler', `It declares ${parameterCount} parameters.`)];
    const what = `The handler declares ${parameterCount} parameters: Lambda refuses to start it (Runtime.CallbackHandlerDeprecated).`;
    return [
      refuse(
        'handler',
        what,
        'Export what createHandler answers, or wrap it in a function of (event, context).',
      ),
    ];
  });
}
