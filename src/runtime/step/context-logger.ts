import { readFields, renameFields, reservedFields } from '../core/record/log-fields';
import type { Logger } from '../ports';

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
