import type { Attributes } from '../runtime/adapters/opentelemetry/load-api';
import type {
  InvocationEnded,
  InvocationStarted,
  RuntimeEvent,
  StepFailed,
  StepFinished,
  StepInterrupted,
  StepPaused,
  StepStarted,
} from '../runtime/observe/runtime-event';

/** How a unit of work ends. */
export type UnitEnd = StepFailed | StepFinished | StepInterrupted | StepPaused;

/** What an attempt ended of, as an attribute says it. */
export function nameEnding(event: UnitEnd): string {
  return event.type === 'step.interrupted' ? event.ending : event.type.slice('step.'.length);
}

/** What every span says. */
export function describeSubject({ executionId, job, invocation, requestId }: RuntimeEvent): Attributes {
  return {
    'lambda_baton.execution_id': executionId,
    'lambda_baton.job': job,
    'lambda_baton.invocation': invocation,
    'faas.invocation_id': requestId,
  };
}

/** What the span of an invocation says besides. */
export function describeInvocation(event: InvocationStarted): Attributes {
  return { ...describeSubject(event), 'faas.coldstart': event.isCold, 'faas.version': event.version };
}

/** What the span of an attempt says besides. */
export function describeUnit(event: StepStarted | UnitEnd): Attributes {
  return {
    ...describeSubject(event),
    'lambda_baton.step': event.step,
    'lambda_baton.kind': event.kind,
    'lambda_baton.cycle': event.cycle,
    'lambda_baton.attempt': event.attempt,
  };
}

/** The execution is in other hands, now or later. */
export type HandOffEvent = Extract<RuntimeEvent, { type: 'execution.handed-off' | 'execution.waiting' }>;

/** What the span of a hand-off says. */
export function describeHandOff(event: HandOffEvent): Attributes {
  return {
    ...describeSubject(event),
    'lambda_baton.reason': event.reason,
    'lambda_baton.bytes': event.bytes,
    ...(event.channel !== undefined && { 'lambda_baton.channel': event.channel }),
    ...('untilMs' in event && { 'lambda_baton.until': new Date(event.untilMs).toISOString() }),
  };
}

/** As a date: OpenTelemetry takes a number that is earlier than the start of the process for a time since then. */
export function toTime(atMs: number): Date {
  return new Date(atMs);
}

/** What spans say of an invocation that died. */
export const died = { name: 'Died', message: 'The invocation died: it was killed, or it timed out.' };

/** What tells of an invocation that died. */
export type OfDead = (InvocationEnded | StepInterrupted) & { readonly ending: 'died' };

/** Whether an event tells how an earlier invocation died. */
export function isOfDead(event: RuntimeEvent): event is OfDead {
  return (event.type === 'invocation.ended' || event.type === 'step.interrupted') && event.ending === 'died';
}

/** An invocation that died, and that could not export its own spans, until it is known which trace it belongs to. */
export interface Lost {
  unit?: StepInterrupted;
  end?: InvocationEnded;
}

/** An error, as far as a span tells it. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** An error as OpenTelemetry takes it. */
export function readException({ name, message, stack }: Failure) {
  return { name, message, ...(stack !== undefined && { stack }) };
}
