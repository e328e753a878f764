import type { RunReport } from '../run/run-report';
import { type Paint, type Row, renderRows } from './paint';
import { listDisturbances } from './render-frame';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumberOf,
  formatUsd,
  quoteForShell,
  writeCommand,
  writeJson,
} from './text';

/** The closing summary, line by line. */
export function renderSummary(report: RunReport, width: number, paint: Paint): string[] {
  const rows: (readonly [string, string | undefined])[] = [
    ['invocations', describeInvocations(report)],
    ['steps', describeSteps(report)],
    ['faults', describeFaults(report)],
    ['duplicates', describeDuplicates(report)],
    ['handed over', describeHandOffs(report)],
    [
      'billed',
      `${formatDuration(report.billedMs)} at ${formatCount(report.memoryMb)} MB = ${formatGbSeconds(report.cost.gbSeconds)} GB-s`,
    ],
    ['cost', describeCost(report)],
    ['result', describeResult(report)],
    ...listLookUps(report),
  ];
  const lines = renderRows(
    rows.filter((row): row is Row => row[1] !== undefined),
    width,
    paint,
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
    case 'skipped':
      return paint('warn', `· skipped after ${wall}`);
    case 'failed':
      return paint('bad', `✖ failed after ${wall}`);
    case 'lost':
      return paint('bad', `✖ lost after ${wall}`);
    case 'interrupted':
      return paint('warn', `✖ stopped after ${wall}`);
  }
}

/** Deliveries are counted: where more came than the executions have invocations, both numbers are told. */
function describeInvocations({ executions, invocations: { count, coldCount, byReason } }: RunReport): string {
  const others = Object.entries(byReason).flatMap(([reason, many]) =>
    reason === 'ok' ? [] : [`${many} × ${reason}`],
  );
  const own = executions.reduce((sum, { invocationCount }) => sum + invocationCount, 0);
  const all =
    own > 0 && own < count
      ? `${formatCount(own)} in ${formatNumberOf(count, 'delivery', 'deliveries')}`
      : formatCount(count);
  return [all, formatNumberOf(coldCount, 'cold start'), ...others].join(', ');
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
  const superseded =
    supersededCount > 0 ? `, ${formatCount(supersededCount)} of them by stopping the invocation before` : '';
  return `${formatCount(duplicateCount + supersededCount)} dropped${superseded}`;
}

/** A command stands in a line of its own, to be copied. */
function listLookUps({ executions, store, outcome }: RunReport): Row[] {
  if (store === undefined) return [];
  const goesOn =
    outcome === 'interrupted' || outcome === 'lost' ? ` --bundle ${quoteForShell(store.bundle)}` : undefined;
  return executions.flatMap(({ executionId, status }, index): Row[] => [
    [index === 0 ? 'look up' : '', writeCommand('baton status', executionId, store.options)],
    ...(goesOn === undefined || status !== 'running'
      ? []
      : [['go on', writeCommand('baton redrive', executionId, `${goesOn}${store.options}`)] as const]),
  ]);
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
  const results = executions.flatMap(({ result }) => (result === undefined ? [] : [writeJson(result)]));
  return results.length === 0 ? undefined : results.join(' ');
}

function formatGbSeconds(gbSeconds: number): string {
  return gbSeconds.toPrecision(3).replace(/\.0+$/, '');
}
