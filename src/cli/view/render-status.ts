import type { InvocationRecord } from '../record/invocation-record';
import type { RunRecord } from '../record/run-record';
import { countCells } from './cells';
import { formatDuration, formatNumberOf } from './format';
import { listDisturbances } from './list-disturbances';
import type { Paint } from './paint';

const separator = ' · ';

/** Says in one line what runs now and how much has happened. */
export function renderStatus(record: RunRecord, nowMs: number, width: number, paint: Paint): string {
  const { failedAttemptCount, retryCount, throttleCount } = record;
  const parts = [
    describeNow(record, nowMs),
    formatDuration(Math.floor(nowMs / 1_000) * 1_000),
    formatNumberOf(record.invocations.length, 'invocation'),
    ...listDisturbances({ failedAttemptCount, retryCount, throttleCount, faults: Object.fromEntries(record.faults) }),
  ];
  const kept: string[] = [];
  for (const part of parts) if (countCells([...kept, part].join(separator)) <= width) kept.push(part);
  return paint('dim', kept.join(separator));
}

function describeNow({ running, invocations, nextDeliveryAtMs }: RunRecord, nowMs: number): string {
  const [first, ...others] = [...running].sort((one, other) => (other.number ?? 0) - (one.number ?? 0));
  if (first !== undefined) return `${describeRunning(first, nowMs)}${others.length > 0 ? ` (+${others.length})` : ''}`;
  if (invocations.length === 0) return 'starting';
  const waitMs = nextDeliveryAtMs - nowMs;
  return waitMs > 0
    ? `waiting, ${formatDuration(Math.ceil(waitMs / 1_000) * 1_000)} until the next delivery`
    : 'waiting for the next delivery';
}

function describeRunning({ number, startedAtMs, timeoutMs }: InvocationRecord, nowMs: number): string {
  const ranMs = Math.max(0, nowMs - startedAtMs);
  return `#${number ?? '?'} running ${(ranMs / 1_000).toFixed(1)} of ${formatDuration(timeoutMs)}`;
}
