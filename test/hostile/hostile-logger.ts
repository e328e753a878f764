import type { Logger } from '../../src';
import { readFrame } from './hostile-call';

const ofRecords: ReadonlySet<unknown> = new Set(['record.done', 'record.failed', 'record.handed-back']);

/** Keeps what is logged about the records of a batch, hides that and what duplicates log, and hands on the rest. */
export class HostileLogger implements Logger {
  readonly #own: Logger | undefined;

  constructor(own?: Logger) {
    this.#own = own;
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

  #keep(level: 'debug' | 'error' | 'info' | 'warn', message: string, fields: object = {}): void {
    const call = readFrame()?.call;
    const isOfRecord = call !== undefined && ofRecords.has((fields as { event?: unknown }).event);
    if (isOfRecord) call.recordLines.push({ level, message, fields: { ...fields } });
    else if (call?.isSilent !== true) this.#own?.[level](message, fields);
  }
}
