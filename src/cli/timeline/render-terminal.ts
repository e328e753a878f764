import type { Paint, Tone } from '../view/paint';
import {
  countCells,
  cutToCells,
  escapeControls,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatUsd,
  wrapText,
} from '../view/text';
import { describeGap } from './gaps';
import { describeEnding, describeUnitEnding } from './page/page-data';
import { accountTime, tellStory } from './tell-story';
import type { ExecutionLane, Gap, InvocationBar, LaneStatus, Timeline, UnitBar } from './timeline';

/** How wide the drawing is where nobody says how wide the terminal is. */
const usualColumns = 100;
/** How many invocations are drawn one by one, from the end: a terminal is not scrolled for longer. */
const maxDrawn = 200;
/** A gap that is shorter than this is told by the bars alone. */
const shownGapMs = 1_000;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

const looks: Readonly<Record<LaneStatus, readonly [Tone, string]>> = {
  cancelled: ['warn', '✖'],
  completed: ['good', '✔'],
  failed: ['bad', '✖'],
  parked: ['warn', '!'],
  running: ['accent', '·'],
  skipped: ['warn', '·'],
  waiting: ['accent', '·'],
};

interface Sheet {
  readonly paint: Paint;
  readonly columns: number;
  readonly nowMs: number;
}

/** Draws a timeline as lines of text: what happened, then a line for each invocation, its bar where it ran. */
export function renderTerminal({ root, nowMs }: Timeline, paint: Paint, columns: number): string[] {
  const sheet = { paint, columns: Number.isFinite(columns) ? Math.max(40, columns) : usualColumns, nowMs };
  return renderLane(root, sheet, 0);
}

function renderLane(lane: ExecutionLane, sheet: Sheet, depth: number): string[] {
  const { paint, nowMs } = sheet;
  const [tone, mark] = looks[lane.status];
  const head = `${paint(tone, `${mark} ${lane.status}`)}  ${paint('strong', escapeControls(lane.executionId))} ${paint('dim', `of job ${escapeControls(lane.job)}`)}`;
  const account = accountTime(lane, nowMs);
  const story = tellStory(lane, account)
    .flatMap((sentence) => wrapText(escapeControls(sentence), sheet.columns - 4))
    .map((line) => `  ${line}`);
  const lines = [head, ...story, '', ...drawInvocations(lane, sheet)];
  const children = lane.children.flatMap((child) => ['', ...renderLane(child, sheet, depth + 1)]);
  return [...(depth === 0 ? lines : lines.map((line) => (line === '' ? line : `  ${line}`))), ...children];
}

/** `#12  ▕   ███▌      ▏ 4 min 2 s  handed over`. */
function drawInvocations(lane: ExecutionLane, sheet: Sheet): string[] {
  const { paint, nowMs } = sheet;
  const { earlier } = lane;
  const drawn = lane.invocations.slice(-maxDrawn);
  const hiddenCount = lane.invocations.length - drawn.length + (earlier?.invocationCount ?? 0);
  const fromMs = hiddenCount > 0 ? (drawn[0]?.startMs ?? lane.startMs) : lane.startMs;
  const toMs = Math.max(lane.endMs ?? nowMs, ...drawn.map(({ endMs }) => endMs), fromMs + 1);
  const numberCells = Math.max(2, ...drawn.map(({ invocation }) => `#${invocation}`.length));
  const facts = drawn.map(describeInvocation);
  const freeCells = sheet.columns - numberCells - 8;
  const factCells = Math.min(54, freeCells - 10, Math.max(12, ...facts.map(countCells)));
  const cells = freeCells - factCells;
  const scale = { fromMs, toMs, cells };
  const lines =
    hiddenCount > 0 ? [paint('dim', `  ${formatNumberOf(hiddenCount, 'earlier invocation')}`)] : [];
  for (const [index, bar] of drawn.entries()) {
    const before = lane.gaps.find(({ toMs: endMs }) => endMs === bar.startMs);
    if (before !== undefined && isShown(before)) lines.push(drawGap(before, numberCells, paint));
    const number = `#${bar.invocation}`.padEnd(numberCells);
    const look = paint(toneOf(bar), drawBar(bar, scale));
    const text = cutToCells(facts[index] ?? '', factCells);
    lines.push(`  ${number} ${paint('dim', '▕')}${look}${paint('dim', '▏')} ${text}`);
    lines.push(...drawTroubles(bar, numberCells, paint));
  }
  const last = lane.gaps.at(-1);
  if (last !== undefined && last.fromMs >= (drawn.at(-1)?.endMs ?? 0) && isShown(last))
    lines.push(drawGap(last, numberCells, paint));
  const axis = `${formatDuration(fromMs - lane.startMs)}${formatDuration(toMs - lane.startMs).padStart(cells - formatDuration(fromMs - lane.startMs).length)}`;
  return [...lines, paint('dim', `  ${' '.repeat(numberCells + 2)}${axis}`)];
}

