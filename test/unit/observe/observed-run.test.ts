import { context, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import {
  BatonClient,
  CHECKPOINT_STORE,
  LongRunning,
  MemoryCheckpointStore,
  OBSERVERS,
  type Observer,
  type RuntimeEvent,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
} from 'lambda-baton';
import { MetricsObserver, TraceObserver } from 'lambda-baton/observe';
import { JobTestEnvironment } from 'lambda-baton/testing';
import { modelFromEvents } from '../../../src/cli/timeline/model-from-events';
import { modelFromHistory } from '../../../src/cli/timeline/model-from-history';
import { accountTime } from '../../../src/cli/timeline/tell-story';
import type { ExecutionLane } from '../../../src/cli/timeline/timeline';

@LongRunning({ safeMs: 10_000, intervalMs: 5_000 })
class Import {
  @State() pages = 0;

  @Step({ retry: { initialDelayMs: 100 } })
  async readPage({ cycle, attempt }: StepContext) {
    if (cycle === 2 && attempt === 1) throw new Error('page 2 is late');
    trace.getTracer('user').startSpan('query').end();
    this.pages += 1;
  }

  @Step() rest() {
    return this.pages === 3 ? wait({ seconds: 600 }) : undefined;
  }

  @Terminate() isDone() {
    return this.pages >= 5;
  }
}

/** A run across hand-offs, a wait in the queue, and a crash. */
async function runObserved(
  observers: readonly Observer[],
  schedule: string,
  hasStore = true,
  kept = new MemoryCheckpointStore(),
) {
  const store = { token: CHECKPOINT_STORE, useValue: kept };
  const env = await JobTestEnvironment.create(Import, {
    timeoutMs: 60_000,
    providers: [{ token: OBSERVERS, useValue: observers }, ...(hasStore ? [store] : [])],
  });
  return env.run({ handOffAfterEveryStep: true, ...(schedule !== '' && { schedule }) });
}

describe('what observers of a whole run say', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  let written: Record<string, unknown>[];

  beforeAll(() => provider.register());

  beforeEach(() => {
    exporter.reset();
    written = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(JSON.parse(String(text)));
      return true;
    });
  });

  afterEach(() => jest.restoreAllMocks());

  afterAll(async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
  });

  it.each([
    ['', true],
    ['crash@9', true],
    ['crash@9', false],
    ['crash@14 crash@30', true],
    ['timeout@20', true],
    ['timeout@20', false],
  ])(
    'What observers of a whole run say is one trace, whose spans are the invocations and attempts that were told (%s, with a store: %s)',
    async (schedule, hasStore) => {
      const events: RuntimeEvent[] = [];
      const witness: Observer = { on: (event) => void events.push(event) };
      const run = await runObserved([witness, new TraceObserver()], schedule, hasStore);
      expect(run.outcome).toBe('completed');

      const spans = exporter.getFinishedSpans();
      expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
      const roots = spans.filter(({ parentSpanContext }) => parentSpanContext === undefined);
      expect(roots.map(({ name }) => name)).toEqual(['Import execution']);
      expect(count(spans, 'Import invocation')).toBe(countEvents(events, 'invocation.started'));
      expect(count(spans, 'Import readPage') + count(spans, 'Import rest')).toBe(
        countEvents(events, 'step.started'),
      );
      for (const span of spans) expect(nameParent(span, spans)).toBe(parents[span.name]);
    },
  );

  it.each(['', 'crash@14 crash@30'])(
    'What observers of a whole run say is the same in metrics and events (%s)',
    async (schedule) => {
      const events: RuntimeEvent[] = [];
      const witness: Observer = { on: (event) => void events.push(event) };
      await runObserved([witness, new MetricsObserver()], schedule);
      const finished = countEvents(events, 'step.finished') + countEvents(events, 'step.failed');
      expect(sum('StepAttempts')).toBe(finished + countEvents(events, 'step.interrupted'));
      expect(sum('StepAttemptsFailed')).toBe(countEvents(events, 'step.failed'));
      expect(sum('ExecutionsCompleted')).toBe(1);
      expect(sum('RemainingAtHandOff')).toBeGreaterThan(0);
      const costUsd = events.reduce(
        (total, event) => total + (event.type === 'invocation.ended' ? event.costUsd : 0),
        0,
      );
      expect(sum('CostUsd')).toBeCloseTo(costUsd, 9);
    },
  );

  it.each(['', 'crash@5', 'crash@9', 'crash@10', 'crash@12', 'crash@30'])(
    'What observers of a whole run say is the same in status, timeline, metrics and trace (%s)',
    async (schedule) => {
      const events: RuntimeEvent[] = [];
      const witness: Observer = { on: (event) => void events.push(event) };
      const store = new MemoryCheckpointStore();
      const observers = [witness, new MetricsObserver(), new TraceObserver()];
      const run = await runObserved(observers, schedule, true, store);
      const status = await new BatonClient({ store }).status(run.executionId);
      if (status === undefined) throw new Error('the store does not know the execution');
      const nowMs = Math.max(...events.map(({ atMs }) => atMs));
      const told = modelFromEvents(events, nowMs)?.root as ExecutionLane;
      const kept = modelFromHistory(status, [], nowMs).root;
      const [ofEvents, ofHistory] = [accountTime(told, nowMs), accountTime(kept, nowMs)];

      const { stepCount, failedAttemptCount } = status;
      expect(ofEvents).toMatchObject({ stepCount, failedAttemptCount });
      expect(ofHistory).toMatchObject({ stepCount, failedAttemptCount });
      const endings = status.history.map(({ invocation, ending }) => [invocation, ending]);
      const drawn = told.invocations.map(({ invocation, ending }) => [invocation, ending]);
      expect(drawn).toEqual(endings);
      const spans = exporter.getFinishedSpans().filter(({ name }) => name === 'Import invocation');
      const traced = spans.map(({ attributes }) => attributes['lambda_baton.ending']);
      expect(traced).toEqual(endings.map(([, ending]) => ending));
      expect(ofEvents.deathCount).toBe(ofHistory.deathCount);
      if (schedule !== '') return;
      // What an invocation measured that died is lost, and nobody wrote down when it died.
      expect(told.gaps.map(({ kind }) => kind)).toEqual(kept.gaps.map(({ kind }) => kind));
      expect(sum('CostUsd')).toBeCloseTo(status.costUsd, 7);
      expect(ofEvents.costUsd).toBeCloseTo(status.costUsd, 7);
      expect(sum('StepAttempts') - sum('StepAttemptsFailed')).toBe(stepCount);
      expect(sum('StepAttemptsFailed')).toBe(failedAttemptCount);
    },
  );

  it('What observers of a whole run say measures each hand-off, and no wait', async () => {
    const events: RuntimeEvent[] = [];
    const witness: Observer = { on: (event) => void events.push(event) };
    await runObserved([witness, new MetricsObserver()], '');
    const latencies = written.flatMap(({ HandOffLatency }) => HandOffLatency ?? []);
    expect(latencies).toHaveLength(countEvents(events, 'execution.handed-off'));
    expect(Math.max(...(latencies as number[]))).toBeLessThan(5_000);
    expect(countEvents(events, 'execution.waiting')).toBe(1);
  });

  function sum(name: string): number {
    const values = written.flatMap((document) => (document[name] as number | number[] | undefined) ?? []);
    return values.reduce((total, value) => total + value, 0);
  }
});

const parents: Readonly<Record<string, string | undefined>> = {
  'Import execution': undefined,
  'Import invocation': 'Import execution',
  'Import readPage': 'Import invocation',
  'Import rest': 'Import invocation',
  'Import hand-off': 'Import invocation',
  'Import wait': 'Import invocation',
  query: 'Import readPage',
};

function nameParent({ parentSpanContext }: ReadableSpan, spans: readonly ReadableSpan[]): string | undefined {
  return spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId)?.name;
}

function count(spans: readonly ReadableSpan[], name: string): number {
  return spans.filter((span) => span.name === name).length;
}

function countEvents(events: readonly RuntimeEvent[], type: RuntimeEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}
