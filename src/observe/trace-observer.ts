import {
  type Attributes,
  type Context,
  loadOpenTelemetry,
  type Span,
  type SpanContext,
} from '../runtime/adapters/opentelemetry/load-api';
import type {
  InvocationEnded,
  InvocationStarted,
  Observer,
  RuntimeEvent,
  StepInterrupted,
  StepStarted,
} from '../runtime/observe/runtime-event';
import {
  describeHandOff,
  describeInvocation,
  describeSubject,
  describeUnit,
  died,
  type Failure,
  type HandOffEvent,
  isOfDead,
  type Lost,
  nameEnding,
  readException,
  toTime,
  type UnitEnd,
} from './span-attributes';
import { readParent, writeParent } from './trace-parent';

/** One execution, as long as an invocation of it runs here. */
interface Traced {
  /** Of the execution's root span. */
  readonly root: SpanContext;
  /** The span of the invocation, which is the parent of all others. */
  readonly span: Span;
  /** The number of the invocation. */
  readonly invocation: number;
  /** The unit of work that runs. */
  unit?: Span | undefined;
  /** When the last unit of work ended: a hand-off begins there. In epoch milliseconds. */
  idleSinceMs: number;
  /** When something was told last, in epoch milliseconds. */
  toldAtMs: number;
  checkpointCount: number;
}

/** How many executions are kept apart at a time: one more than run at once in one process. */
const maxTraced = 1_000;

/**
 * Tells what happens as spans of OpenTelemetry: one trace for an execution, over all its invocations and children. The first invocation
 * makes a short root span and ends it at once, since nobody is there from beginning to end; beneath it are the spans of the invocations,
 * beneath these the attempts at steps and the hand-offs. An attempt's span is active while the user's code runs. Spans go to the tracer
 * provider that is registered when they begin; to export them before the invocation ends is the provider's part.
 *
 * @throws MissingPackageError when `@opentelemetry/api` is not installed
 *
 * @example
 * export const handler = createHandler(Reconcile, { providers: [{ token: OBSERVERS, useValue: [new TraceObserver()] }] });
 */
export class TraceObserver implements Observer {
  readonly #api = loadOpenTelemetry();
  readonly #traced = new Map<string, Traced>();
  readonly #lost = new Map<string, Lost>();
  /** The root spans of executions that were traced here. */
  readonly #roots = new Map<string, SpanContext>();
  /** Invocations that had handed over, and did not tell that they ended. */
  readonly #untold = new Map<string, Traced>();

  on(event: RuntimeEvent): void {
    const traced = this.#traced.get(event.executionId);
    if (isOfDead(event)) this.#takeDeath(event);
    else if (event.type === 'invocation.started') this.#open(event);
    else if (traced?.invocation === event.invocation) this.#take(traced, event);
    else if (event.type === 'invocation.ended') this.#tellEarlier(event);
  }

  /** The execution's root span, as W3C's `traceparent` writes it. */
  carry(executionId: string): Record<string, string> {
    const traced = this.#traced.get(executionId);
    return traced === undefined ? {} : writeParent(traced.root, executionId);
  }

