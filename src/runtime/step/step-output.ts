import type { ReportedProgress } from '../core/execution/trail';
import { readFields, renameFields, reservedFields } from '../core/record/log-fields';
import type { Emitter } from '../observe/emitter';
import type { Clock, Logger } from '../ports';

/** Adds the same fields to every line of another logger; a line's own fields of these names are kept under another one. */
export class ContextLogger implements Logger {
  readonly #logger: Logger;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #reserved: readonly string[];

  /** @param reserved - further names that a line's own fields cannot have. @defaultValue none */
  constructor(logger: Logger, fields: Readonly<Record<string, unknown>>, reserved: readonly string[] = []) {
    this.#logger = logger;
    this.#fields = fields;
    this.#reserved = reserved;
  }

  /** A logger for the user's code: no field of a line replaces one of the logger's, of the runtime's, or of these. */
  static forUsers(logger: Logger, fields: Readonly<Record<string, unknown>> = {}): ContextLogger {
    return new ContextLogger(logger, fields, reservedFields);
  }

  debug(message: string, fields?: object): void {
    this.#logger.debug(message, this.#addTo(fields));
  }

  info(message: string, fields?: object): void {
    this.#logger.info(message, this.#addTo(fields));
  }

  warn(message: string, fields?: object): void {
    this.#logger.warn(message, this.#addTo(fields));
  }

  error(message: string, fields?: object): void {
    this.#logger.error(message, this.#addTo(fields));
  }

  #addTo(given: object | undefined): object {
    const own = readFields(given);
    for (const name of Object.keys(this.#fields)) if (own[name] === this.#fields[name]) delete own[name];
    const isReserved = (name: string) => Object.hasOwn(this.#fields, name) || this.#reserved.includes(name);
    return { ...this.#fields, ...renameFields(own, isReserved) };
  }
}

/** What is kept of a note, in characters: it is written with every checkpoint. */
const maxNote = 200;

type Reported = Pick<ReportedProgress, 'done' | 'note' | 'step' | 'total'>;

/**
 * Tells observers of every report, and the log at most once per interval; the last report is never lost. Keeps the last one for records and
 * heartbeats, with how long the work has run since its step began to report.
 */
export class ProgressReport {
  #loggedMs = Number.NEGATIVE_INFINITY;
  #pending: Reported | undefined;
  #last: ReportedProgress | undefined;
  /** Up to when the running time of the last report is counted. */
  #countedMs: number;
  readonly #emitter: Emitter;
  readonly #clock: Required<Clock>;
  readonly #intervalMs: number;

  /** @param before - the last report of the invocations before this one. */
  constructor(
    emitter: Emitter,
    clock: Required<Clock>,
    intervalMs: number,
    before: ReportedProgress | undefined,
  ) {
    this.#emitter = emitter;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#last = before;
    this.#countedMs = clock.elapsedMs();
  }

  /** What was reported last, if anything, with the running time up to now. */
  get last(): ReportedProgress | undefined {
    return this.#last && { ...this.#last, sinceMs: this.#readSinceMs(this.#last) };
  }

  report(step: string, done: number, total?: number, note?: string): void {
    const report = {
      step,
      done,
      ...(total === undefined ? {} : { total }),
      ...(note === undefined ? {} : { note }),
    };
    this.#pending = report;
    this.#keep(report);
    this.#emitter.emitUnlogged('progress', report);
    if (this.#clock.elapsedMs() - this.#loggedMs >= this.#intervalMs) this.flush();
  }

  /** Logs the report that was held back, if there is one. */
  flush(): void {
    if (this.#pending === undefined) return;
    this.#emitter.log('progress', this.#pending);
    this.#pending = undefined;
    this.#loggedMs = this.#clock.elapsedMs();
  }

  /** What is no number is not kept: a record has no room for it. */
  #keep({ step, done, total, note }: Reported): void {
    if (!Number.isFinite(done)) return;
    const last = this.#last;
    const isSame = last?.step === step && last.total === total && last.done <= done;
    const ranMs = isSame ? last.ranMs + this.#readSinceMs(last) : 0;
    this.#countedMs = this.#clock.elapsedMs();
    this.#last = {
      step,
      done,
      ...(Number.isFinite(total) && { total: total as number }),
      ...(typeof note === 'string' && { note: note.slice(0, maxNote) }),
      atMs: this.#clock.now(),
      from: isSame ? last.from : done,
      ranMs,
      sinceMs: 0,
    };
  }

  #readSinceMs({ sinceMs }: ReportedProgress): number {
    return sinceMs + Math.max(0, Math.round(this.#clock.elapsedMs() - this.#countedMs));
  }
}
