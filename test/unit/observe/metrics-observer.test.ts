import { MetricsObserver } from 'lambda-baton/observe';
import { metricUnits } from '../../../src/observe/metric-names';
import { started, type Told, tell, unit } from './tell-events';

interface Document {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

describe('MetricsObserver', () => {
  let written: Document[];

  beforeEach(() => {
    written = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(JSON.parse(String(text)));
      return true;
    });
  });

  afterEach(() => jest.restoreAllMocks());

  it('MetricsObserver writes every metric of the design, in its unit, with the dimension job, and job and step for steps', () => {
    const observer = new MetricsObserver();
    tell(observer, [started(0), { type: 'execution.started', atMs: 10 }, ...finish(20, 1_000)]);
    tell(observer, [
      { type: 'step.failed', atMs: 1_100, ...unit, durationMs: 80, error, willRetry: true, delayMs: 10 },
    ]);
    const carried = observer.carry('e1');
    tell(observer, [handedOff(1_200), ended(1_250)]);
    tell(
      observer,
      [
        started(1_700, carried),
        { type: 'execution.resumed', atMs: 1_720, step: 'fetchPage', cycle: 1, remainingMs: 899_000 },
        { type: 'execution.completed', atMs: 2_000, durationMs: 1_990, stepCount: 2 },
        ended(2_010, 'completed'),
      ],
      { invocation: 2 },
    );
    tell(
      observer,
      [started(0), { type: 'execution.failed', atMs: 1, error, durationMs: 1, stepCount: 0 }, ended(2)],
      { executionId: 'e2' },
    );
    tell(
      observer,
      [started(0), { type: 'execution.cancelled', atMs: 1, durationMs: 1, stepCount: 0 }, ended(2)],
      { executionId: 'e3' },
    );

    const definitions = written.flatMap((document) => document._aws.CloudWatchMetrics[0]?.Metrics ?? []);
    const units = Object.fromEntries(definitions.map(({ Name, Unit }) => [Name, Unit]));
    expect(units).toEqual(metricUnits);
    for (const document of written) {
      expect(document._aws.CloudWatchMetrics[0]?.Namespace).toBe('lambda-baton');
      expect(document.job).toBe('Reconcile');
      const ofStep = document.StepAttempts !== undefined;
      expect(document._aws.CloudWatchMetrics[0]?.Dimensions).toEqual(
        ofStep ? [['job'], ['job', 'step']] : [['job']],
      );
    }
    expect(find('StepAttempts')).toMatchObject({
      step: 'fetchPage',
      StepAttempts: 2,
      StepAttemptsFailed: 1,
      StepDuration: [980, 80],
    });
    // Fields for queries of the log, beside the metrics.
    expect(find('StepAttempts')).toMatchObject({ executionId: 'e1', invocation: 1, slowestMs: 980 });
  });

  it('MetricsObserver writes nothing before the invocation ends', () => {
    const observer = new MetricsObserver();
    tell(observer, [started(0), { type: 'execution.started', atMs: 1 }, ...finish(1, 5)]);
    expect(written).toEqual([]);
    tell(observer, [ended(9)]);
    expect(written.length).toBeGreaterThan(0);
  });

  it('MetricsObserver writes to the namespace that it is given', () => {
    const observer = new MetricsObserver({ namespace: 'Payments' });
    tell(observer, [started(0), ended(9)]);
    expect(written[0]?._aws.CloudWatchMetrics[0]?.Namespace).toBe('Payments');
  });

  it('MetricsObserver measures a hand-off from the last safe point to the next invocation, in another process', () => {
    const first = new MetricsObserver();
    tell(first, [started(0), { type: 'execution.started', atMs: 0 }, ...finish(10, 4_000)]);
    const carried = first.carry('e1');
    tell(first, [handedOff(4_100), ended(4_200)]);
    const second = new MetricsObserver();
    const resumed = { type: 'execution.resumed', atMs: 4_650, step: 'fetchPage', cycle: 2 } as const;
    tell(second, [started(4_600, carried), { ...resumed, remainingMs: 1 }, ended(5_000)], { invocation: 2 });
    expect(find('HandOffLatency')).toMatchObject({ HandOffLatency: 650 });
    expect(find('RemainingAtHandOff')).toMatchObject({ RemainingAtHandOff: 30_000 });
  });

