import { describeFields, describeMessage } from '../../core/record/log-fields';
import type { Logger } from '../../ports';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** A log level, from the most to the least talkative. */
export type LogLevel = (typeof levels)[number];

/** The default logger: one line of JSON per message, on standard output, where CloudWatch collects it. */
export class JsonLogger implements Logger {
  readonly #threshold: number;
  readonly #write: (line: string) => void;

  /** @param level - what is less important is not written. @defaultValue `info` */
  constructor(
    level: LogLevel = 'info',
    write: (line: string) => void = (line) => process.stdout.write(line),
  ) {
    this.#threshold = levels.indexOf(level);
    this.#write = write;
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

  #log(level: LogLevel, message: string, fields?: object): void {
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
