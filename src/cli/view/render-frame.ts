import type { InvocationRecord } from '../run/invocation-record';
import type { RunRecord } from '../run/run-record';
import { formatDuration, formatNumberOf, formatSeconds } from './format';
import type { Paint } from './paint';
import { renderBar } from './render-bar';
import { countCells, cutToCells } from './text';

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
