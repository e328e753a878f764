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

/** Where the rows come from: what a test replaces. */
export interface Pages {
  /** One page of rows, from 1; undefined after the last one. */
  read(number: number): Promise<readonly string[] | undefined>;
}

export const PAGES = Symbol('Pages');

/** Forty pages, made up, each in a tenth of a second. Read your own here. */
export class MadeUpPages implements Pages {
  async read(number: number): Promise<readonly string[] | undefined> {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return number > 40 ? undefined : [`row ${number} a`, `row ${number} b`];
  }
}

/** Counts the rows of all pages, one page at a time, over as many invocations as that takes. */
@LongRunning({
  name: 'ExampleJob',
  safeMs: 2_000,
  intervalMs: 500,
  limits: { maxInvocations: 100, maxDurationMs: 24 * 3_600_000 },
})
export class ExampleJob {
  @State() page: number | undefined = 1;
  @State() rowCount = 0;

  constructor(@inject(PAGES) private readonly pages: Pages) {}

  @Step()
  async countPage(ctx: StepContext) {
    if (this.page === undefined) return;
    const rows = await this.pages.read(this.page);
    this.rowCount += rows?.length ?? 0;
    this.page = rows && this.page + 1;
    ctx.progress(this.rowCount);
  }

  @Terminate()
  isDone() {
    return this.page === undefined;
  }

  @OnComplete()
  report() {
    return { rowCount: this.rowCount };
  }
}

export const handler = createHandler(ExampleJob, { providers: [{ token: PAGES, useClass: MadeUpPages }] });
