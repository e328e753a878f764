import {
  goTo,
  inject,
  LongRunning,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from 'lambda-baton';

export interface Lab {
  rent(key: string): Promise<string>;
  measure(room: string): Promise<number | undefined>;
  giveBack(room: string): Promise<void>;
}

export const LAB = Symbol('LAB');

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class Measure {
  @State() room = '';
  @State() problem: string | undefined;
  @State() isOver = false;

  constructor(@inject(LAB) private readonly lab: Lab) {}

  @Step()
  async rent(ctx: StepContext) {
    this.room = await this.lab.rent(ctx.idempotencyKey);
  }

  @Step()
  async measure() {
    if ((await this.lab.measure(this.room)) === undefined) this.problem = 'There is nothing to measure.';
    return goTo('giveBack');
  }

  @Step({ retry: { maxAttempts: 20 } })
  async giveBack() {
    await this.lab.giveBack(this.room); // a step: tried again until it works
    if (this.problem !== undefined) throw new TerminalError(this.problem);
    this.isOver = true;
  }

  @Terminate()
  isDone() {
    return this.isOver;
  }
}
// #endregion job
