import { describeError } from '../core/describe-error';
import type { Logger } from '../ports';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** A log level, from the most to the least talkative. */
export type LogLevel = (typeof levels)[number];

/** The default logger: one line of JSON per message, on standard output, where CloudWatch collects it. */
export class JsonLogger implements Logger {
  readonly #threshold: number;
  readonly #write: (line: string) => void;

  /** @param level - what is less important is not written. @defaultValue `info` */
  constructor(level: LogLevel = 'info', write: (line: string) => void = (line) => process.stdout.write(line)) {
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
    const line = { level: level.toUpperCase(), message, timestamp: new Date().toISOString(), ...fields };
    this.#write(`${stringify(line)}\n`);
  }
}

/** Reads a level's name, as the environment gives it. */
export function isLogLevel(level: string): level is LogLevel {
  return levels.includes(level as LogLevel);
}

function stringify(line: object): string {
  try {
    return JSON.stringify(line, (_key, value) => {
      if (typeof value === 'bigint') return String(value);
      return value instanceof Error ? describeError(value) : value;
    });
  } catch {
    return JSON.stringify({ level: 'WARN', message: 'a log line could not be written as JSON' });
  }
}
