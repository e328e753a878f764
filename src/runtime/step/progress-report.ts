import type { Emitter } from '../observe/emitter';
import type { Progress, Told } from '../observe/runtime-event';
import type { Clock } from '../ports';

/** How far the work is, as a step says it. */
export type ReportedProgress = Omit<Progress, keyof Told<'progress'>>;

/** Tells observers of every report, and the log at most once per interval; the last report is never lost. */
export class ProgressReport {
  #lastMs = Number.NEGATIVE_INFINITY;
  #pending: ReportedProgress | undefined;
  #last: ReportedProgress | undefined;
  readonly #emitter: Emitter;
  readonly #clock: Required<Clock>;
  readonly #intervalMs: number;

  constructor(emitter: Emitter, clock: Required<Clock>, intervalMs: number) {
    this.#emitter = emitter;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** What was reported last, if anything. */
  get last(): ReportedProgress | undefined {
    return this.#last;
  }

  report(step: string, done: number, total?: number, note?: string): void {
    const report = {
      step,
      done,
      ...(total === undefined ? {} : { total }),
      ...(note === undefined ? {} : { note }),
    };
    this.#pending = report;
    this.#last = report;
    this.#emitter.emitUnlogged('progress', report);
    if (this.#clock.elapsedMs() - this.#lastMs >= this.#intervalMs) this.flush();
  }

  /** Logs the report that was held back, if there is one. */
  flush(): void {
    if (this.#pending === undefined) return;
    this.#emitter.log('progress', this.#pending);
    this.#pending = undefined;
    this.#lastMs = this.#clock.elapsedMs();
  }
}
