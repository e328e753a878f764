import type { Timer } from '../ports';
import type { Attempt } from './attempt';

/** Ends an attempt that runs longer than its step's `timeoutMs`: its signal aborts, and nobody waits for it any more. */
export class StepTimer {
  #cancel: (() => void) | undefined;
  #hasFired = false;
  readonly #timer: Timer;
  readonly #timeoutMs: number;
  readonly #attempt: Attempt;

  constructor(timer: Timer, timeoutMs: number, attempt: Attempt) {
    this.#timer = timer;
    this.#timeoutMs = timeoutMs;
    this.#attempt = attempt;
  }

  get hasFired(): boolean {
    return this.#hasFired;
  }

  /** Starts, or starts again at a safe point inside the attempt. */
  start(): void {
    this.stop();
    this.#cancel = this.#timer.once(this.#timeoutMs, () => {
      this.#hasFired = true;
      this.#attempt.abort('timeout');
      this.#attempt.abandon();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
