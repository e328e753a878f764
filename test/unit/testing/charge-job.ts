import { inject, LongRunning, OnComplete, State, Step, type StepContext, Terminate } from '../../../src';
import type { EffectLedger } from '../../../src/testing';

/** The token of the outside world. */
export const LEDGER = Symbol('LEDGER');

/** What an execution is started with. */
export interface ChargeInput {
  readonly customers: readonly string[];
}

/** Charges one customer after the other, and then sends a receipt to each. */
@LongRunning({ safeMs: 10_000, intervalMs: 1_000 })
export class ChargeCustomers {
  @State() charged: string[] = [];
  @State() receipts = new Map<string, string>();

  constructor(@inject(LEDGER) readonly ledger: EffectLedger) {}

  @Step() async charge(ctx: StepContext<ChargeInput>) {
    const customer = ctx.input.customers[this.charged.length] as string;
    await this.ledger.record(ctx.idempotencyKey, `charge ${customer}`);
    this.charged.push(customer);
  }

  @Step() async *sendReceipts(ctx: StepContext<ChargeInput>) {
    for (const customer of this.charged) {
      if (this.receipts.has(customer)) continue;
      await this.ledger.record(ctx.idempotencyKey, `receipt for ${customer}`);
      this.receipts.set(customer, 'sent');
      yield;
    }
  }

  @Terminate() isDone(ctx: StepContext<ChargeInput>) {
    return this.charged.length === ctx.input.customers.length && this.receipts.size === this.charged.length;
  }

  @OnComplete() end() {
    return [...this.receipts.keys()];
  }
}
