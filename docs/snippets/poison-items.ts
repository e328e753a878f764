import {
  inject,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from 'lambda-baton';

export interface Books {
  /** @throws TerminalError for an order that can never be booked */
  book(order: string, key: string): Promise<void>;
}

export const BOOKS = Symbol('BOOKS');

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class BookOrders {
  @State() position = 0;
  @State() rejected: string[] = [];

  constructor(@inject(BOOKS) private readonly books: Books) {}

  @Step()
  async bookOne(ctx: StepContext<{ orders: string[] }>) {
    const order = ctx.input.orders[this.position];
    if (order === undefined) return;
    try {
      await this.books.book(order, ctx.idempotencyKey);
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error; // may pass: tried again
      this.rejected.push(order); // will not pass: put aside, and go on
    }
    this.position += 1;
  }

  @Terminate()
  isDone(ctx: StepContext<{ orders: string[] }>) {
    return this.position === ctx.input.orders.length;
  }

  @OnComplete()
  report() {
    return { rejected: this.rejected };
  }
}
// #endregion job