  /** Makes the attempt's span the active one while the unit of work runs. */
  around<Result>(event: StepStarted, run: () => Result): Result {
    const traced = this.#traced.get(event.executionId);
    if (traced === undefined) return run();
    const { context, trace } = this.#api;
    return context.with(trace.setSpan(context.active(), this.#openUnit(traced, event)), run);
  }

  #open(event: InvocationStarted): void {
    const { trace } = this.#api;
    const { job, atMs, executionId } = event;
    const before = this.#traced.get(executionId);
    if (before !== undefined) this.#endUntold(before, event);
    const parent = readParent(event.carried);
    const root =
      parent?.executionId === executionId ? parent.context : this.#makeRoot(event, parent?.context);
    const caller = trace.getActiveSpan()?.spanContext();
    const span = this.#start(`${job} invocation`, root, {
      startTime: toTime(atMs),
      attributes: describeInvocation(event),
      ...(caller && { links: [{ context: caller }] }),
    });
    this.#tellLost(executionId, root);
    this.#forgetOldest();
    this.#roots.set(executionId, root);
    this.#traced.set(executionId, {
      ...{ root, span, invocation: event.invocation },
      ...{ idleSinceMs: atMs, toldAtMs: atMs, checkpointCount: 0 },
    });
  }

  #forgetOldest(): void {
    for (const kept of [this.#traced, this.#lost, this.#untold, this.#roots]) {
      const [oldest] = kept.keys();
      if (oldest !== undefined && kept.size >= maxTraced) kept.delete(oldest);
    }
  }

  /** A short span: whoever looks at the trace later finds a beginning, also of an execution that goes on for days. */
  #makeRoot(event: InvocationStarted, parent: SpanContext | undefined): SpanContext {
    const root = this.#start(`${event.job} execution`, parent, {
      startTime: toTime(event.atMs),
      attributes: describeSubject(event),
    });
    root.end(toTime(event.atMs));
    return root.spanContext();
  }

  #start(
    name: string,
    parent: SpanContext | undefined,
    options: { startTime: Date; attributes: Attributes; links?: { context: SpanContext }[] },
  ): Span {
    const { ROOT_CONTEXT, trace } = this.#api;
    const context: Context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    return trace.getTracer('lambda-baton').startSpan(name, options, context);
  }

  #take(traced: Traced, event: RuntimeEvent): void {
    traced.toldAtMs = event.atMs;
    switch (event.type) {
      case 'step.started':
        this.#openUnit(traced, event);
        return;
      case 'step.finished':
      case 'step.paused':
      case 'step.failed':
      case 'step.interrupted':
        this.#endUnit(traced, event);
        return;
      case 'execution.handed-off':
      case 'execution.waiting':
        this.#tellHandOff(traced, event);
        return;
      case 'execution.failed':
        this.#fail(traced.span, event.error, event.atMs);
        return;
      case 'checkpoint.stored':
        traced.checkpointCount += 1;
        return;
      case 'hand-off.failed':
        traced.span.recordException(readException(event.error), toTime(event.atMs));
        return;
      case 'signal.received':
      case 'signal.refused':
        traced.span.addEvent(event.type, { 'lambda_baton.signal': event.name }, toTime(event.atMs));
        return;
      case 'child.started':
      case 'child.ended': {
        const attributes = { 'lambda_baton.child': event.childId, 'lambda_baton.status': event.status };
        traced.span.addEvent(event.type, attributes, toTime(event.atMs));
        return;
      }
      case 'invocation.ended':
        this.#end(traced, event);
        return;
    }
  }

  #openUnit(traced: Traced, event: StepStarted): Span {
    traced.unit ??= this.#start(`${event.job} ${event.step}`, traced.span.spanContext(), {
      startTime: toTime(event.atMs),
      attributes: describeUnit(event),
    });
    return traced.unit;
  }

  #endUnit(traced: Traced, event: UnitEnd): void {
    const { unit } = traced;
    traced.unit = undefined;
    traced.idleSinceMs = event.atMs;
    if (unit === undefined) return;
    unit.setAttribute('lambda_baton.ending', nameEnding(event));
    if (event.type === 'step.failed') this.#fail(unit, event.error, event.atMs);
    unit.end(toTime(event.atMs));
  }

  #tellHandOff({ span, idleSinceMs }: Traced, event: HandOffEvent): void {
    const name = event.type === 'execution.waiting' ? 'wait' : 'hand-off';
    const handOff = this.#start(`${event.job} ${name}`, span.spanContext(), {
      startTime: toTime(Math.min(idleSinceMs, event.atMs)),
      attributes: describeHandOff(event),
    });
    handOff.end(toTime(event.atMs));
  }

  /** Ends the spans of an invocation that died here; of one that died elsewhere it is remembered what to tell. */
  #takeDeath(event: InvocationEnded | StepInterrupted): void {
    const traced = this.#traced.get(event.executionId);
    if (traced?.invocation === event.invocation) {
      if (event.type === 'invocation.ended') {
        this.#endDead(traced, event.atMs);
        this.#traced.delete(event.executionId);
      }
      return;
    }
    const lost = this.#lost.get(event.executionId) ?? {};
    if (event.type === 'step.interrupted') lost.unit = event;
    else lost.end = event;
    this.#lost.set(event.executionId, lost);
  }

  /** What nobody told the end of died, unless a later invocation begins: that one finds out how it ended, and tells. */
  #endUntold(before: Traced, { invocation, executionId }: InvocationStarted): void {
    if (before.invocation >= invocation) this.#endDead(before, before.toldAtMs);
    else this.#untold.set(`${executionId} ${before.invocation}`, before);
  }

  /** The end of an invocation that could not tell it, told by a later one: its spans may be here, or may have been lost with it. */
  #tellEarlier(event: InvocationEnded): void {
    const root = this.#roots.get(event.executionId);
    if (root === undefined) return;
    const key = `${event.executionId} ${event.invocation}`;
    const before = this.#untold.get(key);
    this.#untold.delete(key);
    const span =
      before?.span ??
      this.#start(`${event.job} invocation`, root, {
        startTime: toTime(event.atMs - event.durationMs),
        attributes: describeSubject(event),
      });
    before?.unit?.end(toTime(event.atMs));
    span.setAttributes({ 'lambda_baton.ending': event.ending, 'lambda_baton.cost_usd': event.costUsd });
    span.end(toTime(event.atMs));
  }

  #endDead({ unit, span }: Traced, atMs: number): void {
    for (const open of [unit, span]) {
      if (open === undefined) continue;
      open.setAttribute('lambda_baton.ending', 'died');
      this.#fail(open, died, atMs);
      open.end(toTime(atMs));
    }
  }

  /** Tells the spans of an invocation that died before it could. */
  #tellLost(executionId: string, root: SpanContext): void {
    const { unit, end } = this.#lost.get(executionId) ?? {};
    this.#lost.delete(executionId);
    if (end === undefined) return;
    const span = this.#start(`${end.job} invocation`, root, {
      startTime: toTime(end.atMs - end.durationMs),
      attributes: { ...describeSubject(end), 'lambda_baton.ending': end.ending },
    });
    if (unit !== undefined) this.#tellDeadUnit(span, unit);
    this.#fail(span, died, end.atMs);
    span.end(toTime(end.atMs));
  }

  #tellDeadUnit(parent: Span, event: StepInterrupted): void {
    const unit = this.#start(`${event.job} ${event.step}`, parent.spanContext(), {
      startTime: toTime(event.atMs - event.durationMs),
      attributes: { ...describeUnit(event), 'lambda_baton.ending': event.ending },
    });
    this.#fail(unit, died, event.atMs);
    unit.end(toTime(event.atMs));
  }

  #end(traced: Traced, event: InvocationEnded): void {
    traced.unit?.end(toTime(event.atMs));
    traced.span.setAttributes({
      'lambda_baton.ending': event.ending,
      'lambda_baton.cost_usd': event.costUsd,
      'lambda_baton.checkpoints': traced.checkpointCount,
    });
    traced.span.end(toTime(event.atMs));
    this.#traced.delete(event.executionId);
  }

  #fail(span: Span, error: Failure, atMs: number): void {
    span.recordException(readException(error), toTime(atMs));
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: error.message });
  }
}
