import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where work is written down, with when it began and ended. */
export interface Ledger {
  /** Works for a while. Working again on the same is harmless. */
  work(group: string, executionId: string, what: string): Promise<void>;
}

/** The token of the {@link Ledger}. */
export const LEDGER = Symbol('LEDGER');

/** A line when something begins, and one when it ends. */
export class FileLedger implements Ledger {
  constructor(
    private readonly path: string,
    private readonly workMs: number,
  ) {}

  static fromEnvironment({ LEDGER_PATH = '', WORK_MS = '200' } = process.env): FileLedger {
    return new FileLedger(LEDGER_PATH, Number(WORK_MS));
  }

  async work(group: string, executionId: string, what: string) {
    const write = (kind: string) =>
      appendFile(this.path, `${JSON.stringify({ kind, group, executionId, what, atMs: Date.now() })}\n`);
    await write('begin');
    await sleep(this.workMs);
    await write('end');
  }
}
