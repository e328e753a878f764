import {
  createHandler,
  inject,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from 'lambda-baton';
import { FILES, type Files, type ListedFile, partBytes, type Upload } from './files';
import { S3Files } from './s3-files';

/** Which files: those whose key begins with this. */
interface MoveInput {
  readonly prefix: string;
}

/** Moves files to another bucket: copies, compares checksums, and only then deletes. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class MoveFiles {
  /** What is left of the page that was listed. */
  @State() page: ListedFile[] = [];
  /** Those of them that are copied in parts, and the one whose parts are being copied. */
  @State() large: ListedFile[] = [];
  @State() upload: Upload | undefined;
  /** The last key that was listed, and whether there is none behind it. */
  @State() after = '';
  @State() isListed = false;
  @State() totals = { files: 0, bytes: 0 };

  constructor(@inject(FILES) private readonly files: Files) {}

  @Step({ retry: { maxAttempts: 5 } })
  async listPage(ctx: StepContext<MoveInput>) {
    this.page = await this.files.list(ctx.input.prefix, this.after, ctx.signal);
    this.large = this.page.filter(({ bytes }) => bytes > partBytes);
    this.after = this.page.at(-1)?.key ?? this.after;
    this.isListed = this.page.length === 0;
  }

  @Step({ retry: { maxAttempts: 5 } })
  async *copyLargeFiles(ctx: StepContext<MoveInput>) {
    for (let [file] = this.large; file !== undefined; [file] = this.large) {
      this.upload ??= await this.files.beginUpload(file, ctx.signal);
      while (await this.files.copyNextPart(file, this.upload, ctx.signal)) yield; // safe points
      await this.files.finishUpload(file, this.upload, ctx.signal);
      this.upload = undefined;
      this.large.shift();
    }
  }

  @Step({ retry: { maxAttempts: 5 } })
  async *movePage(ctx: StepContext<MoveInput>) {
    while (this.page.length > 0) {
      const batch = this.page.slice(0, 8);
      await Promise.all(batch.map((file) => this.files.move(file, ctx.signal)));
      this.page = this.page.slice(batch.length);
      this.totals.files += batch.length;
      for (const { bytes } of batch) this.totals.bytes += bytes;
      ctx.progress(this.totals.files);
      yield; // a safe point: these files are in the other bucket only
    }
  }

  @Terminate()
  isDone() {
    return this.isListed;
  }

  @OnComplete()
  report() {
    return this.totals;
  }
}

const providers = [{ token: FILES, useFactory: () => S3Files.fromEnvironment() }];
export const handler = createHandler(MoveFiles, { providers });
