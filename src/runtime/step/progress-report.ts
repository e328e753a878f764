import type { Clock, Logger } from '../ports';

/** Logs progress at most once per interval, and never loses the last report. */
export class ProgressReport {
  #lastMs = Number.NEGATIVE_INFINITY;
  #pending: object | undefined;
  #last: object | undefined;
  readonly #logger: Logger;
  readonly #clock: Required<Clock>;
  readonly #intervalMs: number;

  constructor(logger: Logger, clock: Required<Clock>, intervalMs: number) {
    this.#logger = logger;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** What was reported last, if anything. */
  get last(): object | undefined {
    return this.#last;
  }

  report(step: string, done: number, total?: number, note?: string): void {
    this.#pending = {
      step,
      done,
      ...(total === undefined ? {} : { total }),
      ...(note === undefined ? {} : { note }),
    };
    this.#last = this.#pending;
    if (this.#clock.elapsedMs() - this.#lastMs >= this.#intervalMs) this.flush();
  }

  /** Logs the report that was held back, if there is one. */
  flush(): void {
    if (this.#pending === undefined) return;
    this.#logger.info('progress', this.#pending);
    this.#pending = undefined;
    this.#lastMs = this.#clock.elapsedMs();
  }
}
