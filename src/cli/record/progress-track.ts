import { type LogEntry, readNumber, readText } from './log-entry';

/** The rate is that of the last so many milliseconds, and unknown before the first so many have passed. */
const windowMs = 10_000;
const leastSpanMs = 500;

/** The last report of progress, and how fast it moves. */
export interface Progress {
  readonly step: string | undefined;
  readonly done: number;
  readonly total: number | undefined;
  readonly note: string | undefined;
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
  private entry: LogEntry | undefined;
  private front = 0;
  private samples: Sample[] = [];

  take(entry: LogEntry, atMs: number): void {
    const done = readNumber(entry, 'done');
    const invocation = readNumber(entry, 'invocation') ?? 0;
    if (done === undefined || invocation < this.front) return;
    this.front = invocation;
    if (this.isFreshStart(entry, done)) this.samples = [];
    this.entry = entry;
    this.samples = [...this.samples.filter((sample) => atMs - sample.atMs <= windowMs), { atMs, done }];
  }

  read(): Progress | undefined {
    const done = this.samples.at(-1)?.done;
    if (this.entry === undefined || done === undefined) return undefined;
    const total = readNumber(this.entry, 'total');
    const rate = this.measureRate();
    const leftMs = total === undefined || total <= done || rate === undefined ? undefined : ((total - done) / rate) * 1_000;
    return { step: readText(this.entry, 'step'), done, total, note: readText(this.entry, 'note'), rate, leftMs };
  }

  private isFreshStart(entry: LogEntry, done: number): boolean {
    const isOther = entry.step !== this.entry?.step || entry.total !== this.entry?.total || entry.executionId !== this.entry?.executionId;
    return isOther || done < (this.samples.at(-1)?.done ?? 0);
  }

  private measureRate(): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < leastSpanMs) return undefined;
    const rate = ((last.done - first.done) * 1_000) / (last.atMs - first.atMs);
    return rate > 0 ? rate : undefined;
  }
}
