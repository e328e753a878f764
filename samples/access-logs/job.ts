import {
  createHandler,
  inject,
  LongRunning,
  OnComplete,
  OnStart,
  State,
  Step,
  type StepContext,
  Terminate,
} from 'lambda-baton';
import { LAKE, type Lake, S3Lake } from './lake';
import { LOG_FILES, type LogFile, type LogFiles, S3LogFiles } from './log-files';
import { parseLines } from './parse-line';
import { splitLines } from './split-lines';

/** Which files, and how much of one is read at a time. */
interface LoadInput {
  readonly prefix: string;
  readonly chunkBytes: number;
}

/** Loads access logs, chunk by chunk. Lines that are none go to a reject file. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class LoadAccessLogs {
  /** The files that are left; the first one is being read. */
  @State() files: LogFile[] = [];
  /** Where the next chunk of that file begins, in bytes. */
  @State() offset = 0;
  /** The begin of a line whose end is in the next chunk. */
  @State() rest = new Uint8Array();
  @State() totals = { files: 0, rows: 0, rejects: 0 };

  constructor(
    @inject(LOG_FILES) private readonly logs: LogFiles,
    @inject(LAKE) private readonly lake: Lake,
  ) {}

  @OnStart()
  async listFiles(ctx: StepContext<LoadInput>) {
    this.files = await this.logs.list(ctx.input.prefix, ctx.signal);
  }

  @Step({ retry: { maxAttempts: 5, initialDelayMs: 200 } })
  async loadChunk(ctx: StepContext<LoadInput>) {
    const file = this.files[0];
    if (file === undefined) return;
    const chunk = await this.logs.read(file, this.offset, ctx.input.chunkBytes, ctx.signal);
    const isLast = chunk.end === file.bytes;
    const { lines, rest } = splitLines(this.rest, chunk.bytes, isLast);
    const { rows, rejects } = parseLines(lines);
    await this.lake.write({ file: file.key, offset: this.offset, rows, rejects }, ctx.signal);
    this.totals.rows += rows.length;
    this.totals.rejects += rejects.length;
    this.totals.files += isLast ? 1 : 0;
    if (isLast) this.files.shift();
    this.offset = isLast ? 0 : chunk.end;
    this.rest = rest;
    ctx.progress(this.totals.rows, undefined, file.key);
  }

  @Terminate()
  isDone() {
    return this.files.length === 0;
  }

  @OnComplete()
  report() {
    return this.totals;
  }
}

export const handler = createHandler(LoadAccessLogs, {
  providers: [
    { token: LOG_FILES, useFactory: () => S3LogFiles.fromEnvironment() },
    { token: LAKE, useFactory: () => S3Lake.fromEnvironment() },
  ],
});
