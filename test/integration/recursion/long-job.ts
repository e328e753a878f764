import { createHandler, LongRunning, OnComplete, State, Step, Terminate } from 'lambda-baton';

/** Forty steps, of which an invocation has time for one. */
@LongRunning({ safeMs: 400, intervalMs: 50 })
class CountToForty {
  @State() done: number[] = [];

  @Step({ minBudgetMs: 4_200 })
  async count() {
    await new Promise((resolve) => setTimeout(resolve, 420));
    this.done.push(this.done.length);
  }

  @Terminate()
  isDone() {
    return this.done.length === 40;
  }

  @OnComplete()
  report() {
    return this.done;
  }
}

export const handler = createHandler(CountToForty);
