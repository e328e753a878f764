import { inject, LongRunning, State, Step, type StepContext, Terminate } from 'lambda-baton';

export interface Mailer {
  /** The same key again sends nothing. */
  send(to: string, key: string): Promise<void>;
}

export const MAILER = Symbol('MAILER');

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class Invite {
  @State() isOver = false;

  constructor(@inject(MAILER) private readonly mailer: Mailer) {}

  @Step()
  async invite(ctx: StepContext<{ guests: string[] }>) {
    // Several writes in one unit of work: each has a key of its own.
    for (const guest of ctx.input.guests) await this.mailer.send(guest, ctx.keyFor(guest));
    // A write that must happen once in all, in whatever execution: its own id is the key.
    await this.mailer.send('host', `invitations-of-${ctx.input.guests.join('-')}`);
    this.isOver = true;
  }

  @Terminate()
  isDone() {
    return this.isOver;
  }
}
// #endregion job
