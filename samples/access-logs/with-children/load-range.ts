import {
  inject,
  LongRunning,
  OnComplete,
  OnStart,
  State,
  Step,
  type StepContext,
  Terminate,
} from 'lambda-baton';
import { LAKE, type Lake } from '../lake';
import { LOG_FILES, type LogFiles } from '../log-files';
import { parseLines } from '../parse-line';
import { splitLines } from '../split-lines';
import { findLineStart, type Range } from './cut-into-ranges';

/** What a range has held. */
export interface RangeTotals {
  readonly rows: number;
  readonly rejects: number;
}

interface RangeInput extends Range {
  readonly chunkBytes: number;
}

/** Loads the lines that begin in a range of a file, chunk by chunk. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class LoadRange {
  /** Where the next chunk begins, in bytes. */
  @State() offset = 0;
  /** Where the first line of the next range begins, in bytes. */
  @State() end = 0;
  /** The begin of a line whose end is in the next chunk. */
  @State() rest = new Uint8Array();
  @State() totals = { rows: 0, rejects: 0 };

  constructor(
    @inject(LOG_FILES) private readonly logs: LogFiles,
    @inject(LAKE) private readonly lake: Lake,
  ) {}

  @OnStart()
  async findBorders(ctx: StepContext<RangeInput>) {
    const { file, from, to } = ctx.input;
    this.offset = await findLineStart(this.logs, file, from, ctx.signal);
    this.end = await findLineStart(this.logs, file, to, ctx.signal);
  }

  @Step({ retry: { maxAttempts: 5, initialDelayMs: 200 } })
  async loadChunk(ctx: StepContext<RangeInput>) {
    const { file, chunkBytes } = ctx.input;
    // A range is read like a file that ends there.
    const range = { key: file.key, bytes: this.end };
    const chunk = await this.logs.read(range, this.offset, chunkBytes, ctx.signal);
    const { lines, rest } = splitLines(this.rest, chunk.bytes, chunk.end === this.end);
    const { rows, rejects } = parseLines(lines);
    await this.lake.write({ file: file.key, offset: this.offset, rows, rejects }, ctx.signal);
    this.totals.rows += rows.length;
    this.totals.rejects += rejects.length;
    [this.offset, this.rest] = [chunk.end, rest];
    ctx.progress(chunk.end, this.end, file.key);
  }

  /** From the begin on where no line begins in the range. */
  @Terminate()
  isDone() {
    return this.offset >= this.end;
  }

  @OnComplete()
  report(): RangeTotals {
    return this.totals;
  }
}