function isShown({ kind, fromMs, toMs }: Gap): boolean {
  return kind !== 'hand-off' || toMs - fromMs >= shownGapMs;
}

function drawGap(gap: Gap, numberCells: number, paint: Paint): string {
  const tone = gap.kind === 'recovery' ? 'bad' : 'dim';
  return paint(tone, `  ${' '.repeat(numberCells)} · ${escapeControls(describeGap(gap))}`);
}

function toneOf({ ending }: InvocationBar): Tone {
  if (ending === 'died' || ending === 'failed') return 'bad';
  if (ending === 'completed') return 'good';
  return ending === 'handed-off' || ending === 'waiting' || ending === 'running' ? 'accent' : 'warn';
}

/** Whole blocks, and a part of one at the end; at least a thin line, so that nothing is lost. */
function drawBar(
  bar: InvocationBar,
  { fromMs, toMs, cells }: { readonly fromMs: number; readonly toMs: number; readonly cells: number },
): string {
  const toCells = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * cells;
  const start = Math.min(cells - 1, Math.max(0, Math.floor(toCells(bar.startMs))));
  const length = Math.min(cells - start, toCells(bar.endMs) - start);
  const full = Math.floor(length);
  const part = eighths[Math.round((length - full) * 7)] ?? '';
  const drawn = `${'█'.repeat(Math.max(0, full))}${full < cells - start ? part : ''}` || '▏';
  return `${' '.repeat(start)}${drawn}`.padEnd(cells);
}

function describeInvocation(bar: InvocationBar): string {
  const { stepCount, failedAttemptCount, costUsd } = bar;
  const parts = [
    `${formatDuration(bar.endMs - bar.startMs)} ${bar.ending === 'died' ? 'at least, ' : ''}${describeEnding(bar)}`,
    `${formatCount(stepCount)} ${stepCount === 1 ? 'step' : 'steps'}`,
    ...(failedAttemptCount > 0 ? [`${failedAttemptCount} failed`] : []),
    ...(costUsd === undefined ? [] : [formatUsd(costUsd)]),
  ];
  return parts.join(', ');
}

/** The attempts that did not go well, where they are known. */
function drawTroubles({ units }: InvocationBar, numberCells: number, paint: Paint): string[] {
  const troubled = units.filter(
    ({ ending }) => ending === 'failed' || ending === 'died' || ending === 'abandoned',
  );
  return troubled.map((unit) =>
    paint('bad', `  ${' '.repeat(numberCells)} ✖ ${escapeControls(describeTrouble(unit))}`),
  );
}

function describeTrouble({ step, cycle, attempt, ending, error, retryInMs }: UnitBar): string {
  const again = retryInMs === undefined ? '' : `, tried again after ${formatDuration(retryInMs)}`;
  const place = `${step}, cycle ${cycle}, attempt ${attempt}`;
  return ending === 'failed'
    ? `${place} failed: ${error ?? 'no reason'}${again}`
    : `${place} ${describeUnitEnding(ending)}`;
}
