import { describeError } from '../core/record/describe-error';
import { freezeInDepth } from '../core/state/freeze-in-depth';
import { isRecord } from '../core/state/json';
import type { Clock, Logger } from '../ports';
import { LogObserver } from './log-observer';
import type { Observer, RuntimeEvent, StepStarted, Told } from './runtime-event';

type EventType = RuntimeEvent['type'];
/** What an event of a type says beside what every event says. */
type FactsOf<Type extends EventType> = Omit<Extract<RuntimeEvent, { type: Type }>, keyof Told<Type>>;

/** Which execution, invocation and delivery events are about. */
interface Subject {
  readonly executionId: string;
  readonly job: string;
  readonly invocation: number;
  readonly requestId: string;
  /** When it happened, in epoch milliseconds. @defaultValue when it is told */
  readonly atMs?: number;
}

/** What an emitter is made of. */
interface EmitterDeps {
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

/** What is carried for observers may have so many characters in all, names and values together. */
const maxCarried = 2_048;

/** Observers whose failure has been told. */
const reported = new WeakSet<object>();

/** Stands before the observers: whatever they do, the execution goes on as if they were not there. */
export class GuardedObservers {
  readonly isEmpty: boolean;
  readonly #observers: readonly Observer[];
  readonly #logger: Logger;

  constructor(observers: readonly Observer[], logger: Logger) {
    this.#observers = observers;
    this.#logger = logger;
    this.isEmpty = observers.length === 0;
  }

  on(event: RuntimeEvent): void {
    for (const observer of this.#observers) {
      try {
        // One that is async after all must not end the process by a rejection that nobody handles.
        const answer: unknown = observer.on(event);
        if (isThenable(answer)) answer.then(undefined, (error: unknown) => this.#report(observer, error));
      } catch (error) {
        this.#report(observer, error);
      }
    }
  }

  /** Runs a unit of work inside all observers that want to be around it: once, also when one of them forgets to, or throws. */
  around<Result>(event: StepStarted, run: () => Result): Result {
    return this.#observers.reduceRight<() => Result>(
      (inner, observer) => () => this.#runIn(observer, event, inner),
      run,
    )();
  }

  #runIn<Result>(observer: Observer, event: StepStarted, run: () => Result): Result {
    let ran: { readonly result: Result } | undefined;
    const runOnce = () => {
      ran ??= { result: run() };
      return ran.result;
    };
    try {
      observer.around?.(event, runOnce);
    } catch (error) {
      this.#report(observer, error);
    }
    return runOnce();
  }

  /** What all of them want to be carried; undefined when none wants anything. */
  carry(executionId: string): Readonly<Record<string, string>> | undefined {
    const carried: Record<string, string> = {};
    for (const observer of this.#observers) {
      try {
        Object.assign(carried, readCarried(observer.carry?.(executionId)));
      } catch (error) {
        this.#report(observer, error);
      }
    }
    return Object.keys(carried).length === 0 ? undefined : Object.freeze(carried);
  }

  #report(observer: Observer, error: unknown): void {
    if (reported.has(observer)) return;
    reported.add(observer);
    this.#logger.warn('observer failed: what it throws is not reported again', {
      error: describeError(error),
    });
  }
}

/** @throws Error when it is anything but a few short texts. */
function readCarried(given: unknown): Record<string, string> {
  if (given === undefined || given === null) return {};
  const entries = isRecord(given) ? Object.entries(given) : [];
  if (!isRecord(given) || entries.some(([, value]) => typeof value !== 'string'))
    throw new TypeError('carry() has to answer with an object of texts');
  const size = entries.reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
  if (size > maxCarried)
    throw new RangeError(`carry() answered with ${size} characters; at most ${maxCarried} are carried`);
  return Object.fromEntries(entries) as Record<string, string>;
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';
}
