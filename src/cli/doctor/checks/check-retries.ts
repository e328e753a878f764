import type { DoctorFacts, RetryFacts } from '../facts';
import { approve, type Finding, warn } from '../finding';
import { checkKnown, unwrap } from '../reading';

const wantedAttempts = 2;

/** Checks what becomes of asynchronous events whose invocation crashed. */
export function checkRetries({ retries, fn }: DoctorFacts): readonly Finding[] {
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
