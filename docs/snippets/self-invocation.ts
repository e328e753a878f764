import { inject, LongRunning, State, Step, type StepContext, Terminate } from 'lambda-baton';

export interface Rows {
  read(from: number): Promise<string[]>;
  write(rows: string[], key: string): Promise<void>;
}

export const ROWS = Symbol('ROWS');

interface Context {
  getRemainingTimeInMillis(): number;
}

// #region before
export async function before(event: { from?: number }, context: Context, rows: Rows, invoke: Invoke) {
  let from = event.from ?? 0;
  for (;;) {
    if (context.getRemainingTimeInMillis() < 60_000) return invoke({ from });
    const page = await rows.read(from);
    if (page.length === 0) return undefined;
    await rows.write(page, String(from));
    from += page.length;
  }
}
// #endregion before

type Invoke = (event: { from: number }) => Promise<void>;

// #region after
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class CopyRows {
  @State() from = 0;
  @State() isOver = false;

  constructor(@inject(ROWS) private readonly rows: Rows) {}

  @Step()
  async copyPage(ctx: StepContext) {
    const page = await this.rows.read(this.from);
    if (page.length > 0) await this.rows.write(page, ctx.idempotencyKey);
    this.from += page.length;
    this.isOver = page.length === 0;
  }

  @Terminate()
  isDone() {
    return this.isOver;
  }
}
// #endregion after
