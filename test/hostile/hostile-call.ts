import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '../../src/runtime/ports';
import type { LogLine } from '../../src/testing';

/** One call of a job's real handler, behind what a test takes for a call. */
export class HostileCall {
  /** The context it is called with: its time is up when the call is draining, whatever the clock says. */
  readonly context: Context;
  isDraining = false;
  /** The continuation of a hand-off that a test is not to see. */
  continuation: string | undefined;
  /** What was logged about the record of the batch. */
  readonly recordLines: LogLine[] = [];
  /** Whether a test is not to see what is logged: of a duplicate. */
  readonly isSilent: boolean;
  /** Resolves when the job is made: its execution has been claimed. */
  readonly claimed: Promise<void>;
  claim: () => void = () => {};
  readonly #safeMs: number;
  readonly #readRemaining: () => number;

  constructor({
    context,
    safeMs = 0,
    isSilent = false,
  }: { context: Context; safeMs?: number; isSilent?: boolean }) {
    this.#safeMs = safeMs;
    this.#readRemaining = () => context.getRemainingTimeInMillis();
    this.isSilent = isSilent;
    this.claimed = new Promise((resolve) => {
      this.claim = resolve;
    });
    this.context = { ...context, getRemainingTimeInMillis: () => this.#remainingMs() };
  }

  /** Whether it hands over although there is time left. */
  get isForced(): boolean {
    return this.isDraining && this.#readRemaining() > this.#safeMs;
  }

  #remainingMs(): number {
    return this.isDraining ? Math.min(this.#safeMs, this.#readRemaining()) : this.#readRemaining();
  }
}

/** Where code runs: in which call, and whether the runtime has called a step there. */
export interface Frame {
  readonly call: HostileCall;
  readonly isInStep: boolean;
}

const frames = new AsyncLocalStorage<Frame>();

/** Where the running code belongs; undefined in a test's own. */
export function readFrame(): Frame | undefined {
  return frames.getStore();
}

/** Runs code, and everything that it starts, as part of a call. */
export function runInFrame<Value>(frame: Frame, act: () => Value): Value {
  return frames.run(frame, act);
}
