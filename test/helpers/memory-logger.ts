import type { Logger } from '../../src';

/** One line as it was logged. */
export interface LogLine {
  readonly level: 'debug' | 'error' | 'info' | 'warn';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines. */
export class MemoryLogger implements Logger {
  readonly lines: LogLine[] = [];

  debug(message: string, fields: object = {}): void {
    this.lines.push({ level: 'debug', message, fields: { ...fields } });
  }

  info(message: string, fields: object = {}): void {
    this.lines.push({ level: 'info', message, fields: { ...fields } });
  }

  warn(message: string, fields: object = {}): void {
    this.lines.push({ level: 'warn', message, fields: { ...fields } });
  }

  error(message: string, fields: object = {}): void {
    this.lines.push({ level: 'error', message, fields: { ...fields } });
  }

  /** The lines with this message. */
  find(message: string): LogLine[] {
    return this.lines.filter((line) => line.message === message);
  }
}
