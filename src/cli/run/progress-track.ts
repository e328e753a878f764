import type { FactSubject, ProgressReport } from './execution-fact';

/** The rate is that of the last so many milliseconds, and unknown before the first so many have passed. */
const windowMs = 10_000;
const leastSpanMs = 500;

/** The last report of progress, and how fast it moves. */
export interface Progress extends ProgressReport {
  /** Units per second. */
  readonly rate: number | undefined;
  /** Milliseconds until all is done, at that rate. */
  readonly leftMs: number | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly done: number;
}

/** Follows `ctx.progress` across invocations. Of several lines of one execution it follows the one in front. */
export class ProgressTrack {
  #last: { readonly executionId: string; readonly report: ProgressReport } | undefined;
  #front = 0;
  #samples: Sample[] = [];

  take(
    report: ProgressReport,
    { executionId, invocation }: Pick<FactSubject, 'executionId' | 'invocation'>,
    atMs: number,
  ): void {
    if (Number.isNaN(report.done) || invocation < this.#front) return;
    this.#front = invocation;
    if (this.#isFreshStart(report, executionId)) this.#samples = [];
    this.#last = { executionId, report };
    this.#samples = [
      ...this.#samples.filter((sample) => atMs - sample.atMs <= windowMs),
      { atMs, done: report.done },
    ];
  }

  read(): Progress | undefined {
    if (this.#last === undefined) return undefined;
    const { done, total } = this.#last.report;
    const rate = this.#measureRate();
    const leftMs =
      total === undefined || total <= done || rate === undefined
        ? undefined
        : ((total - done) / rate) * 1_000;
    return { ...this.#last.report, rate, leftMs };
  }

  #isFreshStart({ step, total, done }: ProgressReport, executionId: string): boolean {
    if (this.#last === undefined || this.#last.executionId !== executionId) return true;
    const { report } = this.#last;
    return step !== report.step || total !== report.total || done < report.done;
  }

  #measureRate(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < leastSpanMs) return undefined;
    const rate = ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
    return rate > 0 ? rate : undefined;
  }
}
