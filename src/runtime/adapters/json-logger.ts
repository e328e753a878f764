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
    this.#write(`${writeLine({ level: level.toUpperCase(), message, timestamp: new Date().toISOString() }, fields)}\n`);
  }
}

/** Reads a level's name, as the environment gives it. */
export function isLogLevel(level: string): level is LogLevel {
  return levels.includes(level as LogLevel);
}

function writeLine(head: object, fields: object | undefined): string {
  try {
    return JSON.stringify({ ...head, ...fields }, describeValue);
  } catch {
    return JSON.stringify({ ...head, ...keepWritable(fields) });
  }
}

function describeValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? describeError(value) : value;
}

/** The fields without what JSON cannot write, so that the rest of the line is not lost. */
function keepWritable(fields: object | undefined): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name in fields) {
    try {
      kept[name] = JSON.parse(JSON.stringify((fields as Record<string, unknown>)[name], describeValue) ?? 'null');
    } catch {
      kept[name] = '[cannot be written as JSON]';
    }
  }
  return kept;
}
