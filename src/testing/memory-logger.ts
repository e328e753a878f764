import type { Clock, Logger } from '../runtime/ports';
import { readFrame } from './life';

/** One line as it was logged. */
export interface LogLine {
  /** How much it matters. */
  readonly level: 'debug' | 'error' | 'info' | 'warn';
  /** The text. */
  readonly message: string;
  /** What was said beside the text. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** When, in epoch milliseconds; only where the logger was given a clock. */
  readonly atMs?: number;
}

/** A {@link Logger} that keeps its lines. */
export class MemoryLogger implements Logger {
  /** Every line, in order. */
  readonly lines: LogLine[] = [];
  readonly #clock: Clock | undefined;

  /** @param clock - tells when each line was logged. @defaultValue none */
  constructor(clock?: Clock) {
    this.#clock = clock;
  }

  debug(message: string, fields: object = {}): void {
    this.#keep('debug', message, fields);
  }

  info(message: string, fields: object = {}): void {
    this.#keep('info', message, fields);
  }

  warn(message: string, fields: object = {}): void {
    this.#keep('warn', message, fields);
  }

  error(message: string, fields: object = {}): void {
    this.#keep('error', message, fields);
  }

  /** The lines with this message. */
  find(message: string): LogLine[] {
    return this.lines.filter((line) => line.message === message);
  }

  #keep(level: LogLine['level'], message: string, fields: object): void {
    if (readFrame()?.life.isOver === true) return;
    const atMs = this.#clock?.now();
    this.lines.push({ level, message, fields: { ...fields }, ...(atMs === undefined ? {} : { atMs }) });
  }
}
