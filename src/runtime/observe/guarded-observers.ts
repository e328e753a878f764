import { describeError } from '../core/record/describe-error';
import { isRecord } from '../core/state/is-record';
import type { Logger } from '../ports';
import type { Observer, RuntimeEvent, StepStarted } from './runtime-event';

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
