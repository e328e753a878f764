import type { Attributes } from '../runtime/adapters/opentelemetry/load-api';
import type {
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
