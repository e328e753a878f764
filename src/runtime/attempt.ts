import type { AbortCode } from './core/abort-code';
import { isGenerator, isThenable, type StepGenerator } from './returned-value';

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
export interface AbortReason extends Error {
  readonly code: AbortCode;
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
  readonly #onLate: (error: unknown) => void;

  constructor(onLate: (error: unknown) => void) {
    this.#onLate = onLate;
  }

  /** Made when first asked for: most steps never look at it. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
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

  get isAbandoned(): boolean {
    return this.#isAbandoned;
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

  /**
   * Calls the method and waits for what it gives back, driving it when it is a generator.
   * `onYield` is called at every `yield`; `false` ends the generator there.
   */
  async run(call: () => unknown, onYield: () => Promise<boolean> | boolean): Promise<Ending> {
    try {
      const value = call();
      if (isGenerator(value)) return await this.#drive(value, onYield);
      return isThenable(value) ? await this.#settle(value) : { kind: 'returned', value };
    } catch (error) {
      return { kind: 'threw', error };
    }
  }

  async #drive(generator: StepGenerator, onYield: () => Promise<boolean> | boolean): Promise<Ending> {
    for (;;) {
      const ending = await this.#take(() => generator.next());
      if (ending.kind !== 'returned') return ending;
      const { done, value } = ending.value as IteratorResult<unknown>;
      if (done === true) return { kind: 'returned', value };
      const refusal = await this.#ask(onYield);
      if (refusal === undefined) continue;
      await this.#close(generator);
      return refusal;
    }
  }

  /** Asks whether the generator may go on: undefined when it may, else how the attempt ends. */
  async #ask(onYield: () => Promise<boolean> | boolean): Promise<Ending | undefined> {
    try {
      return (await onYield()) ? undefined : { kind: 'stopped' };
    } catch (error) {
      return { kind: 'broken', error };
    }
  }

  /** Lets the generator's `finally` blocks run; what they throw cannot undo the safe point that was passed. */
  async #close(generator: StepGenerator): Promise<void> {
    const ending = await this.#take(() => generator.return(undefined));
    if (ending.kind === 'threw') this.#onLate(ending.error);
  }

  async #take(advance: () => unknown): Promise<Ending> {
    try {
      const value = advance();
      return isThenable(value) ? await this.#settle(value) : { kind: 'returned', value };
    } catch (error) {
      return { kind: 'threw', error };
    }
  }

  #settle(promise: PromiseLike<unknown>): Promise<Ending> {
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

function describeAbort(code: AbortCode): AbortReason {
  const reasons: Record<AbortCode, string> = {
    cancelled: 'The execution was cancelled.',
    'safe-window': "The invocation's safe window has begun.",
    timeout: "The step's timeoutMs has passed.",
  };
  return Object.assign(new Error(reasons[code]), { name: 'AbortError', code });
}
