import type { ChildCounts } from '../core/execution/among';
import type { Execution } from '../core/execution/execution';
import { type KeyedUnit, writeKey, writePartKey } from '../core/execution/idempotency-key';
import { readLastRun, type UndoneRun } from '../core/execution/undo';
import type { DeepReadonly } from '../core/state/freeze-in-depth';
import type { Logger } from '../ports';
import type { Attempt } from './attempt';
import { ContextLogger } from './step-output';

/** What a step, a hook and the `@Terminate` predicate are called with. */
export interface StepContext<Input = unknown> {
  /** The execution's id: the same in all its invocations. */
  readonly executionId: string;
  /**
   * The start event's input, or what the `input` option made of it, frozen in depth. The methods that would change a Date, Map or Set in it
   * throw a TypeError. Bytes and URLs cannot be frozen: each attempt has its own.
   */
  readonly input: DeepReadonly<Input>;
  /** Number of this Lambda call within the execution, from 1. */
  readonly invocation: number;
  /** Number of the pass through the steps, from 1. */
  readonly cycle: number;
  /** Number of this try of the same unit of work, from 1. */
  readonly attempt: number;
  /** The name of the method that is called. */
  readonly step: string;
  /**
   * The same for every re-run of the same unit of work (another attempt, another invocation), different for any other.
   * Give it to whatever the step writes to, so that a repetition can be recognised. Moves on with every `yield`. One key is for one
   * write: for one of several see `keyFor`. `@Terminate` and every hook have keys of their own.
   */
  readonly idempotencyKey: string;
  /** Why this step runs, when it follows a pause, until its safe point; else undefined. */
  readonly woken: Woken | undefined;
  /** How the children that it started last have ended so far; undefined when it has started none. */
  readonly children: ChildrenCounts | undefined;
  /** Aborts at the safe window, at cancellation, or at the step's own time-out; `signal.reason.code` says which. */
  readonly signal: AbortSignal;
  /** Writes lines that carry the execution's id, invocation and step. */
  readonly logger: Logger;
  /**
   * A key for one of several writes of the same unit of work, the same for every re-run of it: `ctx.keyFor(payment.id)`. What is done
   * in another unit (another step, cycle or stretch between two `yield`s) has another key there: an effect that must happen once in all
   * is keyed by its own id alone.
   *
   * @param part - what tells this write from the others: a text or a finite number. `1` and `'1'` are two parts.
   * @throws InvalidKeyError when it is anything else, which would give several writes one key.
   */
  keyFor(part: string | number): string;
  /**
   * A text for a callback from another system: whoever gives it to `BatonClient.signal({ token, payload })`, or sends it to the function,
   * sends this execution a signal of that name, once. The same for every re-run of the unit of work; each further call in it gives
   * another one. Needs a checkpoint store.
   *
   * @throws InvalidDirectiveError when the name is none, or there is no store.
   */
  signalToken(name: string): string;
  /** Which run of which step is to be undone; undefined in a method that compensates nothing. */
  readonly undo: UndoneRun | undefined;
  /** Milliseconds until Lambda kills this invocation. Not the time until the safe window: see `shouldYield`. */
  remainingMs(): number;
  /** Says whether to stop at the next good place: the safe window has begun, or the signal has aborted. */
  shouldYield(): boolean;
  /** Reports how far the work is, for logs and `baton dev`. Logged at most once per `intervalMs`, and the last one always. */
  progress(done: number, total?: number, note?: string): void;
}

/** Why a step runs that follows a pause. */
export type Woken =
  /** The wait is over. */
  | { readonly by: 'time' }
  /** A signal has come; its payload is frozen in depth, and undefined when it had none. */
  | { readonly by: 'signal'; readonly name: string; readonly payload: unknown }
  /** No signal has come in time. */
  | { readonly by: 'timeout' }
  /** All children have ended. */
  | ({ readonly by: 'children' } & ChildCounts);

