import type { Observer, RuntimeEvent } from '../../../src/runtime/observe/runtime-event';

/** An event without what all of them have. */
export type Told = RuntimeEvent extends infer Event
  ? Event extends RuntimeEvent
    ? Omit<Event, 'executionId' | 'invocation' | 'job' | 'requestId'>
    : never
  : never;

/** Where events are told from. */
export interface Place {
  readonly executionId?: string;
  readonly job?: string;
  readonly invocation?: number;
}

/** Gives an event what all events have. */
export function place(
  event: Told,
  { executionId = 'e1', job = 'Reconcile', invocation = 1 }: Place,
): RuntimeEvent {
  const requestId = `request-${invocation}`;
  return Object.freeze({ ...event, executionId, job, invocation, requestId }) as RuntimeEvent;
}

/** Tells an observer what one invocation of an execution says, in order. */
export function tell(observer: Observer, events: readonly Told[], where: Place = {}): void {
  for (const event of events) observer.on(place(event, where));
}

/** The first event of an invocation. */
export function started(
  atMs: number,
  carried?: Readonly<Record<string, string>>,
): Told & { type: 'invocation.started' } {
  const facts = { isCold: true, version: '$LATEST', remainingMs: 900_000 };
  return { type: 'invocation.started', atMs, ...facts, ...(carried && { carried }) };
}

/** A unit of work. */
export const unit = { step: 'fetchPage', kind: 'step', cycle: 1, attempt: 1 } as const;
