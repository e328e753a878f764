import { context, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import {
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
async function runObserved(observers: readonly Observer[], schedule: string, hasStore = true) {
  const store = { token: CHECKPOINT_STORE, useValue: new MemoryCheckpointStore() };
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
    'is one trace, whose spans are the invocations and attempts that were told (%s, with a store: %s)',
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

  it.each(['', 'crash@14 crash@30'])('is the same in metrics and events (%s)', async (schedule) => {
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
  });

  it('measures each hand-off, and no wait', async () => {
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
