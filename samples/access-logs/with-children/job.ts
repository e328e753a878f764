import {
  createHandler,
  inject,
  LongRunning,
  OnChildEnd,
  OnComplete,
  OnStart,
  State,
  Step,
  type StepContext,
  startChildren,
  Terminate,
} from 'lambda-baton';
import { LAKE, S3Lake } from '../lake';
import { LOG_FILES, type LogFile, type LogFiles, S3LogFiles } from '../log-files';
import { cutIntoRanges } from './cut-into-ranges';
import { LoadRange, type RangeTotals } from './load-range';

/** Which files, how much of one a child loads, and how much of that is read at a time. */
interface LoadInput {
  readonly prefix: string;
  readonly rangeBytes: number;
  readonly chunkBytes: number;
}

/** Loads access logs, twenty ranges at once: each range is a child, an execution of its own. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class LoadAllLogs {
  @State() files: LogFile[] = [];
  @State() totals = { ranges: 0, rows: 0, rejects: 0 };
  @State() isLoaded = false;

  constructor(@inject(LOG_FILES) private readonly logs: LogFiles) {}

  /** Not in the step that starts the children: were that one run again, it might see other files. */
  @OnStart()
  async listFiles(ctx: StepContext<LoadInput>) {
    this.files = await this.logs.list(ctx.input.prefix, ctx.signal);
  }

  @Step()
  loadRanges(ctx: StepContext<LoadInput>) {
    const { rangeBytes, chunkBytes } = ctx.input;
    const ranges = this.files.flatMap((file) => cutIntoRanges(file, rangeBytes));
    const items = ranges.map((range, number) => ({ id: `${number}`, input: { ...range, chunkBytes } }));
    return startChildren(items, { job: LoadRange, concurrency: 20 });
  }

  @OnChildEnd()
  add(range: { result?: RangeTotals }, ctx: StepContext<LoadInput>) {
    this.totals.ranges += 1;
    this.totals.rows += range.result?.rows ?? 0;
    this.totals.rejects += range.result?.rejects ?? 0;
    ctx.progress(this.totals.ranges);
  }

  @Step()
  finish() {
    this.isLoaded = true;
  }

  @Terminate()
  isDone() {
    return this.isLoaded;
  }

  @OnComplete()
  report() {
    return this.totals;
  }
}

export const handler = createHandler([LoadAllLogs, LoadRange], {
  providers: [
    { token: LOG_FILES, useFactory: () => S3LogFiles.fromEnvironment() },
    { token: LAKE, useFactory: () => S3Lake.fromEnvironment() },
  ],
});
