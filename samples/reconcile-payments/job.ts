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
import { DynamoDbLedger, LEDGER, type Ledger, type LedgerEntry } from './ledger';
import { HttpProvider, type PageCursor, PROVIDER, type Provider, type ProviderPayment } from './provider';

/** Which payments: those that the provider has seen since then, a date as ISO 8601 has it. */
interface ReconcileInput {
  readonly since: string;
}

/** Makes what the provider holds equal to what our ledger says, payment by payment, to the cent. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class ReconcilePayments {
  /** Where the next page is; null after the last one. */
  @State() cursor: PageCursor | null = { after: '' };
  /** What is left of the page, as both sides told it before the first repair. */
  @State() page: (ProviderPayment & LedgerEntry)[] = [];
  @State() totals = { seen: 0, repaired: 0, capturedCents: 0, refundedCents: 0 };

  constructor(
    @inject(PROVIDER) private readonly provider: Provider,
    @inject(LEDGER) private readonly ledger: Ledger,
  ) {}

  @Step({ retry: { maxAttempts: 8, initialDelayMs: 500 } })
  async fetchPage(ctx: StepContext<ReconcileInput>) {
    if (this.cursor === null) return;
    const { payments, next } = await this.provider.list(ctx.input.since, this.cursor, ctx.signal);
    const entries = await this.ledger.read(payments, ctx.signal);
    this.page = payments.map((payment, index) => ({ ...payment, ...(entries[index] as LedgerEntry) }));
    this.cursor = next;
  }

  @Step({ retry: { maxAttempts: 8, initialDelayMs: 500 } })
  async *repairPage(ctx: StepContext<ReconcileInput>) {
    for (let payment = this.page[0]; payment !== undefined; payment = this.page[0]) {
      await this.repair(payment, ctx.signal);
      this.totals.seen += 1;
      this.page.shift();
      yield; // a safe point: this payment is done
    }
  }

  @Terminate()
  isDone() {
    return this.cursor === null && this.page.length === 0;
  }

  @OnComplete()
  report() {
    return this.totals;
  }

  /** The keys are the payment's own: whatever runs again, the provider takes each amount once. */
  private async repair(payment: ProviderPayment & LedgerEntry, signal: AbortSignal) {
    const { id, amountCents, capturedCents, isSettled } = payment;
    const missingCents = amountCents - capturedCents;
    if (missingCents > 0) await this.provider.capture(id, missingCents, `capture-${id}`, signal);
    if (missingCents < 0) await this.provider.refund(id, -missingCents, `refund-${id}`, signal);
    if (!isSettled) await this.ledger.settle(id, amountCents, signal);
    if (missingCents !== 0 || !isSettled) this.totals.repaired += 1;
    this.totals.capturedCents += Math.max(0, missingCents);
    this.totals.refundedCents += Math.max(0, -missingCents);
  }
}

export const handler = createHandler(ReconcilePayments, {
  providers: [
    { token: PROVIDER, useFactory: () => HttpProvider.fromEnvironment() },
    { token: LEDGER, useFactory: () => DynamoDbLedger.fromEnvironment() },
  ],
});
