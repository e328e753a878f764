import { listPrices } from '../../runtime/core/prices';
import { estimateCost } from '../cost/estimate-cost';
import type { ExecutionRecord } from '../record/execution-record';
import type { RunRecord } from '../record/run-record';
import type { RunReport } from './run-report';
import type { Verdict } from './verdict';

/** What the record does not know. */
export interface RunFacts {
  readonly wallMs: number;
  readonly memoryMb: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly seed: number;
  readonly store?: RunReport['store'] | undefined;
}

/** Sums a run up. */
export function writeReport(record: RunRecord, verdict: Verdict, facts: RunFacts): RunReport {
  const executions = [...record.executions.values()];
  const ends = record.invocations.flatMap(({ end }) => (end === undefined ? [] : [end]));
  return {
    outcome: verdict.outcome,
    ...(verdict.failure && { error: verdict.failure }),
    executions: executions.map(describeExecution),
    invocations: {
      count: record.invocations.length,
      coldCount: record.invocations.filter(({ start }) => start.cold).length,
      byReason: countBy(ends.map(({ reason }) => reason)),
    },
    stepCount: sum(executions.map(({ stepCount }) => stepCount)),
    failedAttemptCount: record.failedAttemptCount,
    retryCount: record.retryCount,
    throttleCount: record.throttleCount,
    faults: Object.fromEntries(record.faults),
    dropped: record.dropped,
    duplicateCount: record.duplicateCount,
    supersededCount: record.supersededCount,
    handOffs: describeHandOffs(record),
    wallMs: Math.round(facts.wallMs),
    billedMs: sum(ends.map(({ billedMs }) => billedMs)),
    memoryMb: facts.memoryMb,
    cost: { ...addUp(record, facts), architecture: facts.architecture, pricesOf: listPrices.date, region: listPrices.region },
    seed: facts.seed,
    ...(facts.store && { store: facts.store }),
  };
}

function describeExecution({ executionId, job, status, stepCount, result, failure }: ExecutionRecord): RunReport['executions'][number] {
  return { executionId, job, status, stepCount, ...(result !== undefined && { result }), ...(failure && { error: failure }) };
}

function describeHandOffs({ handOffs }: RunRecord): RunReport['handOffs'] {
  const sizes = handOffs.map(({ bytes }) => bytes);
  return {
    count: handOffs.length,
    byChannel: countBy(handOffs.map(({ channel }) => channel)),
    bytes: sum(sizes),
    maxBytes: Math.max(0, ...sizes),
  };
}

function addUp({ invocations, sqsSentCount }: RunRecord, { memoryMb, architecture }: RunFacts) {
  const usage = invocations.map(({ start, end }) => ({
    billedMs: end?.billedMs ?? 0,
    memoryMb,
    bytes: start.channel === 'sqs' ? 0 : start.bytes,
  }));
  const sqsDeliveredCount = invocations.filter(({ start }) => start.channel === 'sqs').length;
  return estimateCost({ invocations: usage, sqsSentCount, sqsDeliveredCount }, architecture);
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
