import type { InvocationRecord } from '../record/invocation-record';
import type { RunRecord } from '../record/run-record';
import { countCells, cutToCells } from './cells';
import { formatDuration, formatNumberOf, formatSeconds } from './format';
import { listDisturbances } from './list-disturbances';
import type { Paint } from './paint';

const separator = ' · ';

/** Says in one line what runs now and how much has happened. */
export function renderStatus(record: RunRecord, nowMs: number, width: number, paint: Paint): string {
  const { failedAttemptCount, retryCount, throttleCount } = record;
  const parts = [
    describeNow(record, nowMs),
    formatSeconds(nowMs, Math.floor),
    formatNumberOf(record.invocations.length, 'invocation'),
    ...listDisturbances({ failedAttemptCount, retryCount, throttleCount, faults: Object.fromEntries(record.faults) }),
  ];
  const fitting = parts.map((_, index) => parts.slice(0, index + 1).join(separator)).filter((line) => countCells(line) <= width);
  return paint('dim', fitting.at(-1) ?? cutToCells(parts[0] ?? '', width));
}

function describeNow({ running, invocations, nextDeliveryAtMs }: RunRecord, nowMs: number): string {
  const [first, ...others] = [...running].sort((one, other) => (other.number ?? 0) - (one.number ?? 0));
  if (first !== undefined) return `${describeRunning(first, nowMs)}${others.length > 0 ? ` (+${others.length})` : ''}`;
  if (invocations.length === 0) return 'starting';
  const waitMs = nextDeliveryAtMs - nowMs;
  return waitMs > 0 ? `waiting, ${formatSeconds(waitMs)} until the next delivery` : 'waiting for the next delivery';
}

function describeRunning({ number, startedAtMs, timeoutMs }: InvocationRecord, nowMs: number): string {
  const ranMs = Math.max(0, nowMs - startedAtMs);
  return `#${number ?? '?'} running ${(ranMs / 1_000).toFixed(1)} of ${formatDuration(timeoutMs)}`;
}
