import { inject, LongRunning, State, Step, type StepContext, Terminate } from 'lambda-baton';

export interface Shop {
  /** A page of order numbers, from 0; empty after the last one. */
  readPage(page: number): Promise<string[]>;
  import(order: string, key: string): Promise<void>;
}

export const SHOP = Symbol('SHOP');

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class ImportOrders {
  @State() page = 0;
  @State() orders: string[] = [];
  @State() isOver = false;

  constructor(@inject(SHOP) private readonly shop: Shop) {}

  @Step()
  async readPage() {
    this.orders = await this.shop.readPage(this.page);
    this.page += 1;
    this.isOver = this.orders.length === 0;
  }

  @Step()
  async *importOrders(ctx: StepContext) {
    for (let [order] = this.orders; order !== undefined; [order] = this.orders) {
      await this.shop.import(order, ctx.idempotencyKey);
      this.orders.shift();
      yield; // a safe point: this order is done
    }
  }

  @Terminate()
  isDone() {
    return this.isOver;
  }
}
// #endregion job
