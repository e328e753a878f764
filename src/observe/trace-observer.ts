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
  StepFailed,
  StepFinished,
  StepInterrupted,
  StepPaused,
  StepStarted,
} from '../runtime/observe/runtime-event';
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
  checkpointCount: number;
  /** What an earlier invocation died in, until its end is told. */
  died: StepInterrupted[];
}

type UnitEnd = StepFailed | StepFinished | StepInterrupted | StepPaused;

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

  on(event: RuntimeEvent): void {
    const traced = this.#traced.get(event.executionId);
    if (event.type === 'invocation.started') this.#open(event);
    else if (traced !== undefined) this.#take(traced, event);
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
    const parent = readParent(event.carried);
    const root =
      parent?.executionId === executionId ? parent.context : this.#makeRoot(event, parent?.context);
    const caller = trace.getActiveSpan()?.spanContext();
    const span = this.#start(`${job} invocation`, root, {
      startTime: toTime(atMs),
      attributes: describeInvocation(event),
      ...(caller && { links: [{ context: caller }] }),
    });
    const [oldest] = this.#traced.keys();
    if (oldest !== undefined && this.#traced.size >= maxTraced) this.#traced.delete(oldest);
    this.#traced.set(executionId, {
      ...{ root, span, invocation: event.invocation },
      ...{ idleSinceMs: atMs, checkpointCount: 0, died: [] },
    });
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
        if (event.ending === 'died') this.#tellDeath(traced, event);
        else this.#end(traced, event);
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
    if (event.type === 'step.interrupted' && event.ending === 'died') {
      traced.died.push(event);
      return;
    }
    const { unit } = traced;
    traced.unit = undefined;
    traced.idleSinceMs = event.atMs;
    if (unit === undefined) return;
    unit.setAttribute('lambda_baton.ending', nameEnding(event));
    if (event.type === 'step.failed') this.#fail(unit, event.error, event.atMs);
    unit.end(toTime(event.atMs));
  }

  #tellHandOff(
    { span, idleSinceMs }: Traced,
    event: Extract<RuntimeEvent, { type: 'execution.handed-off' | 'execution.waiting' }>,
  ): void {
    const name = event.type === 'execution.waiting' ? 'wait' : 'hand-off';
    const handOff = this.#start(`${event.job} ${name}`, span.spanContext(), {
      startTime: toTime(Math.min(idleSinceMs, event.atMs)),
      attributes: {
        ...describeSubject(event),
        'lambda_baton.reason': event.reason,
        'lambda_baton.bytes': event.bytes,
        ...(event.channel !== undefined && { 'lambda_baton.channel': event.channel }),
        ...('untilMs' in event && { 'lambda_baton.until': new Date(event.untilMs).toISOString() }),
      },
    });
    handOff.end(toTime(event.atMs));
  }

  /** The spans that the dead invocation could not export: it is its successor that tells them. */
  #tellDeath(traced: Traced, event: InvocationEnded): void {
    const span = this.#start(`${event.job} invocation`, traced.root, {
      startTime: toTime(event.atMs - event.durationMs),
      attributes: describeSubject(event),
    });
    for (const unit of traced.died) this.#tellDeadUnit(span, unit);
    traced.died = [];
    span.setAttribute('lambda_baton.ending', event.ending);
    this.#fail(
      span,
      { name: 'Died', message: 'The invocation died: it was killed, or timed out.' },
      event.atMs,
    );
    span.end(toTime(event.atMs));
  }

  #tellDeadUnit(parent: Span, event: StepInterrupted): void {
    const unit = this.#start(`${event.job} ${event.step}`, parent.spanContext(), {
      startTime: toTime(event.atMs - event.durationMs),
      attributes: { ...describeUnit(event), 'lambda_baton.ending': event.ending },
    });
    this.#fail(unit, { name: 'Died', message: 'Its invocation died.' }, event.atMs);
    unit.end(toTime(event.atMs));
  }

  #end(traced: Traced, event: InvocationEnded): void {
    traced.unit?.end(toTime(event.atMs));
    for (const unit of traced.died) this.#tellDeadUnit(traced.span, unit);
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

/** As a date: OpenTelemetry takes a number that is earlier than the start of the process for a time since then. */
function toTime(atMs: number): Date {
  return new Date(atMs);
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

function readException({ name, message, stack }: Failure) {
  return { name, message, ...(stack !== undefined && { stack }) };
}

function nameEnding(event: UnitEnd): string {
  return event.type === 'step.interrupted' ? event.ending : event.type.slice('step.'.length);
}

function describeSubject({ executionId, job, invocation, requestId }: RuntimeEvent): Attributes {
  return {
    'lambda_baton.execution_id': executionId,
    'lambda_baton.job': job,
    'lambda_baton.invocation': invocation,
    'faas.invocation_id': requestId,
  };
}

function describeInvocation(event: InvocationStarted): Attributes {
  return { ...describeSubject(event), 'faas.coldstart': event.isCold, 'faas.version': event.version };
}

function describeUnit(event: StepStarted | UnitEnd): Attributes {
  return {
    ...describeSubject(event),
    'lambda_baton.step': event.step,
    'lambda_baton.kind': event.kind,
    'lambda_baton.cycle': event.cycle,
    'lambda_baton.attempt': event.attempt,
  };
}
