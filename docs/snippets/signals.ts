import {
  complete,
  LongRunning,
  OnSignal,
  State,
  Step,
  type StepContext,
  Terminate,
  waitForSignal,
} from 'lambda-baton';

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class PayOut {
  @State() isAsked = false;
  @State() notes: string[] = [];

  @Step()
  ask() {
    this.isAsked = true; // send the mail with the question here
    return waitForSignal('approved', { timeoutSeconds: 86_400 });
  }

  @Step()
  decide(ctx: StepContext) {
    if (ctx.woken?.by === 'timeout') return complete({ paid: false, reason: 'nobody answered in a day' });
    return complete({ paid: true, notes: this.notes });
  }

  @OnSignal('note')
  note(payload: { text: string }) {
    this.notes.push(payload.text);
  }

  @Terminate()
  isDone() {
    return false; // `complete` ends it
  }
}
// #endregion job
