import { complete, LongRunning, State, Step, type StepContext, Terminate, waitForSignal } from 'lambda-baton';

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class PayOut {
  @State() isAsked = false;

  @Step()
  ask() {
    this.isAsked = true; // send the mail with the question here
    return waitForSignal('approved', { timeoutSeconds: 86_400 });
  }

  @Step()
  decide(ctx: StepContext) {
    if (ctx.woken?.by === 'timeout') return complete({ paid: false, reason: 'nobody answered in a day' });
    return complete({ paid: true });
  }

  @Terminate()
  isDone() {
    return false; // `complete` ends it
  }
}
// #endregion job
