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

/** Who is asked when a generator has come to a `yield`, with what it gave. */
export interface GeneratorHost {
  /** Whether it may go on; else its `finally` blocks are run, and the attempt has ended. */
  passYield(value: unknown): Promise<boolean> | boolean;
  /** Whether a `finally` block of a generator that was ended may go on after a `yield` of its own. */
  passClosingYield(value: unknown): Promise<boolean>;
}

/**
 * One call of one method of the user's: watched, stopped when asked, and cut loose when it does not stop.
 * What a cut-off attempt does later is reported once to `onLate` and changes nothing.
 */
export class Attempt {
  #abort: AbortController | undefined;
  #abortCode: AbortCode | undefined;
  #cutOff: (() => void) | undefined;
  #isAbandoned = false;
  #isOver = false;
  #wasTold = false;
  readonly #onLate: (error: unknown) => void;

  constructor(onLate: (error: unknown) => void) {
    this.#onLate = onLate;
  }

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
  run(call: () => unknown, host: GeneratorHost): Ending | Promise<Ending> {
    const ending = this.#start(call, host);
    if (ending instanceof Promise) return ending.then((later) => this.#noteEnd(later));
    return this.#noteEnd(ending);
  }

  #start(call: () => unknown, host: GeneratorHost): Ending | Promise<Ending> {
    try {
      const value = call();
      if (isGenerator(value)) return this.#drive(value, host).catch(describeThrown);
      return this.#finish(value);
    } catch (error) {
      return describeThrown(error);
    }
  }

  #noteEnd(ending: Ending): Ending {
    this.#isOver = true;
    return ending;
  }

  async #drive(generator: StepGenerator, host: GeneratorHost): Promise<Ending> {
    for (;;) {
      const ending = await this.#take(() => generator.next());
      if (ending.kind !== 'returned') return ending;
      const { done, value } = ending.value as IteratorResult<unknown>;
      if (done === true) return await this.#finish(value);
      const refusal = await this.#ask(value, host);
      if (refusal === undefined) continue;
      await this.#close(generator, host);
      return refusal;
    }
  }

  /** What a generator returns is awaited, whichever kind it is. */
  #finish(value: unknown): Ending | Promise<Ending> {
    const promise = readPromise(value);
    return promise === undefined ? { kind: 'returned', value } : this.#settle(promise);
  }

  /** Asks whether the generator may go on: undefined when it may, else how the attempt ends. */
  async #ask(value: unknown, host: GeneratorHost): Promise<Ending | undefined> {
    try {
      return (await host.passYield(value)) ? undefined : { kind: 'stopped' };
    } catch (error) {
      return { kind: 'broken', error };
    }
  }

  /** Lets the generator's `finally` blocks run, those that yield too; what they throw cannot undo the safe point that was passed. */
  async #close(generator: StepGenerator, host: GeneratorHost): Promise<void> {
    try {
      let ending = await this.#take(() => generator.return(undefined));
      while (ending.kind === 'returned') {
        const { done, value } = ending.value as IteratorResult<unknown>;
        if (done === true || !(await host.passClosingYield(value))) return;
        ending = await this.#take(() => generator.next());
      }
      if (ending.kind === 'threw') this.#onLate(ending.error);
    } catch (error) {
      this.#onLate(error);
    }
  }

  #take(advance: () => unknown): Ending | Promise<Ending> {
    try {
      return this.#finish(advance());
    } catch (error) {
      return describeThrown(error);
    }
  }

  #settle(promise: Promise<unknown>): Promise<Ending> {
    return new Promise((resolve) => {
      this.#cutOff = () => {
        this.#isAbandoned = true;
        resolve({ kind: 'abandoned' });
      };
      promise.then(
        (value) => this.#end(resolve, { kind: 'returned', value }),
        (error: unknown) => this.#end(resolve, { kind: 'threw', error }),
      );
    });
  }

  #end(resolve: (ending: Ending) => void, ending: Ending): void {
    this.#cutOff = undefined;
    if (this.#isAbandoned) this.#onLate(ending.kind === 'threw' ? ending.error : undefined);
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
