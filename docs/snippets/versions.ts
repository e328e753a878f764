import { LongRunning, OnComplete, State, Step, Terminate } from 'lambda-baton';

// #region job
@LongRunning({
  name: 'CountPages',
  safeMs: 60_000,
  intervalMs: 5_000,
  version: 2,
  // Version 1 kept a number in `count`; version 2 keeps the pages.
  migrations: { 1: (state) => ({ pages: Array.from({ length: Number(state.count) }, (_, page) => page) }) },
})
export class CountPages {
  @State() pages: number[] = [];

  @Step()
  readPage() {
    this.pages.push(this.pages.length);
  }

  @Terminate()
  isDone() {
    return this.pages.length >= 3;
  }

  @OnComplete()
  report() {
    return { pages: this.pages.length };
  }
}
// #endregion job
