import type { Logger } from '../../src';
import { LevelLogger, type LogLevel } from '../../src/runtime/adapters/node/loggers';
import { readFrame } from './hostile-call';

const ofRecords: ReadonlySet<unknown> = new Set(['record.done', 'record.failed', 'record.handed-back']);

/** Keeps what is logged about the records of a batch, hides that and what duplicates log, and hands on the rest. */
export class HostileLogger extends LevelLogger {
  readonly #own: Logger | undefined;

  constructor(own?: Logger) {
    super();
    this.#own = own;
  }

  protected override log(level: LogLevel, message: string, fields: object = {}): void {
    const call = readFrame()?.call;
    const isOfRecord = call !== undefined && ofRecords.has((fields as { event?: unknown }).event);
    if (isOfRecord) call.recordLines.push({ level, message, fields: { ...fields } });
    else if (call?.isSilent !== true) this.#own?.[level](message, fields);
  }
}