  it('MetricsObserver leaves a wait out of the latency of hand-offs', () => {
    const observer = new MetricsObserver();
    const resumed = { type: 'execution.resumed', atMs: 9_000_000, step: 'fetchPage', cycle: 2 } as const;
    const carried = { 'metrics.safePointMs': '1000' };
    const waited = { ...resumed, remainingMs: 1, waitedFor: 'wait' } as const;
    tell(observer, [started(9_000_000, carried), waited, ended(9_000_010)], { invocation: 2 });
    expect(find('HandOffLatency')).toBeUndefined();
  });

  it('MetricsObserver counts an attempt that was cut off, by the safe window or by a death that the next invocation tells', () => {
    const observer = new MetricsObserver();
    tell(observer, [
      { type: 'step.interrupted', atMs: 1, ...unit, durationMs: 7, ending: 'died' },
      { type: 'invocation.ended', atMs: 1, ending: 'died', durationMs: 50, costUsd: 0.1 },
      started(0),
      { type: 'step.interrupted', atMs: 9, ...unit, attempt: 2, durationMs: 3, ending: 'safe-window' },
      ended(10),
    ]);
    expect(find('StepAttempts')).toMatchObject({ StepAttempts: 2, StepAttemptsFailed: 0 });
    expect(find('CostUsd')).toMatchObject({ CostUsd: [0.1, 0.01] });
  });

  it('MetricsObserver writes at most 100 documents for an invocation, whose counts, extremes and averages stay right', () => {
    const observer = new MetricsObserver();
    const events: Told[] = [];
    for (let index = 0; index < 50_000; index += 1)
      events.push({ type: 'step.finished', atMs: index, ...unit, durationMs: index % 1_000 });
    tell(observer, [started(0), ...events, ended(50_000)]);
    expect(written.length).toBeLessThanOrEqual(100);
    const values = written.flatMap((document) => (document.StepDuration as number[] | undefined) ?? []);
    const attempts = written.flatMap((document) => document.StepAttempts ?? []);
    expect(attempts).toEqual([50_000]);
    expect([Math.min(...values), Math.max(...values)]).toEqual([0, 999]);
    const sorted = values.toSorted((a, b) => a - b);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(499.5, 0);
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeGreaterThan(890);
    expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(910);
  });

  it('MetricsObserver keeps every value when they fit 100 documents', () => {
    const observer = new MetricsObserver();
    const durations = Array.from({ length: 5_000 }, (_, index) => index);
    const events = durations.map(
      (durationMs): Told => ({ type: 'step.finished', atMs: durationMs, ...unit, durationMs }),
    );
    tell(observer, [started(0), ...events, ended(50_000)]);
    const values = written.flatMap((document) => (document.StepDuration as number[] | undefined) ?? []);
    expect(values).toEqual(durations);
    expect(
      written.every(
        (document) => !Array.isArray(document.StepDuration) || document.StepDuration.length < 100,
      ),
    ).toBe(true);
  });

  it('MetricsObserver counts steps beyond the documents for the job', () => {
    const observer = new MetricsObserver();
    const events = Array.from(
      { length: 300 },
      (_, index): Told => ({
        ...{ type: 'step.finished', atMs: index, durationMs: 1 },
        ...{ ...unit, step: `step${index}` },
      }),
    );
    tell(observer, [started(0), ...events, ended(500)]);
    expect(written.length).toBeLessThanOrEqual(100);
    const attempts = written.map((document) => Number(document.StepAttempts ?? 0));
    expect(attempts.reduce((sum, count) => sum + count, 0)).toBe(300);
  });

  it('MetricsObserver says nothing of a delivery that ran nothing', () => {
    const observer = new MetricsObserver();
    tell(observer, [{ type: 'duplicate.dropped', atMs: 1, reason: 'ended' }]);
    expect(observer.carry('e1')).toEqual({});
    expect(written).toEqual([]);
  });

  function find(name: string): Document | undefined {
    return written.find((document) => document[name] !== undefined);
  }
});

const error = { name: 'Error', message: 'no' };

function finish(atMs: number, endMs: number): Told[] {
  return [
    { type: 'step.started', atMs, ...unit },
    { type: 'step.finished', atMs: endMs, ...unit, durationMs: endMs - atMs },
    { type: 'checkpoint.stored', atMs: endMs + 5, bytes: 512, durationMs: 5 },
  ];
}

function handedOff(atMs: number): Told {
  const facts = { reason: 'safe-window', channel: 'lambda', bytes: 800, remainingMs: 30_000 };
  return { type: 'execution.handed-off', atMs, ...facts };
}

function ended(atMs: number, ending: 'completed' | 'handed-off' = 'handed-off'): Told {
  return { type: 'invocation.ended', atMs, ending, durationMs: atMs, costUsd: 0.01 };
}
