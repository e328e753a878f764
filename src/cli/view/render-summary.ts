import type { RunReport } from '../report/run-report';
import { cutToCells } from './cells';
import { formatBytes, formatCount, formatDuration, formatNumberOf, formatUsd } from './format';
import { listDisturbances } from './list-disturbances';
import type { Paint } from './paint';

const labelCells = 13;

/** The closing summary, line by line. */
export function renderSummary(report: RunReport, width: number, paint: Paint): string[] {
  const rows: [string, string | undefined][] = [
    ['invocations', describeInvocations(report)],
    ['steps', describeSteps(report)],
    ['faults', describeFaults(report)],
    ['duplicates', describeDuplicates(report)],
    ['handed over', describeHandOffs(report)],
    ['billed', `${formatDuration(report.billedMs)} at ${formatCount(report.memoryMb)} MB = ${formatGbSeconds(report.cost.gbSeconds)} GB-s`],
    ['cost', describeCost(report)],
    ['result', describeResult(report)],
    ['look up', describeLookUp(report)],
  ];
  const lines = rows.flatMap(([label, text]) =>
    text === undefined ? [] : [`  ${paint('dim', label.padEnd(labelCells))}${cutToCells(text, Math.max(20, width - labelCells - 3))}`],
  );
  return [renderHeadline(report, paint), ...lines];
}

function renderHeadline({ outcome, wallMs }: RunReport, paint: Paint): string {
  const wall = formatDuration(wallMs);
  switch (outcome) {
    case 'completed':
      return paint('good', `✔ completed in ${wall}`);
    case 'cancelled':
      return paint('warn', `✖ cancelled after ${wall}`);
    case 'failed':
      return paint('bad', `✖ failed after ${wall}`);
    case 'lost':
      return paint('bad', `✖ lost after ${wall}`);
    case 'interrupted':
      return paint('warn', `✖ stopped after ${wall}`);
  }
}

function describeInvocations({ invocations: { count, coldCount, byReason } }: RunReport): string {
  const others = Object.entries(byReason).flatMap(([reason, many]) => (reason === 'ok' ? [] : [`${many} × ${reason}`]));
  return [formatCount(count), formatNumberOf(coldCount, 'cold start'), ...others].join(', ');
}

function describeSteps({ stepCount, failedAttemptCount, retryCount, throttleCount }: RunReport): string {
  const disturbances = listDisturbances({ failedAttemptCount, retryCount, throttleCount, faults: {} });
  return [formatCount(stepCount), ...disturbances].join(', ');
}

function describeFaults({ faults, seed }: RunReport): string | undefined {
  const struck = listDisturbances({ failedAttemptCount: 0, retryCount: 0, throttleCount: 0, faults });
  return struck.length === 0 ? undefined : `${struck.join(', ')} (--seed ${seed} asks for the same)`;
}

/** What the store has kept from being run twice. */
function describeDuplicates({ duplicateCount, supersededCount }: RunReport): string | undefined {
  if (duplicateCount + supersededCount === 0) return undefined;
  const superseded = supersededCount > 0 ? `, ${formatCount(supersededCount)} of them by stopping the invocation before` : '';
  return `${formatCount(duplicateCount + supersededCount)} dropped${superseded}`;
}

function describeLookUp({ executions, store }: RunReport): string | undefined {
  if (store === undefined || executions.length === 0) return undefined;
  return executions.map(({ executionId }) => `baton status ${executionId}${store.options}`).join('; ');
}

function describeHandOffs({ handOffs: { count, byChannel, bytes, maxBytes } }: RunReport): string {
  if (count === 0) return 'nothing';
  const channels = Object.entries(byChannel).map(([channel, times]) => `${times} × ${channel}`);
  return `${formatBytes(bytes)} in ${formatNumberOf(count, 'continuation')} (${channels.join(', ')}), at most ${formatBytes(maxBytes)}`;
}

function describeCost({ cost: { totalUsd, pricesOf, region, architecture } }: RunReport): string {
  return `${formatUsd(totalUsd)} at the list prices of ${pricesOf} (${region}, ${architecture})`;
}

function describeResult({ executions }: RunReport): string | undefined {
  const results = executions.flatMap(({ result }) => (result === undefined ? [] : [JSON.stringify(result)]));
  return results.length === 0 ? undefined : results.join(' ');
}

function formatGbSeconds(gbSeconds: number): string {
  return gbSeconds.toPrecision(3).replace(/\.0+$/, '');
}
