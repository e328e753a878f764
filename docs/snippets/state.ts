import { LongRunning, OnComplete, State, Step, Terminate } from 'lambda-baton';

/** Money with a currency: a class of your own. */
export class Price {
  constructor(
    readonly cents: number,
    readonly currency: string,
  ) {}
}

// #region job
const price = {
  encode: ({ cents, currency }: Price) => `${cents} ${currency}`,
  decode: (text: string) => new Price(Number(text.split(' ')[0]), text.split(' ')[1] ?? ''),
};

@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class AddUp {
  @State() seen = new Map<string, Date>(); // Map, Set, Date, BigInt, typed arrays, URL: as they are
  @State({ codec: price }) total = new Price(0, 'EUR'); // your own class: say how it is written
  @State({ secret: true }) password = 'none'; // in no log line, no message, no path

  @Step()
  add() {
    this.seen.set(`order ${this.seen.size}`, new Date(0));
    this.total = new Price(this.total.cents + 250, this.total.currency);
  }

  @Terminate()
  isDone() {
    return this.seen.size === 3;
  }

  @OnComplete()
  report() {
    return { orders: this.seen.size, cents: this.total.cents, isPrice: this.total instanceof Price };
  }
}
// #endregion job