/** How children stand. */
export interface ChildrenCounts extends ChildCounts {
  /** Children that have been started and have not ended. */
  readonly running: number;
}

/** What a context tells of other executions and of signals. */
export interface ContextFacts {
  /** Why the step runs that follows a pause, until its safe point. */
  readWoken(execution: Execution): Woken | undefined;
  /** How its children have ended so far. */
  readChildren(execution: Execution): ChildrenCounts | undefined;
  /** The token of a signal that somebody else sends. */
  writeToken(execution: Execution, name: string, key: string): string;
}

/** What a context needs of the invocation it belongs to. */
export interface ContextHost {
  /** The execution's input, frozen in depth: for one attempt, since not all that a schema makes can be frozen. */
  readInput(): unknown;
  readonly logger: Logger;
  readonly safeMs: number;
  readonly facts: ContextFacts;
  remainingMs(): number;
  progress(step: string, done: number, total?: number, note?: string): void;
}

/** The context of one attempt. Its functions may be taken out of it: `({ shouldYield, input }) => …`. */
export class AttemptContext implements StepContext {
  readonly step: string;
  #tokenCount = 0;
  readonly #host: ContextHost;
  readonly #attempt: Attempt;
  #execution: Execution;
  #input: { readonly value: unknown } | undefined;
  #unit: KeyedUnit;
  #logger: Logger | undefined;

  constructor(host: ContextHost, execution: Execution, step: string, attempt: Attempt, unit: KeyedUnit) {
    this.#host = host;
    this.#execution = execution;
    this.#attempt = attempt;
    this.#unit = unit;
    this.step = step;
  }

  // Each function is made when it is asked for: most steps use none, and all may be taken out of the context.
  get remainingMs(): StepContext['remainingMs'] {
    return () => {
      const remainingMs = this.#host.remainingMs();
      if (remainingMs <= this.#host.safeMs) this.#attempt.noteTold();
      return remainingMs;
    };
  }

  get shouldYield(): StepContext['shouldYield'] {
    return () => {
      const isTold = this.#attempt.isAborted || this.#host.remainingMs() <= this.#host.safeMs;
      if (isTold) this.#attempt.noteTold();
      return isTold;
    };
  }

  get keyFor(): StepContext['keyFor'] {
    return (part) => writePartKey(this.idempotencyKey, part);
  }

  get signalToken(): StepContext['signalToken'] {
    return (name) => {
      this.#tokenCount += 1;
      const key = `${this.idempotencyKey} ${this.#tokenCount}`;
      return this.#host.facts.writeToken(this.#execution, name, key);
    };
  }

  get progress(): StepContext['progress'] {
    return (done, total, note) => {
      if (!this.#attempt.isOver) this.#host.progress(this.step, done, total, note);
    };
  }

  get executionId(): string {
    return this.#execution.executionId;
  }

  get input(): unknown {
    this.#input ??= { value: this.#host.readInput() };
    return this.#input.value;
  }

  get invocation(): number {
    return this.#execution.invocation;
  }

  get cycle(): number {
    return this.#execution.cycle;
  }

  get attempt(): number {
    return this.#execution.attempt;
  }

  get woken(): Woken | undefined {
    return this.#host.facts.readWoken(this.#execution);
  }

  get children(): ChildrenCounts | undefined {
    return this.#host.facts.readChildren(this.#execution);
  }

  get idempotencyKey(): string {
    return writeKey(this.#execution, this.#unit);
  }

  get undo(): UndoneRun | undefined {
    const { phase, undo } = this.#execution;
    return phase === 'compensate' && this.#unit === 'undo' && undo ? readLastRun(undo) : undefined;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }

  get logger(): Logger {
    this.#logger ??= ContextLogger.forUsers(this.#host.logger, { step: this.step });
    return this.#logger;
  }

  /** Follows the execution across a safe point inside the attempt. */
  moveTo(execution: Execution, unit: KeyedUnit): void {
    this.#execution = execution;
    this.#unit = unit;
    this.#tokenCount = 0;
  }
}
