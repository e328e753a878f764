import type { DoctorFacts } from '../facts';
import type { Finding, Reading, Subject } from '../finding';

/** Says what could not be read, each once: health that nobody has seen is none. */
export function checkUnread(facts: DoctorFacts): readonly Finding[] {
  const findings = listUnread(facts);
  return findings.filter(({ what }, index) => findings.findIndex((other) => other.what === what) === index);
}

function listUnread(facts: DoctorFacts): Finding[] {
  const {
    fn,
    environment,
    recursion,
    reservedConcurrency,
    permissions,
    retries,
    queue,
    table,
    bucket,
    keys,
    job,
  } = facts;
  return [
    ...say('runtime', fn),
    ...say('environment', environment),
    ...say('recursion', recursion),
    ...say('concurrency', reservedConcurrency),
    ...say('permissions', permissions),
    ...say('retries', retries),
    ...say('queue', queue),
    ...sayInside('event source', queue, ({ mappings }) => mappings),
    ...say('table', table),
    ...sayInside('table', table, ({ expiresBy }) => expiresBy),
    ...say('bucket', bucket),
    ...sayInside('bucket', bucket, ({ expiresAfterDays }) => expiresAfterDays),
    ...sayInside('keys', bucket, ({ key }) => key),
    ...say('keys', keys),
    ...say('job', job),
  ];
}

function say(subject: Subject, reading: Reading<unknown>): Finding[] {
  return reading.kind === 'known'
    ? []
    : [{ level: reading.level, subject, what: reading.reason, fix: reading.fix }];
}

/** What is read of something that was found itself. */
function sayInside<Value extends object>(
  subject: Subject,
  reading: Reading<Value | 'missing' | undefined>,
  choose: (value: Value) => Reading<unknown>,
): Finding[] {
  if (reading.kind !== 'known' || reading.value === undefined || reading.value === 'missing') return [];
  return say(subject, choose(reading.value));
}
