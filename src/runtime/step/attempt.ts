import { createAbortController } from '../adapters/node/ambient';
import type { AbortCode } from '../core/execution/interruption';

/**
 * How an attempt ended. `abandoned`: it is still running, but nobody listens any more. `stopped`: a generator, at one of its `yield`s.
 * `broken`: a generator too, because the safe point of its `yield` could not be passed.
 */
export type Ending =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'broken'; readonly error: unknown };

/** The reason of an aborted signal: an `AbortError` whose `code` says why. */
interface AbortReason extends Error {
  readonly code: AbortCode;
}

/** Whose attempt it is: calls the method, is asked when a generator has come to a `yield`, with what it gave, and told what comes late. */
export interface AttemptHost {
  /** Calls the method. */
  call(): unknown;
  /** Told once of what the attempt did after it was cut off. */
  tellLate(error: unknown): void;
  /** Whether it may go on; else its `finally` blocks are run, and the attempt has ended. */
  passYield(value: unknown): Promise<boolean> | boolean;
  /** Whether a `finally` block of a generator that was ended may go on after a `yield` of its own. */
  passClosingYield(value: unknown): Promise<boolean>;
}

/**
 * One call of one method of the user's: watched, stopped when asked, and cut loose when it does not stop.
 * What a cut-off attempt does later is reported once to `tellLate` and changes nothing.
 */
export class Attempt {
  #abort: AbortController | undefined;
  #abortCode: AbortCode | undefined;
  #cutOff: (() => void) | undefined;
  #isAbandoned = false;
  #isOver = false;
  #wasTold = false;

  /** Made when first asked for: most steps never look at it. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = createAbortController();
      if (this.#abortCode !== undefined) this.#abort.abort(describeAbort(this.#abortCode));
    }
    return this.#abort.signal;
  }

  get isAborted(): boolean {
    return this.#abortCode !== undefined;
  }

  /** Whether the attempt was asked to stop because of the invocation, not because of its own time-out. */
  get isCutOff(): boolean {
    return this.#abortCode === 'safe-window';
  }

  /** Whether the attempt was asked to stop because the execution is to end. */
  get isCancelled(): boolean {
    return this.#abortCode === 'cancelled';
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** Whether nobody waits for it any more, however it ended. */
  get isOver(): boolean {
    return this.#isOver || this.#isAbandoned;
  }

  /** Whether the attempt could hear that it should stop: it has looked at its signal, or has seen that the safe window has begun. */
  get isAskedToStop(): boolean {
    return this.#wasTold || this.#abort !== undefined;
  }

  /** Notes that the attempt has seen that it should stop. */
  noteTold(): void {
    this.#wasTold = true;
  }

  /** Asks the attempt to stop; the first reason stays. */
  abort(code: AbortCode): void {
    if (this.#abortCode !== undefined) return;
    this.#abortCode = code;
    this.#abort?.abort(describeAbort(code));
  }

  /** Stops waiting for the attempt. Without effect when nothing is being waited for. */
  abandon(): void {
    this.#cutOff?.();
  }

  /** Calls the method and waits for what it gives back, as `await` would, driving it when it is a generator. Never rejects. */
  run(host: AttemptHost): Ending | Promise<Ending> {
    try {
      const value = host.call();
      if (isGenerator(value)) return this.#drive(value, host).catch(describeThrown);
      return this.#finish(value, host);
    } catch (error) {
      return describeThrown(error);
    }
  }

  /** Notes that it has ended, however: what it does from now on counts no more. */
  end(): void {
    this.#isOver = true;
  }

  async #drive(generator: StepGenerator, host: AttemptHost): Promise<Ending> {
    for (;;) {
      const ending = await this.#take(() => generator.next(), host);
      if (ending.kind !== 'returned') return ending;
      const { done, value } = ending.value as IteratorResult<unknown>;
      if (done === true) return await this.#finish(value, host);
      const refusal = await this.#ask(value, host);
      if (refusal === undefined) continue;
      await this.#close(generator, host);
      return refusal;
    }
  }

  /** What a generator returns is awaited, whichever kind it is. */
  #finish(value: unknown, host: AttemptHost): Ending | Promise<Ending> {
    const promise = readPromise(value);
    return promise === undefined ? { kind: 'returned', value } : this.#settle(promise, host);
  }

  /** Asks whether the generator may go on: undefined when it may, else how the attempt ends. */
  async #ask(value: unknown, host: AttemptHost): Promise<Ending | undefined> {
    try {
      return (await host.passYield(value)) ? undefined : { kind: 'stopped' };
    } catch (error) {
      return { kind: 'broken', error };
    }
  }

  /** Lets the generator's `finally` blocks run, those that yield too; what they throw cannot undo the safe point that was passed. */
  async #close(generator: StepGenerator, host: AttemptHost): Promise<void> {
    try {
      let ending = await this.#take(() => generator.return(undefined), host);
      while (ending.kind === 'returned') {
        const { done, value } = ending.value as IteratorResult<unknown>;
        if (done === true || !(await host.passClosingYield(value))) return;
        ending = await this.#take(() => generator.next(), host);
      }
      if (ending.kind === 'threw') host.tellLate(ending.error);
    } catch (error) {
      host.tellLate(error);
    }
  }

  #take(advance: () => unknown, host: AttemptHost): Ending | Promise<Ending> {
    try {
      return this.#finish(advance(), host);
    } catch (error) {
      return describeThrown(error);
    }
  }

  #settle(promise: Promise<unknown>, host: AttemptHost): Promise<Ending> {
    return new Promise((resolve) => {
      this.#cutOff = () => {
        this.#isAbandoned = true;
        resolve({ kind: 'abandoned' });
      };
      promise.then(
        (value) => this.#settleAs({ kind: 'returned', value }, resolve, host),
        (error: unknown) => this.#settleAs({ kind: 'threw', error }, resolve, host),
      );
    });
  }

  #settleAs(ending: Ending, resolve: (ending: Ending) => void, host: AttemptHost): void {
    this.#cutOff = undefined;
    if (this.#isAbandoned) host.tellLate(ending.kind === 'threw' ? ending.error : undefined);
    else resolve(ending);
  }
}

function describeThrown(error: unknown): Ending {
  return { kind: 'threw', error };
}

function describeAbort(code: AbortCode): AbortReason {
  const reasons: Record<AbortCode, string> = {
    cancelled: 'The execution was cancelled.',
    'safe-window': "The invocation's safe window has begun.",
    timeout: "The step's timeoutMs has passed.",
  };
  return Object.assign(new Error(reasons[code]), { name: 'AbortError', code });
}

/** A generator or async generator, as a step returns it. */
export interface StepGenerator {
  next(): unknown;
  return(value: unknown): unknown;
}

/** Says whether a step gave back a generator (also one that a compiler made out of an older target). */
export function isGenerator(value: unknown): value is StepGenerator {
  if (typeof value !== 'object' || value === null) return false;
  const { next, return: end } = value as Partial<StepGenerator>;
  return (
    typeof next === 'function' &&
    typeof end === 'function' &&
    (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

/**
 * What `await` would wait for; undefined when the value is there already. A thenable may be a function too. Its `then` is read once
 * and called once, and only the first that it answers counts.
 */
export function readPromise(value: unknown): Promise<unknown> | undefined {
  if (value instanceof Promise) return value;
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const { then } = value as { readonly then?: unknown };
  return typeof then === 'function'
    ? new Promise((resolve, reject) => then.call(value, resolve, reject))
    : undefined;
}
