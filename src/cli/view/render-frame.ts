import type { InvocationRecord, Progress } from '../run/invocation-record';
import type { RunRecord } from '../run/run-record';
import type { Paint, Tone } from './paint';
import {
  countCells,
  cutToCells,
  escapeControls,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatSeconds,
} from './text';

/** What went wrong on the way, as a record and a report count it. */
interface Disturbances {
  readonly failedAttemptCount: number;
  readonly retryCount: number;
  readonly throttleCount: number;
  readonly faults: Readonly<Record<string, number>>;
}

const faultNames: Readonly<Record<string, readonly [string, string]>> = {
  crash: ['crash', 'crashes'],
  duplicate: ['duplicate', 'duplicates'],
  hang: ['hanging call', 'hanging calls'],
  'lost-reply': ['lost reply', 'lost replies'],
  'server-error': ['call answered with 500', 'calls answered with 500'],
  throttle: ['call throttled', 'calls throttled'],
};

/** Counts in words, without those that are zero. */
export function listDisturbances({
  failedAttemptCount,
  retryCount,
  throttleCount,
  faults,
}: Disturbances): string[] {
  const counts: [number, string, string?][] = [
    [failedAttemptCount, 'failed attempt'],
    [retryCount, 'redelivery', 'redeliveries'],
    [throttleCount, 'event throttled', 'events throttled'],
  ];
  for (const [kind, count] of Object.entries(faults))
    counts.push([count, ...(faultNames[kind] ?? ([kind, kind] as const))]);
  return counts.flatMap(([count, one, many]) => (count > 0 ? [formatNumberOf(count, one, many)] : []));
}

/** The live lines at the bottom of the terminal, each narrower than `columns`. */
export function renderFrame(record: RunRecord, nowMs: number, columns: number, paint: Paint): string[] {
  const width = Math.max(10, columns - 1);
  const progress = record.progress.read();
  const bar = progress === undefined ? [] : [renderBar(progress, width, paint)];
  return [...bar, renderStatus(record, nowMs, width, paint)];
}

const separator = ' · ';

/** Says in one line what runs now and how much has happened. */
function renderStatus(record: RunRecord, nowMs: number, width: number, paint: Paint): string {
  const { failedAttemptCount, retryCount, throttleCount } = record;
  const parts = [
    describeNow(record, nowMs),
    formatSeconds(nowMs, Math.floor),
    formatNumberOf(record.invocations.length, 'invocation'),
    ...listDisturbances({
      failedAttemptCount,
      retryCount,
      throttleCount,
      faults: Object.fromEntries(record.faults),
    }),
  ];
  const fitting = parts
    .map((_, index) => parts.slice(0, index + 1).join(separator))
    .filter((line) => countCells(line) <= width);
  return paint('dim', fitting.at(-1) ?? cutToCells(parts[0] ?? '', width));
}

function describeNow({ running, invocations, nextDeliveryAtMs }: RunRecord, nowMs: number): string {
  const [first, ...others] = [...running].sort((one, other) => (other.number ?? 0) - (one.number ?? 0));
  if (first !== undefined)
    return `${describeRunning(first, nowMs)}${others.length > 0 ? ` (+${others.length})` : ''}`;
  if (invocations.length === 0) return 'starting';
  const waitMs = nextDeliveryAtMs - nowMs;
  return waitMs > 0
    ? `waiting, ${formatSeconds(waitMs)} until the next delivery`
    : 'waiting for the next delivery';
}

function describeRunning({ number, startedAtMs, timeoutMs }: InvocationRecord, nowMs: number): string {
  const ranMs = Math.max(0, nowMs - startedAtMs);
  return `#${number ?? '?'} running ${(ranMs / 1_000).toFixed(1)} of ${formatDuration(timeoutMs)}`;
}

const leastBarCells = 10;
const maxBarCells = 40;
const gap = '  ';

interface Part {
  readonly text: string;
  readonly tone: Tone;
}

/** Draws progress in one line. What does not fit the width is left out, the least important first. */
export function renderBar(progress: Progress, width: number, paint: Paint): string {
  const { done, total, rate, leftMs, step, note } = progress;
  const percent =
    total === undefined || total <= 0 ? undefined : Math.floor((Math.min(done, total) / total) * 100);
  const name = part(step, 'strong');
  const share = part(percent === undefined ? undefined : `${percent} %`.padStart(5), 'strong');
  const count = part(
    total === undefined ? `${formatCount(done)} done` : `${formatCount(done)}/${formatCount(total)}`,
    'plain',
  );
  const speed = part(rate === undefined ? undefined : `${formatCount(rate)}/s`, 'dim');
  const left = part(leftMs === undefined ? undefined : `${formatSeconds(leftMs)} left`, 'dim');
  const remark = part(note, 'dim');
  const hasBar = percent !== undefined;
  const kept = keepWhatFits(
    [share, count, left, name, speed, remark],
    width - (hasBar ? leastBarCells + gap.length : 0),
  );
  const barCells = Math.min(maxBarCells, width - measure(kept) - gap.length);
  const bar = hasBar && barCells >= leastBarCells ? [drawBar(done / (total ?? 1), barCells, paint)] : [];
  const behind = [share, count, speed, left, remark].filter((each) => kept.includes(each));
  const texts = [...show(kept.includes(name) ? [name] : [], paint), ...bar, ...show(behind, paint)];
  return texts.length > 0 ? texts.join(gap) : cutToCells(count.text, width);
}

function part(text: string | undefined, tone: Tone): Part {
  return { text: escapeControls(text ?? ''), tone };
}

/** Takes parts in the order of their importance while they fit. */
function keepWhatFits(parts: readonly Part[], width: number): readonly Part[] {
  const kept: Part[] = [];
  for (const each of parts) if (each.text !== '' && measure([...kept, each]) <= width) kept.push(each);
  return kept;
}

function measure(parts: readonly Part[]): number {
  return (
    parts.reduce((cells, { text }) => cells + countCells(text) + gap.length, 0) -
    (parts.length > 0 ? gap.length : 0)
  );
}

function show(parts: readonly Part[], paint: Paint): string[] {
  return parts.map(({ text, tone }) => paint(tone, text));
}

function drawBar(share: number, cells: number, paint: Paint): string {
  const halves = Math.floor(Math.min(1, Math.max(0, share)) * cells * 2);
  const full = Math.floor(halves / 2);
  const filled = `${'━'.repeat(full)}${halves % 2 === 1 ? '╸' : ''}`;
  return `${paint('accent', filled)}${paint('dim', '─'.repeat(cells - filled.length))}`;
}

/** Progress as a sentence, for lines that stay: `loadBatch: 62 %, 124,000 of 200,000, 7,501/s, 10 s left`. */
export function renderProgress({ step, done, total, rate, leftMs, note }: Progress): string {
  const parts = [
    ...(total === undefined || total <= 0
      ? [`${formatCount(done)} done`]
      : [`${Math.floor((done / total) * 100)} %`, `${formatCount(done)} of ${formatCount(total)}`]),
    ...(rate === undefined ? [] : [`${formatCount(rate)}/s`]),
    ...(leftMs === undefined ? [] : [`${formatSeconds(leftMs)} left`]),
    ...(note === undefined ? [] : [note]),
  ];
  return `${step ?? 'progress'}: ${parts.join(', ')}`;
}
