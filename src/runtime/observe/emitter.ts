import { freezeInDepth } from '../core/state/freeze-in-depth';
import type { Clock } from '../ports';
import type { GuardedObservers } from './guarded-observers';
import { LogObserver } from './log-observer';
import type { RuntimeEvent, StepStarted, Told } from './runtime-event';

type EventType = RuntimeEvent['type'];
/** What an event of a type says beside what every event says. */
type FactsOf<Type extends EventType> = Omit<Extract<RuntimeEvent, { type: Type }>, keyof Told<Type>>;

/** Which execution, invocation and delivery events are about. */
export interface Subject {
  readonly executionId: string;
  readonly job: string;
  readonly invocation: number;
  readonly requestId: string;
  /** When it happened, in epoch milliseconds. @defaultValue when it is told */
  readonly atMs?: number;
}

/** What an emitter is made of. */
export interface EmitterDeps {
  readonly observers: GuardedObservers;
  readonly log: LogObserver;
  readonly clock: Clock;
}

/**
 * Tells the log and the observers what happens in one invocation. Whoever tells something that the log does not write asks first whether
 * anybody else {@link isHeard | listens}: what nobody hears is not put into words.
 */
export class Emitter {
  /** Whether there is an observer beside the log. */
  readonly isHeard: boolean;
  readonly #deps: EmitterDeps;
  readonly #subject: Subject;

  constructor(deps: EmitterDeps, subject: Subject) {
    this.#deps = deps;
    this.#subject = subject;
    this.isHeard = !deps.observers.isEmpty;
  }

  /** The emitter of another invocation, or of a delivery whose execution is known by now. */
  about(subject: Partial<Subject>): Emitter {
    return new Emitter(this.#deps, { ...this.#subject, ...subject });
  }

  /** Tells everybody. */
  emit<Type extends EventType>(type: Type, facts: FactsOf<Type>): void {
    if (!this.isHeard && !LogObserver.writes(type)) return;
    const event = this.#describe(type, facts);
    this.#deps.log.on(event);
    this.#deps.observers.on(event);
  }

  /** Tells everybody but the log. */
  emitUnlogged<Type extends EventType>(type: Type, facts: FactsOf<Type>): void {
    if (this.isHeard) this.#deps.observers.on(this.#describe(type, facts));
  }

  /** Tells the log alone. */
  log<Type extends EventType>(type: Type, facts: FactsOf<Type>): void {
    this.#deps.log.on(this.#describe(type, facts));
  }

  /** Tells that a unit of work starts, and runs it as observers want it to be run: once, whatever they do. */
  runUnit<Result>(facts: FactsOf<'step.started'>, run: () => Result): Result {
    if (!this.isHeard) return run();
    const { observers } = this.#deps;
    const event = this.#describe('step.started', facts) as StepStarted;
    observers.on(event);
    return observers.around(event, run);
  }

  /** What the observers want every later invocation to be given; undefined when they want nothing. */
  carry(): Readonly<Record<string, string>> | undefined {
    return this.isHeard ? this.#deps.observers.carry(this.#subject.executionId) : undefined;
  }

  #describe<Type extends EventType>(type: Type, facts: FactsOf<Type>): RuntimeEvent {
    const atMs = this.#deps.clock.now();
    if ('error' in facts) freezeInDepth(facts.error);
    return Object.freeze({ type, atMs, ...this.#subject, ...facts }) as unknown as RuntimeEvent;
  }
}
