import { describeError } from '../../core/record/describe-error';
import { describeFields, describeMessage, headFields } from '../../core/record/log-fields';
import type { Logger } from '../../ports';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** A log level, from the most to the least talkative. */
export type LogLevel = (typeof levels)[number];

/** The four methods of a logger, which differ in their level only. */
export abstract class LevelLogger implements Logger {
  debug(message: string, fields?: object): void {
    this.log('debug', message, fields);
  }

  info(message: string, fields?: object): void {
    this.log('info', message, fields);
  }

  warn(message: string, fields?: object): void {
    this.log('warn', message, fields);
  }

  error(message: string, fields?: object): void {
    this.log('error', message, fields);
  }

  protected abstract log(level: LogLevel, message: string, fields: object | undefined): void;
}

/** The default logger: one line of JSON per message, on standard output, where CloudWatch collects it. */
export class JsonLogger extends LevelLogger {
  readonly #threshold: number;
  readonly #write: (line: string) => void;

  /** @param level - what is less important is not written. @defaultValue `info` */
  constructor(
    level: LogLevel = 'info',
    write: (line: string) => void = (line) => process.stdout.write(line),
  ) {
    super();
    this.#threshold = levels.indexOf(level);
    this.#write = write;
  }

  protected override log(level: LogLevel, message: string, fields: object | undefined): void {
    if (levels.indexOf(level) < this.#threshold) return;
    const head = {
      level: level.toUpperCase(),
      message: describeMessage(message),
      timestamp: new Date().toISOString(),
    };
    try {
      this.#write(`${writeLine({ ...head, ...describeFields(fields) })}\n`);
    } catch {
      // Where standard output is gone there is nobody to tell, and the work that was logged about goes on.
    }
  }
}

/** Reads a level's name, as the environment gives it. */
export function isLogLevel(level: string): level is LogLevel {
  return levels.includes(level as LogLevel);
}

/** Control characters that JSON leaves as they are, and those that turn the direction of writing: a line shows what it holds. */
const unescaped = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Writes JSON on one line, without anything that a terminal obeys. */
function writeLine(line: object): string {
  return JSON.stringify(line).replace(
    unescaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

type Log = (...args: unknown[]) => unknown;

/** The names that pino and bunyan write of their own. */
const fieldsFirstHeadFields = [...headFields, 'time', 'msg', 'name', 'hostname', 'pid', 'v'];

/** Loggers whose failure has been told. */
const reported = new WeakSet<object>();

/**
 * Stands before a logger of the user's: whatever that one does, nobody notices but the log. It gets plain data of bounded size.
 * Lines that it does not take go to the fallback, and so does, once, what it threw.
 */
export class GuardedLogger extends LevelLogger {
  readonly #logger: Logger;
  readonly #fallback: Logger;

  /** @param fallback - one that cannot fail. */
  constructor(logger: Logger, fallback: Logger) {
    super();
    this.#logger = logger;
    this.#fallback = fallback;
  }

  protected override log(level: LogLevel, message: string, fields: object | undefined): void {
    try {
      const answer = callLogger(this.#logger, level, message, fields);
      if (isThenable(answer)) Promise.resolve(answer).catch((error: unknown) => this.#report(error));
    } catch (error) {
      this.#report(error);
      this.#fallback[level](message, fields);
    }
  }

  #report(error: unknown): void {
    if (reported.has(this.#logger)) return;
    reported.add(this.#logger);
    this.#fallback.warn('logger failed: what it does not take is written here', {
      error: describeError(error),
    });
  }
}

function callLogger(logger: Logger, level: LogLevel, message: string, fields: object | undefined): unknown {
  const log = logger[level] as Log;
  const text = typeof message === 'string' ? message : describeMessage(message);
  if (isFieldsFirst(logger)) return log.call(logger, describeFields(fields, fieldsFirstHeadFields), text);
  return fields === undefined ? log.call(logger, text) : log.call(logger, text, describeFields(fields));
}

/** Whether it is pino or bunyan, which take the fields before the message. */
function isFieldsFirst(logger: object): boolean {
  const { bindings, levelVal, addStream, addSerializers } = logger as Record<string, unknown>;
  const isPino = typeof bindings === 'function' && typeof levelVal === 'number';
  return isPino || (typeof addStream === 'function' && typeof addSerializers === 'function');
}

function isThenable(answer: unknown): boolean {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === 'function';
}
