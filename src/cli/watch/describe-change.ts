import type { ExecutionDescription, InvocationEntry } from '../../client/answers';
import { readProgress } from '../commands/render-execution';
import { describeReason } from '../timeline/describe-gap';
import type { Message } from '../view/describe-line';
import { formatAge, formatCount, formatDuration, formatNumberOf, formatUsd } from '../view/format';
import type { Paint, Tone } from '../view/paint';
import { renderBar } from '../view/render-bar';
import { cutToCells, escapeControls } from '../view/text';
import { type Change, countInvocations, readRunning } from './watched-execution';

/** Says what has happened to an execution, one message for each invocation that has ended or begun. */
export function describeChange({ ended, begun }: Change): readonly Message[] {
  return [
    ...ended.map(describeEnd),
    ...(begun === undefined
      ? []
      : [{ kind: 'start', mark: '·', tone: 'dim', number: begun, text: 'running' } as const]),
  ];
}

const looks: Readonly<Record<InvocationEntry['ending'], readonly [mark: string, tone: Tone, text: string]>> =
  {
    cancelled: ['✖', 'warn', 'cancelled'],
    completed: ['✔', 'good', 'completed'],
    died: ['✖', 'bad', 'died'],
    failed: ['✖', 'bad', 'failed'],
    'given-back': ['↻', 'warn', 'gave the execution back'],
    'handed-off': ['↪', 'accent', 'handed off'],
    parked: ['!', 'warn', 'parked the execution'],
    skipped: ['·', 'dim', 'skipped'],
    superseded: ['·', 'dim', 'stopped: another invocation has taken over'],
    waiting: ['↪', 'accent', 'handed off, to go on later'],
  };

function describeEnd(entry: InvocationEntry): Message {
  const {
    invocation: number,
    startedAtMs,
    endedAtMs,
    heardAtMs,
    ending,
    reason,
    isCold,
    stepCount,
    failedAttemptCount,
    costUsd,
  } = entry;
  const [mark, tone, text] = looks[ending];
  const lastMs = endedAtMs ?? heardAtMs;
  const atLeast = endedAtMs === undefined ? ' at least' : '';
  const facts = [
    describeReason(reason),
    lastMs === undefined ? '' : `after ${formatDuration(lastMs - startedAtMs)}${atLeast}`,
    formatNumberOf(stepCount, 'step'),
    failedAttemptCount > 0 ? formatNumberOf(failedAttemptCount, 'failed attempt') : '',
    formatUsd(costUsd),
    isCold ? 'cold' : '',
  ];
  return { kind: 'end', mark, tone, number, text: [text, ...facts.filter((fact) => fact !== '')].join(', ') };
}

/** The live lines at the bottom of the terminal, each narrower than `columns`. */
export function renderLiveLines(
  execution: ExecutionDescription,
  nowMs: number,
  columns: number,
  paint: Paint,
): string[] {
  const width = Math.max(10, columns - 1);
  const { progress } = execution;
  const bar = progress === undefined ? [] : [renderBar(readProgress(progress), width, paint)];
  return [...bar, paint('dim', cutToCells(escapeControls(describeNow(execution, nowMs)), width))];
}

/** How an execution stands now, in one line. */
export function describeNow(execution: ExecutionDescription, nowMs: number): string {
  const { stepCount, unitCount, costUsd, startedAtMs } = execution;
  return [
    describeStanding(execution, nowMs),
    `${formatAge(nowMs - startedAtMs)} since the start`,
    formatNumberOf(countInvocations(execution), 'invocation'),
    unitCount > 2 * stepCount + 1
      ? `${formatCount(unitCount)} units of work`
      : formatNumberOf(stepCount, 'step'),
    formatUsd(costUsd),
  ].join(' · ');
}

function describeStanding(execution: ExecutionDescription, nowMs: number): string {
  const { isStuck, isParked, resumeAtMs, handedOffTo, step, waitsFor } = execution;
  if (isStuck) return 'looks stuck: baton redrive lets it go on';
  if (isParked) return 'parked: allow recursion, then baton redrive';
  if (waitsFor !== undefined) return `waits ${describeReason(waitsFor)}`;
  if (resumeAtMs !== null && resumeAtMs > nowMs) return `waits for ${formatAge(resumeAtMs - nowMs)} more`;
  if (handedOffTo !== null) return `#${handedOffTo} is to go on`;
  return `#${readRunning(execution)} running${step === null ? '' : ` ${step}`}`;
}
