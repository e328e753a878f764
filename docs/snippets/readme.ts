import { inject, LongRunning, State, Step, type StepContext, Terminate } from 'lambda-baton';

export interface Payment {
  readonly id: string;
  readonly missingCents: number;
}

export interface Psp {
  list(since: string, cursor: string): Promise<{ payments: Payment[]; next: string | null }>;
  /** Refuses a key that comes with another amount. */
  capture(id: string, cents: number, key: string): Promise<void>;
}

export const PSP = Symbol('PSP');

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class ReconcilePayments {
  @State() cursor: string | null = '';
  @State() page: Payment[] = [];

  constructor(@inject(PSP) private readonly psp: Psp) {}

  @Step({ retry: { maxAttempts: 5 } })
  async fetchPage(ctx: StepContext<{ since: string }>) {
    const { payments, next } = await this.psp.list(ctx.input.since, this.cursor ?? '');
    [this.page, this.cursor] = [payments, next];
  }

  @Step()
  async *repairPage() {
    for (let [payment] = this.page; payment; [payment] = this.page) {
      await this.psp.capture(payment.id, payment.missingCents, payment.id); // its own id is the key
      this.page.shift();
      yield; // a safe point
    }
  }

  @Terminate()
  isDone() {
    return this.cursor === null;
  }
}
// #endregion job
