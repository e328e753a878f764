import { loadMetrics } from '../runtime/adapters/powertools/load-metrics';
import type { Observer, RuntimeEvent } from '../runtime/observe/runtime-event';
import { defaultNamespace, type MetricName, metricUnits } from './metric-names';
import { type MetricDocument, MetricTally } from './metric-tally';

/** How metrics are written. */
export interface MetricsObserverOptions {
  /** The namespace in CloudWatch. @defaultValue `lambda-baton` */
  readonly namespace?: string;
}

/** What the next invocation is told, to know how long the hand-off took. */
const carriedKey = 'metrics.safePointMs';

/** How many executions are kept apart at a time: one more than run at once in one process. */
const maxTallies = 1_000;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Writes what happens as CloudWatch metrics, in the embedded metric format, through Powertools' metrics package.
 * Everything is kept until the invocation ends and written then, as 100 documents at most: when there is more to say, durations and
 * sizes are told by their distribution, while counts stay exact. What an invocation measured that was killed is lost.
 * Dimensions are `job`, and `job` with `step`.
 *
 * @throws MissingPackageError when `@aws-lambda-powertools/metrics` is not installed
 *
 * @example
 * export const handler = createHandler(Reconcile, { providers: [{ token: OBSERVERS, useValue: [new MetricsObserver()] }] });
 */
export class MetricsObserver implements Observer {
  readonly #metrics;
  readonly #tallies = new Map<string, MetricTally>();

  constructor({ namespace = defaultNamespace }: MetricsObserverOptions = {}) {
    const { Metrics } = loadMetrics();
    // It warns of every key that two sets of dimensions share, and ours share `job`.
    this.#metrics = new Metrics({ namespace, logger: silent });
    this.#metrics.clearDefaultDimensions();
  }

  /** Takes an event in, and writes when it is the end of an invocation. */
  on(event: RuntimeEvent): void {
    if (event.type === 'duplicate.dropped') return;
    const tally = this.#tallyOf(event);
    takeEvent(tally, event);
    // The end of an earlier one, told by somebody else, does not end this one.
    const isOwnEnd = event.type === 'invocation.ended' && event.invocation === tally.invocation;
    if (!isOwnEnd || event.ending === 'died') return;
    this.#tallies.delete(event.executionId);
    this.#write(tally);
  }

  /** When the last safe point was reached: the next invocation measures the hand-off by it. */
  carry(executionId: string): Record<string, string> {
    const { safePointMs } = this.#tallies.get(executionId) ?? {};
    return safePointMs === undefined ? {} : { [carriedKey]: String(safePointMs) };
  }

  #tallyOf(event: RuntimeEvent): MetricTally {
    const known = this.#tallies.get(event.executionId);
    if (known !== undefined) return known;
    const [oldest] = this.#tallies.keys();
    if (oldest !== undefined && this.#tallies.size >= maxTallies) this.#tallies.delete(oldest);
    const tally = new MetricTally(event);
    this.#tallies.set(event.executionId, tally);
    return tally;
  }

  #write(tally: MetricTally): void {
    for (const document of tally.write()) this.#writeDocument(tally, document);
  }

  /** Beside its metrics a document has fields for whoever reads the log: which execution it is of, and how long the slowest attempt took. */
  #writeDocument({ job, executionId, invocation }: MetricTally, { step, values }: MetricDocument): void {
    const metrics = this.#metrics;
    // Its type says text; it writes numbers as they are, and only of numbers a query knows the largest.
    const addField = (name: string, value: number | string) => metrics.addMetadata(name, value as string);
    addField('executionId', executionId);
    addField('invocation', invocation);
    if (values.StepDuration !== undefined) addField('slowestMs', Math.max(...values.StepDuration));
    metrics.addDimensions({ job });
    if (step !== undefined) metrics.addDimensions({ job, step });
    for (const [name, list] of Object.entries(values))
      for (const value of list) metrics.addMetric(name, metricUnits[name as MetricName], value);
    metrics.publishStoredMetrics();
  }
}

function takeEvent(tally: MetricTally, event: RuntimeEvent): void {
  switch (event.type) {
    case 'invocation.started':
      tally.invocation = event.invocation;
      // A first invocation was handed over by nobody: what it is given is its parent's. Nor was one that comes after a death.
      tally.handedOverAtMs =
        event.invocation === 1 || tally.isAfterDeath ? undefined : readSafePoint(event.carried?.[carriedKey]);
      tally.isAfterDeath = false;
      return;
    case 'execution.started':
      tally.count('ExecutionsStarted');
      tally.safePointMs = event.atMs;
      return;
    case 'execution.resumed':
      if (tally.handedOverAtMs !== undefined && event.waitedFor === undefined)
        tally.measure('HandOffLatency', Math.max(0, event.atMs - tally.handedOverAtMs));
      tally.safePointMs = event.atMs;
      return;
    case 'execution.completed':
      endExecution(tally, 'ExecutionsCompleted', event.durationMs);
      return;
    case 'execution.failed':
      endExecution(tally, 'ExecutionsFailed', event.durationMs);
      return;
    case 'execution.cancelled':
      endExecution(tally, 'ExecutionsCancelled', event.durationMs);
      return;
    case 'execution.handed-off':
      tally.measure('RemainingAtHandOff', event.remainingMs);
      return;
    case 'checkpoint.stored':
      tally.measure('CheckpointLatency', event.durationMs);
      tally.measure('CheckpointBytes', event.bytes);
      return;
    case 'invocation.ended':
      tally.isAfterDeath = event.ending === 'died';
      tally.measure('CostUsd', event.costUsd);
      return;
    case 'step.finished':
    case 'step.paused':
      tally.safePointMs = event.atMs;
      endAttempt(tally, event.step, event.durationMs, false);
      return;
    case 'step.interrupted':
      endAttempt(tally, event.step, event.durationMs, false);
      return;
    case 'step.failed':
      endAttempt(tally, event.step, event.durationMs, true);
      return;
  }
}

function readSafePoint(carried: string | undefined): number | undefined {
  const atMs = carried === undefined ? Number.NaN : Number(carried);
  return Number.isFinite(atMs) ? atMs : undefined;
}

function endExecution(tally: MetricTally, name: MetricName, durationMs: number): void {
  tally.count(name);
  tally.measure('ExecutionDuration', durationMs);
}

function endAttempt(tally: MetricTally, step: string, durationMs: number, hasFailed: boolean): void {
  tally.count('StepAttempts', step);
  tally.count('StepAttemptsFailed', step, hasFailed ? 1 : 0);
  tally.measure('StepDuration', durationMs, step);
}
