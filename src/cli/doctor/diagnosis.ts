import type { Paint } from '../view/paint';
import { formatNumberOf } from '../view/text';
import { checkQueue, checkScheduler } from './checks/check-channels';
import { checkEnvironment, checkFunction, checkPermissions } from './checks/check-function';
import { checkStore } from './checks/check-store';
import { checkTime, checkVersions } from './checks/check-versions';
import type { DoctorFacts, KeyFacts, RetryFacts } from './facts';
import {
  approve,
  checkKnown,
  type Finding,
  type Reading,
  refuse,
  type Subject,
  unwrap,
  warn,
} from './finding';
import { checkRecursion } from './recursion';

/** What `baton doctor` prints with `--json`. */
export interface Diagnosis {
  /** Name, or name and qualifier. */
  readonly function: string;
  readonly errorCount: number;
  readonly warningCount: number;
  /** Errors first, then warnings. */
  readonly findings: readonly Finding[];
  /** What `--fix` has changed. */
  readonly fixed: readonly 'recursion'[];
}

/** Checks facts, and counts. */
export function diagnose(asked: string, facts: DoctorFacts, fixed: Diagnosis['fixed'] = []): Diagnosis {
  const findings = checkFacts(facts);
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const fn = unwrap(facts.fn);
  const name = fn === undefined ? asked : [fn.name, fn.qualifier].filter(Boolean).join(':');
  return { function: name, errorCount: count('error'), warningCount: count('warning'), findings, fixed };
}

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

const marks = { error: ['bad', '✖'], warning: ['warn', '!'], ok: ['good', '✔'] } as const;
const subjectCells = 14;

/** Findings for people: a line each, and the fix below it. */
export function renderDiagnosis(
  { function: name, findings, errorCount, warningCount, fixed }: Diagnosis,
  paint: Paint,
): string {
  return `${[
    '',
    `${paint('strong', 'baton doctor')} ${name}`,
    ...fixed.map(
      (subject) =>
        `  ${paint('good', '✔')} ${paint('dim', subject.padEnd(subjectCells))}The setting was changed to Allow.`,
    ),
    ...findings.flatMap((finding) => renderFinding(finding, paint)),
    '',
    `${formatNumberOf(errorCount, 'error')}, ${formatNumberOf(warningCount, 'warning')}`,
  ].join('\n')}\n`;
}

function renderFinding({ level, subject, what, fix }: Finding, paint: Paint): string[] {
  const [tone, mark] = marks[level];
  const line = `  ${paint(tone, mark)} ${paint('dim', subject.padEnd(subjectCells))}${what}`;
  return fix === undefined ? [line] : [line, `    ${' '.repeat(subjectCells)}${paint('accent', `→ ${fix}`)}`];
}

/** Says what could not be read, each once: health that nobody has seen is none. */
function checkUnread(facts: DoctorFacts): readonly Finding[] {
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
