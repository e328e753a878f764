import type { ExecutionDescription, InvocationEntry } from '../../client/answers';
import type { Output } from '../command';
import { readProgress, renderStatus } from '../commands/render-execution';
import { describeReason } from '../timeline/gaps';
import { Screen } from '../view/live-view';
import { type Message, renderMessage, renderPlainMessage } from '../view/message';
import type { Paint, Tone } from '../view/paint';
import { renderBar, renderProgress } from '../view/render-frame';
import {
  cutToCells,
  escapeControls,
  formatAge,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatUsd,
  writeJson,
} from '../view/text';
import { type Change, countInvocations, hasEnded, readRunning } from './watched-execution';

/** Shows what happens to an execution that is watched. */
export interface WatchView {
  show(change: Change, nowMs: number): void;
  /** The execution has ended. */
  end(execution: ExecutionDescription, nowMs: number): void;
  /** Gives the terminal back. */
  close(): void;
}

/** For a terminal: what has happened scrolls by, and how the execution stands is below it. */
export class LiveWatchView implements WatchView {
  readonly #screen: Screen;
  readonly #paint: Paint;

  constructor(output: Output, paint: Paint) {
    this.#screen = new Screen(output);
    this.#paint = paint;
  }

  show(change: Change, nowMs: number): void {
    const { columns } = this.#screen;
    for (const message of describeChange(change))
      if (message.kind !== 'start') this.#screen.print(renderMessage(message, columns, this.#paint));
    const { execution } = change;
    this.#screen.draw(hasEnded(execution) ? [] : renderLiveLines(execution, nowMs, columns, this.#paint));
  }

  end(execution: ExecutionDescription, nowMs: number): void {
    this.#screen.draw([]);
    for (const line of renderStatus(execution, nowMs, this.#paint, this.#screen.columns))
      this.#screen.print(line);
  }

  close(): void {
    this.#screen.close();
  }
}

/** How often lines that only say that it goes on are written, in milliseconds at least. */
const goesOnEveryMs = 5_000;

/** For files and pipes: one line for everything that happens, nothing is drawn over. */
export class PlainWatchView implements WatchView {
  readonly #output: Output;
  readonly #paint: Paint;
  #saidAtMs = 0;
  #said = '';

  constructor(output: Output, paint: Paint) {
    this.#output = output;
    this.#paint = paint;
  }

  show(change: Change, nowMs: number): void {
    const { execution } = change;
    const sinceMs = nowMs - execution.startedAtMs;
    for (const message of describeChange(change)) this.#write(renderPlainMessage(message, sinceMs));
    if (hasEnded(execution) || nowMs - this.#saidAtMs < goesOnEveryMs) return;
    const { progress } = execution;
    const text =
      progress === undefined ? describeNow(execution, nowMs) : renderProgress(readProgress(progress));
    if (text === this.#said) return;
    this.#said = text;
    this.#saidAtMs = nowMs;
    this.#write(
      renderPlainMessage(
        { kind: 'event', mark: ' ', tone: 'plain', number: undefined, text: escapeControls(text) },
        sinceMs,
      ),
    );
  }

  end(execution: ExecutionDescription, nowMs: number): void {
    for (const line of renderStatus(execution, nowMs, this.#paint)) this.#write(line);
  }

  close(): void {}

  #write(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

/** For programs: one JSON object a line, `invocation` for each that has ended and `execution` for how it stands then. */
export class JsonWatchView implements WatchView {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  show({ execution, ended, isNews }: Change): void {
    const { executionId } = execution;
    for (const entry of ended) this.#write({ type: 'invocation', executionId, ...entry });
    if (isNews) this.#write({ type: 'execution', ...execution, history: undefined });
  }

  end(): void {}

  close(): void {}

  #write(line: object): void {
    this.#output.write(`${writeJson(line)}\n`);
  }
}

/** Says what has happened to an execution, one message for each invocation that has ended or begun. */
function describeChange({ ended, begun }: Change): readonly Message[] {
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
function renderLiveLines(
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
