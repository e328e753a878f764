import { eventChunkBytes, firstEventChunkBytes, listPrices, type Prices } from '../../runtime/core/cost/cost';
import type { RunOutcome } from './decide-outcome';
import type { Failure } from './execution-fact';
import type { ExecutionRecord, RunRecord } from './run-record';

/** What is left to say when a run is over. The object that `--json` prints. */
export interface RunReport {
  readonly outcome: RunOutcome['outcome'];
  /** Why it did not complete. */
  readonly error?: Failure;
  readonly executions: readonly {
    readonly executionId: string;
    readonly job: string | undefined;
    readonly status: 'cancelled' | 'completed' | 'failed' | 'running' | 'skipped';
    /** The invocation that it has come to. Deliveries that came again are not counted. */
    readonly invocation: number;
    /** How many invocations it has had, as `baton status` counts them: one that died and came again is two. */
    readonly invocationCount: number;
    /** What it has cost, as `baton status` says: its children have their own. */
    readonly costUsd: number;
    readonly stepCount: number;
    readonly failedAttemptCount: number;
    readonly result?: unknown;
    readonly error?: Failure;
  }[];
  readonly invocations: {
    /** Deliveries: those that came again are among them. */
    readonly count: number;
    readonly coldCount: number;
    /** How many ended for which reason: `ok`, `error`, `time-out`, … */
    readonly byReason: Readonly<Record<string, number>>;
  };
  /** Steps of all executions. */
  readonly stepCount: number;
  readonly failedAttemptCount: number;
  /** Events that Lambda delivered again. */
  readonly retryCount: number;
  readonly throttleCount: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly dropped: readonly string[];
  /** Deliveries that came again and were answered from the store: nothing was run for them. */
  readonly duplicateCount: number;
  /** Invocations that lost their execution to another delivery, often of the same event, and stopped on the spot. */
  readonly supersededCount: number;
  readonly handOffs: {
    readonly count: number;
    readonly byChannel: Readonly<Record<string, number>>;
    readonly bytes: number;
    readonly maxBytes: number;
  };
  readonly wallMs: number;
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly cost: Cost & {
    /** What the executions have cost, as `baton status` says: with the store, without deliveries that ran nothing. */
    readonly totalUsd: number;
    readonly architecture: string;
    readonly pricesOf: string;
    readonly region: string;
  };
  readonly seed: number;
  /** Where the executions are kept, and the options that find them there; missing when `baton dev` has kept none. */
  readonly store?: {
    readonly directory: string;
    readonly options: string;
    /** What was run: `baton redrive --bundle` goes on with it. */
    readonly bundle: string;
  };
}

/** What the record does not know. */
interface RunFacts {
  readonly wallMs: number;
  readonly memoryMb: number;
  readonly architecture: 'arm64' | 'x86_64';
  readonly seed: number;
  readonly store?: RunReport['store'] | undefined;
}

/** Sums a run up. */
export function writeReport(record: RunRecord, { outcome, failure }: RunOutcome, facts: RunFacts): RunReport {
  const executions = [...record.executions.values()];
  const ends = record.invocations.flatMap(({ end }) => (end === undefined ? [] : [end]));
  return {
    outcome,
    ...(failure && { error: failure }),
    executions: executions.map(describeExecution),
    invocations: {
      count: record.invocations.length,
      coldCount: record.invocations.filter(({ start }) => start.cold).length,
      byReason: countBy(ends.map(({ reason }) => reason)),
    },
    stepCount: sum(executions.map(({ stepCount }) => stepCount)),
    failedAttemptCount: Math.max(
      record.failedAttemptCount,
      sum(executions.map((execution) => execution.failedAttemptCount)),
    ),
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
    cost: {
      ...addUp(record, facts, executions),
      architecture: facts.architecture,
      pricesOf: listPrices.date,
      region: listPrices.region,
    },
    seed: facts.seed,
    ...(facts.store && { store: facts.store }),
  };
}

function describeExecution({
  result,
  failure,
  ...execution
}: ExecutionRecord): RunReport['executions'][number] {
  const { executionId, job, status, invocation, invocationCount, stepCount, failedAttemptCount, costUsd } =
    execution;
  return {
    ...{ executionId, job, status, invocation, invocationCount, costUsd, stepCount, failedAttemptCount },
    ...(result !== undefined && { result }),
    ...(failure && { error: failure }),
  };
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

/** What the executions have cost is what `baton status` says of them; where none has begun, what was billed. */
function addUp(
  { invocations, sqsSentCount, firedCount }: RunRecord,
  { memoryMb, architecture }: RunFacts,
  executions: readonly ExecutionRecord[],
) {
  const usage = invocations.map(({ start, end }) => ({
    billedMs: end?.billedMs ?? 0,
    memoryMb,
    bytes: start.channel === 'sqs' ? 0 : start.bytes,
  }));
  const sqsDeliveredCount = invocations.filter(({ start }) => start.channel === 'sqs').length;
  const billed = estimateCost(
    { invocations: usage, sqsSentCount, sqsDeliveredCount, firedCount },
    architecture,
  );
  const toldUsd = sum(executions.map(({ costUsd }) => costUsd));
  return { ...billed, totalUsd: toldUsd > 0 ? toldUsd : billed.billedUsd };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What is paid for. */
interface Usage {
  readonly invocations: readonly {
    readonly billedMs: number;
    readonly memoryMb: number;
    readonly bytes: number;
  }[];
  /** Messages sent to the queue, and deliveries from it. */
  readonly sqsSentCount: number;
  readonly sqsDeliveredCount: number;
  /** Schedules that have fired. @defaultValue none */
  readonly firedCount?: number;
}

/**
 * What deliveries cost, with its parts, in US dollars at list prices: also those that ran nothing, those that were killed up to their end,
 * and no store. Not what the free tier or a discount leave of it.
 */
interface Cost {
  readonly gbSeconds: number;
  readonly requestsUsd: number;
  readonly durationUsd: number;
  readonly sqsUsd: number;
  /** Missing when no schedule has fired. */
  readonly schedulesUsd?: number;
  /** The sum of these parts. */
  readonly billedUsd: number;
}

/** Adds up what AWS would charge: requests, duration, three SQS requests per hop (send, receive, delete), and schedules that have fired. */
export function estimateCost(
  { invocations, sqsSentCount, sqsDeliveredCount, firedCount = 0 }: Usage,
  architecture: 'arm64' | 'x86_64',
  prices: Prices = listPrices,
): Cost {
  const gbSeconds = sum(invocations.map(({ billedMs, memoryMb }) => (billedMs / 1_000) * (memoryMb / 1_024)));
  const requestsUsd = sum(invocations.map(({ bytes }) => countRequests(bytes))) * prices.lambdaRequestUsd;
  const durationUsd = gbSeconds * prices.gbSecondUsd[architecture];
  const sqsUsd = (sqsSentCount + 2 * sqsDeliveredCount) * prices.sqsRequestUsd;
  const schedulesUsd = firedCount * prices.scheduleUsd;
  const billedUsd = requestsUsd + durationUsd + sqsUsd + schedulesUsd;
  return {
    ...{ gbSeconds, requestsUsd, durationUsd, sqsUsd },
    ...(firedCount > 0 && { schedulesUsd }),
    billedUsd,
  };
}

function countRequests(bytes: number): number {
  return 1 + Math.ceil(Math.max(0, bytes - firstEventChunkBytes) / eventChunkBytes);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
