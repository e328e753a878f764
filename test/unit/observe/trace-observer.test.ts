import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { TraceObserver } from 'lambda-baton/observe';
import { place, started, type Told, tell, unit } from './tell-events';

describe('TraceObserver', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

  beforeAll(() => provider.register());
  beforeEach(() => exporter.reset());
  afterAll(async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
  });

  it('TraceObserver exports a short root span before the first invocation does anything else', () => {
    tell(new TraceObserver(), [started(1_000)]);
    expect(names()).toEqual(['Reconcile execution']);
    expect(spans()[0]).toMatchObject({
      parentSpanContext: undefined,
      attributes: { 'lambda_baton.execution_id': 'e1', 'lambda_baton.job': 'Reconcile' },
    });
  });

  it('TraceObserver makes one trace of an execution over all its invocations, each in another process', () => {
    const first = new TraceObserver();
    tell(first, [started(1_000), ...finish(1_010, 1_500)]);
    const carried = first.carry('e1');
    tell(first, [handedOff(1_600), ended(1_700)]);
    const second = new TraceObserver();
    tell(second, [started(2_000, carried), ...finish(2_010, 2_100), ended(2_200, 'completed')], {
      invocation: 2,
    });

    const [root] = spans();
    expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(writeTree(root)).toEqual([
      'Reconcile execution',
      '  Reconcile invocation',
      '    Reconcile fetchPage',
      '    Reconcile hand-off',
      '  Reconcile invocation',
      '    Reconcile fetchPage',
    ]);
  });

  it('TraceObserver takes the times of the events', () => {
    const observer = new TraceObserver();
    tell(observer, [started(1_000), ...finish(1_010, 1_500), handedOff(1_600), ended(1_700)]);
    const times = Object.fromEntries(
      spans().map(({ name, startTime, endTime }) => [name, [toMs(startTime), toMs(endTime)]]),
    );
    expect(times).toEqual({
      'Reconcile execution': [1_000, 1_000],
      'Reconcile fetchPage': [1_010, 1_500],
      'Reconcile hand-off': [1_500, 1_600],
      'Reconcile invocation': [1_000, 1_700],
    });
  });

  it("TraceObserver makes an attempt's span active while the user's code runs, across awaits", async () => {
    const observer = new TraceObserver();
    const event = place({ type: 'step.started', atMs: 5, ...unit }, {});
    tell(observer, [started(0)]);
    observer.on(event);
    const answer = await observer.around(event as never, async () => {
      await Promise.resolve();
      trace.getTracer('user').startSpan('query').end();
      return 'done';
    });
    expect(trace.getActiveSpan()).toBeUndefined();
    tell(observer, [{ type: 'step.finished', atMs: 9, ...unit, durationMs: 4 }, ended(10)]);
    expect(answer).toBe('done');
    expect(parentOf('query')?.name).toBe('Reconcile fetchPage');
  });

  it('TraceObserver runs the work also when it was not told of the invocation', () => {
    const event = place({ type: 'step.started', atMs: 5, ...unit }, {});
    expect(new TraceObserver().around(event as never, () => 'done')).toBe('done');
  });

  it('TraceObserver shows a failed attempt with its error, and the one after it', () => {
    const observer = new TraceObserver();
    tell(observer, [
      started(0),
      { type: 'step.started', atMs: 1, ...unit },
      {
        ...{ type: 'step.failed', atMs: 2, ...unit, durationMs: 1, willRetry: true, delayMs: 1 },
        error: { name: 'HttpError', message: '503', stack: 'HttpError: 503\n at x' },
      },
      { type: 'step.started', atMs: 3, ...unit, attempt: 2 },
      { type: 'step.finished', atMs: 4, ...unit, attempt: 2, durationMs: 1 },
      ended(5, 'completed'),
    ]);
    const [failed, finished] = spans().filter(({ name }) => name === 'Reconcile fetchPage');
    expect(failed).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: '503' },
      attributes: { 'lambda_baton.attempt': 1, 'lambda_baton.ending': 'failed' },
      events: [{ name: 'exception', attributes: { 'exception.type': 'HttpError' } }],
    });
    expect(finished).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'lambda_baton.attempt': 2, 'lambda_baton.ending': 'finished' },
    });
  });

  it('TraceObserver tells the invocation that died, and the attempt that it died in, in the trace of the execution', () => {
    const dead = new TraceObserver();
    tell(dead, [started(0), { type: 'step.started', atMs: 10, ...unit }]);
    const carried = dead.carry('e1');
    const next = new TraceObserver();
    tell(next, [
      { type: 'step.interrupted', atMs: 900, ...unit, durationMs: 890, ending: 'died' },
      { type: 'invocation.ended', atMs: 900, ending: 'died', durationMs: 900, costUsd: 0 },
      started(70_000, carried),
      ended(70_100, 'completed'),
    ]);
    const [root] = spans();
    expect(writeTree(root)).toEqual([
      'Reconcile execution',
      '  Reconcile invocation',
      '    Reconcile fetchPage',
      '  Reconcile invocation',
    ]);
    const died = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(died.map(({ name }) => name)).toEqual(['Reconcile fetchPage', 'Reconcile invocation']);
  });

  it('TraceObserver ends the spans of an invocation that died in the same process', () => {
    const observer = new TraceObserver();
    tell(observer, [started(0), { type: 'step.started', atMs: 10, ...unit }]);
    const carried = observer.carry('e1');
    tell(observer, [
      { type: 'step.interrupted', atMs: 900, ...unit, durationMs: 900, ending: 'died' },
      { type: 'invocation.ended', atMs: 900, ending: 'died', durationMs: 900, costUsd: 0 },
      started(70_000, carried),
      ended(70_100, 'completed'),
    ]);
    const [root] = spans();
    expect(writeTree(root)).toEqual([
      'Reconcile execution',
      '  Reconcile invocation',
      '    Reconcile fetchPage',
      '  Reconcile invocation',
    ]);
    const died = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(died.map(({ name, endTime }) => [name, toMs(endTime)])).toEqual([
      ['Reconcile fetchPage', 900],
      ['Reconcile invocation', 900],
    ]);
  });

  it("TraceObserver puts a child's spans into its parent's trace, under a root of its own", () => {
    const parent = new TraceObserver();
    tell(parent, [started(0)]);
    const given = parent.carry('e1');
    tell(parent, [
      { type: 'execution.waiting', atMs: 50, reason: 'children', bytes: 10 },
      ended(60, 'waiting'),
    ]);
    const childId = 'e1/1/a';
    const child = new TraceObserver();
    tell(child, [started(100, given), ...finish(110, 120)], { executionId: childId, job: 'Page' });
    const own = child.carry(childId);
    tell(child, [ended(130)], { executionId: childId, job: 'Page' });
    tell(child, [started(200, own), ended(210, 'completed')], { executionId: childId, job: 'Page' });
    const [root] = spans();
    expect(writeTree(root)).toEqual([
      'Reconcile execution',
      '  Reconcile invocation',
      '    Reconcile wait',
      '  Page execution',
      '    Page invocation',
      '      Page fetchPage',
      '    Page invocation',
    ]);
  });

  it('TraceObserver begins a trace of its own and links what called the function', () => {
    const observer = new TraceObserver();
    const caller = trace.getTracer('platform').startSpan('lambda');
    context.with(trace.setSpan(context.active(), caller), () => tell(observer, [started(0), ended(5)]));
    const invocation = spans().find(({ name }) => name === 'Reconcile invocation');
    expect(invocation?.links.map((link) => link.context.spanId)).toEqual([caller.spanContext().spanId]);
    expect(invocation?.spanContext().traceId).not.toBe(caller.spanContext().traceId);
  });

  it("TraceObserver leaves X-Ray's header alone: neither takes a trace from it nor changes it", () => {
    const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    process.env._X_AMZN_TRACE_ID = header;
    try {
      tell(new TraceObserver(), [started(0), ...finish(10, 20), ended(30)]);
      const ids = new Set(spans().map((span) => span.spanContext().traceId));
      expect([...ids]).toEqual([expect.not.stringContaining('5759e988bd862e3fe1be46a994272793')]);
      expect(spans().flatMap(({ links }) => links)).toEqual([]);
      expect(process.env._X_AMZN_TRACE_ID).toBe(header);
    } finally {
      delete process.env._X_AMZN_TRACE_ID;
    }
  });

  it('TraceObserver tells the span of an invocation that could not tell its end, when a later one in another process does', () => {
    const first = new TraceObserver();
    tell(first, [started(1_000), ...finish(1_010, 1_500)]);
    const second = new TraceObserver();
    tell(second, [started(2_000, first.carry('e1')), ended(2_200, 'completed')], { invocation: 2 });
    tell(second, [{ ...ended(1_600), durationMs: 600 } as Told]);
    const told = spans().filter(({ name }) => name === 'Reconcile invocation');
    expect(told.map(({ startTime, endTime }) => [toMs(startTime), toMs(endTime)])).toEqual([
      [2_000, 2_200],
      [1_000, 1_600],
    ]);
    expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  it('TraceObserver begins again when what was carried cannot be read', () => {
    tell(new TraceObserver(), [started(0, { 'trace.parent': 'nonsense', 'trace.of': 'e1' })]);
    expect(names()).toEqual(['Reconcile execution']);
  });

  function spans(): ReadableSpan[] {
    return exporter.getFinishedSpans();
  }

  function names(): string[] {
    return spans().map(({ name }) => name);
  }

  function parentOf(name: string): ReadableSpan | undefined {
    const parentId = spans().find((span) => span.name === name)?.parentSpanContext?.spanId;
    return spans().find((span) => span.spanContext().spanId === parentId);
  }

  function writeTree(span: ReadableSpan | undefined, depth = 0): string[] {
    if (span === undefined) return [];
    const children = spans()
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === span.spanContext().spanId)
      .toSorted((a, b) => toMs(a.startTime) - toMs(b.startTime));
    return [`${'  '.repeat(depth)}${span.name}`, ...children.flatMap((child) => writeTree(child, depth + 1))];
  }
});

function toMs([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}

function finish(atMs: number, endMs: number): Told[] {
  return [
    { type: 'step.started', atMs, ...unit },
    { type: 'step.finished', atMs: endMs, ...unit, durationMs: endMs - atMs },
  ];
}

function handedOff(atMs: number): Told {
  const facts = { reason: 'safe-window', channel: 'lambda', bytes: 800, remainingMs: 30_000 };
  return { type: 'execution.handed-off', atMs, ...facts };
}

function ended(atMs: number, ending: 'completed' | 'handed-off' | 'waiting' = 'handed-off'): Told {
  return { type: 'invocation.ended', atMs, ending, durationMs: atMs, costUsd: 0.01 };
}
