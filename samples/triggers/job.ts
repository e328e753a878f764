import { createHandler, inject, LongRunning, State, Step, type StepContext, Terminate } from 'lambda-baton';
import { DynamoDbMeters, METERS, type Meters } from './meters';

/** Whose meters, and in which month: `2026-11`. */
export interface InvoiceInput {
  readonly tenant: string;
  readonly month: string;
}

/** Adds up a tenant's meter readings of a month, and writes the invoice. */
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class WriteInvoice {
  /** The last reading that was added; null after the last one. */
  @State() after: string | null = '';
  @State() units = 0;
  @State() isWritten = false;

  constructor(@inject(METERS) private readonly meters: Meters) {}

  @Step()
  async *addReadings(ctx: StepContext<InvoiceInput>) {
    const { tenant, month } = ctx.input;
    while (this.after !== null) {
      const { readings, next } = await this.meters.read(tenant, month, this.after, ctx.signal);
      for (const { units } of readings) this.units += units;
      this.after = next;
      yield; // a safe point: this page is added
    }
  }

  @Step()
  async writeInvoice(ctx: StepContext<InvoiceInput>) {
    const { tenant, month } = ctx.input;
    await this.meters.writeInvoice(tenant, month, this.units, ctx.signal);
    this.isWritten = true;
  }

  @Terminate()
  isDone() {
    return this.isWritten;
  }
}

export const handler = createHandler(WriteInvoice, {
  providers: [{ token: METERS, useFactory: () => DynamoDbMeters.fromEnvironment() }],
});
