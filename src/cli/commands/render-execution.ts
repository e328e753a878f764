import type { ExecutionDescription, ExecutionProgress, ExecutionSummary } from '../../client/answers';
import type { WaitReason } from '../../runtime/observe/runtime-event';
import { summariseFailure } from '../run/execution-fact';
import type { Progress } from '../run/invocation-record';
import { describeReason } from '../timeline/gaps';
import { type Paint, type Row, renderFailureDetails, renderRows, type Tone } from '../view/paint';
import { renderProgress } from '../view/render-frame';
import {
  countCells,
  escapeControls,
  formatAge,
  formatCount,
  formatNumberOf,
  formatUsd,
  writeJson,
} from '../view/text';
import { countInvocations } from '../watch/watched-execution';

/** How an execution stands, line by line. Its input and state are nobody's business. */
export function renderStatus(
  execution: ExecutionDescription,
  nowMs: number,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const rows = [
    ...describeProgress(execution, nowMs),
    ...describeWork(execution, nowMs),
    ...describeCompensation(execution),
    ...describeWhoHasIt(execution, nowMs),
    ...describePast(execution),
    ...describeOutcome(execution),
  ];
  const { error } = execution;
  const details = error === undefined ? [] : renderFailureDetails(error, paint);
  return [renderHeadline(execution, paint), ...renderRows(rows, columns, paint), ...details];
}

function renderHeadline(
  { executionId, job, status, isStuck, isParked }: ExecutionDescription,
  paint: Paint,
): string {
  const trouble = (isStuck && 'looks stuck') || (isParked && 'parked');
  const [tone, mark]: readonly [Tone, string] = trouble ? ['warn', '!'] : looks[status];
  const name = paint('strong', escapeControls(executionId));
  return `${paint(tone, `${mark} ${trouble || status}`)}  ${name} ${paint('dim', `of job ${escapeControls(job)}`)}`;
}

/** How each status looks, in tone and mark. */
const looks: Readonly<Record<ExecutionDescription['status'], readonly [Tone, string]>> = {
  cancelled: ['warn', '✖'],
  completed: ['good', '✔'],
  failed: ['bad', '✖'],
  running: ['accent', '·'],
  skipped: ['warn', '·'],
  waiting: ['accent', '·'],
};

function describeProgress(
  { startedAtMs, stepCount, failedAttemptCount, unitCount = 0, ...at }: ExecutionDescription,
  nowMs: number,
): Row[] {
  // A generator that never ends a step does its work between its yields.
  const units = unitCount > 2 * stepCount + 1 ? `, ${formatNumberOf(unitCount, 'unit')} of work` : '';
  const failures = failedAttemptCount > 0 ? `, ${formatNumberOf(failedAttemptCount, 'failed attempt')}` : '';
  const place = {
    check: 'before the next cycle',
    compensate: 'undoing what was done',
    complete: 'completing',
    completing: 'completing',
    'child-end': 'at the end of a child',
    signal: 'at a signal',
    start: 'starting',
    step: `at ${at.step ?? 'no step'}`,
  }[at.phase];
  const attempt = at.attempt > 1 ? `, attempt ${at.attempt}` : '';
  return [
    ['started', `${formatAge(nowMs - startedAtMs)} ago`],
    ['steps', `${formatNumberOf(stepCount, 'step')} done${units}${failures}`],
    ['position', `${place}, cycle ${at.cycle}${attempt}`],
  ];
}

/** How far the work is, while there is any left. */
function describeWork({ progress, status }: ExecutionDescription, nowMs: number): Row[] {
  if (progress === undefined) return [];
  const isLive = status === 'running' || status === 'waiting';
  const age = isLive ? ` (${formatAge(nowMs - progress.atMs)} ago)` : '';
  const { leftMs, ...shown } = readProgress(progress);
  return [['progress', `${renderProgress({ ...shown, leftMs: isLive ? leftMs : undefined })}${age}`]];
}

/** Progress as the bar takes it. */
export function readProgress({
  ratePerSecond: rate,
  remainingMs: leftMs,
  total,
  note,
  ...progress
}: ExecutionProgress): Progress {
  const { step, done } = progress;
  return { step, done, total, note, rate, leftMs };
}

/** What its invocations have ended of, and what all of it has cost. */
function describePast({ history = [], earlier, costUsd = 0, childrenCostUsd }: ExecutionDescription): Row[] {
  const endings = new Map<string, number>();
  for (const { ending, reason } of history) {
    const name = [ending, describeReason(reason)].join(' ').trim();
    endings.set(name, (endings.get(name) ?? 0) + 1);
  }
  const parts = [...endings].map(([ending, count]) => `${count} ${ending}`);
  if (earlier !== undefined) parts.unshift(`${formatCount(earlier.count)} earlier`);
  const children = childrenCostUsd === undefined ? '' : `, and ${formatUsd(childrenCostUsd)} of its children`;
  return [
    ...(parts.length === 0 ? [] : [['ended', parts.join(', ')] as const]),
    ...(costUsd === 0 ? [] : [['cost', `${formatUsd(costUsd)} at list prices${children}`] as const]),
  ];
}

