import type { Clock, Logger } from '../runtime/ports';
import { readFrame } from './life';
import type { LogLine } from './memory-logger';
import type { RunLogLine } from './run-records';
import { VirtualInvocation } from './virtual-invocation';

/** Keeps the lines of a run, by invocation too, and hands them on to the logger that a test provides. The dead log nothing. */
export class RunLogger implements Logger {
  readonly #lines: RunLogLine[];
  readonly #clock: Clock;
  readonly #provided: Logger | undefined;

  constructor(lines: RunLogLine[], clock: Clock, provided: Logger | undefined) {
    this.#lines = lines;
    this.#clock = clock;
    this.#provided = provided;
  }

  debug(message: string, fields?: object): void {
    this.#keep('debug', message, fields);
  }

  info(message: string, fields?: object): void {
    this.#keep('info', message, fields);
  }

  warn(message: string, fields?: object): void {
    this.#keep('warn', message, fields);
  }

  error(message: string, fields?: object): void {
    this.#keep('error', message, fields);
  }

  #keep(level: LogLine['level'], message: string, fields: object = {}): void {
    const life = readFrame()?.life;
    if (life?.isOver === true) return;
    const invocation = life instanceof VirtualInvocation ? life : undefined;
    const line = {
      level,
      message,
      fields: { ...fields },
      atMs: this.#clock.now(),
      call: invocation?.call ?? 0,
    };
    this.#lines.push(line);
    invocation?.lines.push(line);
    this.#provided?.[level](message, fields);
  }
}
