import type { Logger } from './ports';

/** Adds the same fields to every line of another logger; a line's own fields cannot replace them. */
export class ContextLogger implements Logger {
  readonly #logger: Logger;
  readonly #fields: object;

  constructor(logger: Logger, fields: object) {
    this.#logger = logger;
    this.#fields = fields;
  }

  debug(message: string, fields?: object): void {
    this.#logger.debug(message, { ...this.#fields, ...fields, ...this.#fields });
  }

  info(message: string, fields?: object): void {
    this.#logger.info(message, { ...this.#fields, ...fields, ...this.#fields });
  }

  warn(message: string, fields?: object): void {
    this.#logger.warn(message, { ...this.#fields, ...fields, ...this.#fields });
  }

  error(message: string, fields?: object): void {
    this.#logger.error(message, { ...this.#fields, ...fields, ...this.#fields });
  }
}