/** What of it was undone, and what could not be. */
function describeCompensation({ compensation, compensationFailures = [] }: ExecutionDescription): Row[] {
  if (compensation === 'none') return [];
  const failures = compensationFailures.map(
    ({ step, cycle, error }) => `${step} of cycle ${cycle} was not undone: ${error.message.split('\n')[0]}`,
  );
  return [['undone', [compensation, ...failures].join('\n')]];
}

function describeWhoHasIt(execution: ExecutionDescription, nowMs: number): Row[] {
  const { status, invocation, handedOffTo, leaseUntilMs, resumeAtMs, ...is } = execution;
  const count = ['invocations', formatCount(countInvocations(execution))] as const;
  if (status !== 'running' && status !== 'waiting') return [count];
  const rows: Row[] = [];
  const fate =
    handedOffTo === null
      ? `${invocation}, dead for`
      : `${handedOffTo}, handed over by ${invocation} and not begun for`;
  if (is.isStuck)
    rows.push([
      'invocation',
      `${fate} ${formatAge(nowMs - leaseUntilMs)} at least: baton redrive lets it go on`,
    ]);
  else if (is.isParked)
    rows.push(['invocation', `${handedOffTo} is to go on: allow recursion, then baton redrive`]);
  else if (handedOffTo !== null)
    rows.push(['invocation', `${handedOffTo} is to go on, handed over by ${invocation}`]);
  else rows.push(['invocation', `${invocation}, for ${formatAge(leaseUntilMs - nowMs)} at most`]);
  if (resumeAtMs !== null && resumeAtMs > nowMs)
    rows.push(['waits', describeWait(is.waitsFor ?? is.history.at(-1)?.reason, resumeAtMs - nowMs)]);
  rows.push(count);
  if (is.isCancelRequested) rows.push(['cancel', 'requested: it ends at its next safe point']);
  return rows;
}

function describeWait(reason: WaitReason | undefined, restMs: number): string {
  const isBound = reason === 'signal' || reason === 'children' || reason === 'slot';
  return `${describeReason(reason)} for ${formatAge(restMs)} more${isBound ? ' at most' : ''}`.trim();
}

function describeOutcome({ result, error, running }: ExecutionDescription): Row[] {
  if (running !== undefined) return [['running', running.map(escapeControls).join('\n')]];
  if (error === undefined) return result === undefined ? [] : [['result', writeJson(result)]];
  const advice = error.message.split('\n').slice(1);
  return [['error', [summariseFailure(error), ...advice].join('\n')]];
}

/** One line for each execution, in columns. */
export function renderList(executions: readonly ExecutionSummary[], nowMs: number, paint: Paint): string[] {
  if (executions.length === 0) return ['There is no such execution.'];
  const shown = executions.map(({ executionId, job, ...others }) => ({
    ...others,
    id: escapeControls(executionId),
    job: escapeControls(job),
  }));
  const cells = { id: measure(shown.map(({ id }) => id)), job: measure(shown.map(({ job }) => job)) };
  return shown.map(({ id, job, status, invocation, startedAtMs, isStuck, isParked, progress, waitsFor }) => {
    const trouble = (isStuck && 'looks stuck') || (isParked && 'parked');
    const [tone, mark] = trouble ? (['warn', '!'] as const) : looks[status];
    const standing = paint(tone, `${mark} ${(trouble || status).padEnd('looks stuck'.length)}`);
    const wait = waitsFor === undefined ? '' : `  ${describeReason(waitsFor)}`;
    const number = `#${invocation ?? '?'}`.padEnd(5);
    return `${standing}  ${pad(id, cells.id)}  ${pad(job, cells.job)}  ${number}  ${formatAge(nowMs - startedAtMs)} ago${wait}${describeShare(status, progress)}`;
  });
}

/** How far it is, in a few characters, while it is under way. */
function describeShare(status: ExecutionSummary['status'], progress: ExecutionProgress | undefined): string {
  if (progress === undefined || (status !== 'running' && status !== 'waiting')) return '';
  return `  ${escapeControls(renderProgress(readProgress(progress)))}`;
}

function measure(texts: readonly string[]): number {
  return Math.max(...texts.map(countCells));
}

function pad(text: string, cells: number): string {
  return `${text}${' '.repeat(cells - countCells(text))}`;
}
