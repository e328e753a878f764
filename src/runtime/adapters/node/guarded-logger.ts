import { describeError } from '../../core/record/describe-error';
import { describeFields, describeMessage, headFields } from '../../core/record/log-fields';
import type { Logger } from '../../ports';

type Level = keyof Logger;
type Log = (...args: unknown[]) => unknown;

/** The names that pino and bunyan write of their own. */
const fieldsFirstHeadFields = [...headFields, 'time', 'msg', 'name', 'hostname', 'pid', 'v'];

/** Loggers whose failure has been told. */
const reported = new WeakSet<object>();

/**
 * Stands before a logger of the user's: whatever that one does, nobody notices but the log. It gets plain data of bounded size.
 * Lines that it does not take go to the fallback, and so does, once, what it threw.
 */
export class GuardedLogger implements Logger {
  readonly #logger: Logger;
  readonly #fallback: Logger;

  /** @param fallback - one that cannot fail. */
  constructor(logger: Logger, fallback: Logger) {
    this.#logger = logger;
    this.#fallback = fallback;
  }

  debug(message: string, fields?: object): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields?: object): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields?: object): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields?: object): void {
    this.#log('error', message, fields);
  }

  #log(level: Level, message: string, fields: object | undefined): void {
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

function callLogger(logger: Logger, level: Level, message: string, fields: object | undefined): unknown {
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
