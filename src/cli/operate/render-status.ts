import type { ExecutionDescription } from '../../client/answers';
import { summariseFailure } from '../record/failure';
import { cutToCells } from '../view/cells';
import { formatAge, formatNumberOf } from '../view/format';
import type { Paint, Tone } from '../view/paint';

const labelCells = 13;
const longestCells = 100;

type Row = readonly [label: string, text: string];

/** How an execution stands, line by line. Its input and state are nobody's business. */
export function renderStatus(execution: ExecutionDescription, nowMs: number, paint: Paint): string[] {
  const rows = [...describeProgress(execution, nowMs), ...describeWhoHasIt(execution, nowMs), ...describeOutcome(execution)];
  const lines = rows.map(([label, text]) => `  ${paint('dim', label.padEnd(labelCells))}${cutToCells(text, longestCells)}`);
  return [renderHeadline(execution, paint), ...lines];
}

function renderHeadline({ executionId, job, status, isStuck, isParked }: ExecutionDescription, paint: Paint): string {
  const trouble = (isStuck && 'looks stuck') || (isParked && 'parked');
  const [tone, mark]: [Tone, string] = trouble ? ['warn', '!'] : looks[status];
  return `${paint(tone, `${mark} ${trouble || status}`)}  ${paint('strong', executionId)} ${paint('dim', `of job ${job}`)}`;
}

/** How each status looks, in tone and mark. */
export const looks: Readonly<Record<ExecutionDescription['status'], [Tone, string]>> = {
  cancelled: ['warn', '✖'],
  completed: ['good', '✔'],
  failed: ['bad', '✖'],
  running: ['accent', '·'],
  waiting: ['accent', '·'],
};

function describeProgress({ startedAtMs, stepCount, failedAttemptCount, ...at }: ExecutionDescription, nowMs: number): Row[] {
  const failures = failedAttemptCount > 0 ? `, ${formatNumberOf(failedAttemptCount, 'failed attempt')}` : '';
  const place = { check: 'before the next cycle', complete: 'completing', start: 'starting', step: `at ${at.step ?? 'no step'}` }[at.phase];
  const attempt = at.attempt > 1 ? `, attempt ${at.attempt}` : '';
  return [
    ['started', `${formatAge(nowMs - startedAtMs)} ago`],
    ['steps', `${formatNumberOf(stepCount, 'step')} done${failures}`],
    ['position', `${place}, cycle ${at.cycle}${attempt}`],
  ];
}

function describeWhoHasIt(
  { status, invocation, handedOffTo, leaseUntilMs, resumeAtMs, ...is }: ExecutionDescription,
  nowMs: number,
): Row[] {
  if (status === 'cancelled' || status === 'completed' || status === 'failed') return [['invocations', String(invocation)]];
  const rows: Row[] = [];
  if (is.isStuck)
    rows.push(['invocation', `${invocation}, dead for ${formatAge(nowMs - leaseUntilMs)} at least: baton redrive lets it go on`]);
  else if (is.isParked) rows.push(['invocation', `${handedOffTo} is to go on: allow recursion, then baton redrive`]);
  else if (handedOffTo !== null) rows.push(['invocation', `${handedOffTo} is to go on, handed over by ${invocation}`]);
  else rows.push(['invocation', `${invocation}, for ${formatAge(leaseUntilMs - nowMs)} at most`]);
  if (resumeAtMs !== null && resumeAtMs > nowMs) rows.push(['waits', `for ${formatAge(resumeAtMs - nowMs)} more`]);
  if (is.isCancelRequested) rows.push(['cancel', 'requested: it ends at its next safe point']);
  return rows;
}

function describeOutcome({ result, error }: ExecutionDescription): Row[] {
  if (error !== undefined) return [['error', summariseFailure(error)]];
  return result === undefined ? [] : [['result', JSON.stringify(result)]];
}
