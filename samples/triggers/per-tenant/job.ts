import { inject, LongRunning, State, Step, type StepContext, Terminate } from 'lambda-baton';
import { LEDGER, type Ledger } from './ledger';

/** Takes what a tenant has sent into its books: two at a time for each tenant, the others wait in line. */
@LongRunning({
  safeMs: 60_000,
  intervalMs: 5_000,
  name: 'book-upload',
  concurrency: { limit: 2, key: ({ tenant }: { tenant: string }) => tenant },
})
export class BookUpload {
  @State() isBooked = false;

  constructor(@inject(LEDGER) private readonly ledger: Ledger) {}

  @Step()
  async book(ctx: StepContext<{ tenant: string; file: string }>) {
    const { tenant, file } = ctx.input;
    await this.ledger.work(tenant, ctx.executionId, file);
    this.isBooked = true;
  }

  @Terminate()
  isDone() {
    return this.isBooked;
  }
}

/** Closes the day, on a schedule: a run that is still going when the next one is due is not doubled. */
@LongRunning({
  safeMs: 60_000,
  intervalMs: 5_000,
  name: 'close-day',
  concurrency: { limit: 1, whenBusy: 'skip' },
})
export class CloseDay {
  @State() isClosed = false;

  constructor(@inject(LEDGER) private readonly ledger: Ledger) {}

  @Step()
  async close(ctx: StepContext<{ due: string }>) {
    await this.ledger.work('schedule', ctx.executionId, ctx.input.due);
    this.isClosed = true;
  }

  @Terminate()
  isDone() {
    return this.isClosed;
  }
}
