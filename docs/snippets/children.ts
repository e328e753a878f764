import {
  createHandler,
  inject,
  LongRunning,
  OnChildEnd,
  OnComplete,
  OnStart,
  State,
  Step,
  type StepContext,
  startChildren,
  Terminate,
} from 'lambda-baton';

export interface Warehouse {
  listPages(): Promise<number[]>;
  /** Loads a page; loading it again changes nothing. @returns how many rows it has */
  load(page: number): Promise<number>;
}

export const WAREHOUSE = Symbol('WAREHOUSE');

const warehouse: Warehouse = { listPages: async () => [1, 2, 3], load: async (page) => page * 10 };

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class LoadPage {
  @State() rows = 0;
  @State() isLoaded = false;

  constructor(@inject(WAREHOUSE) private readonly warehouse: Warehouse) {}

  @Step()
  async load(ctx: StepContext<{ page: number }>) {
    this.rows = await this.warehouse.load(ctx.input.page);
    this.isLoaded = true;
  }

  @Terminate()
  isDone() {
    return this.isLoaded;
  }

  @OnComplete()
  report() {
    return this.rows;
  }
}

@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class LoadAll {
  @State() pages: number[] = [];
  @State() rows = 0;
  @State() failed: string[] = [];
  @State() isOver = false;

  constructor(@inject(WAREHOUSE) private readonly warehouse: Warehouse) {}

  @OnStart()
  async listPages() {
    this.pages = await this.warehouse.listPages();
  }

  @Step()
  loadPages() {
    return startChildren(
      this.pages.map((page) => ({ id: `${page}`, input: { page } })),
      { job: LoadPage, concurrency: 50, maxFailures: 5 },
    );
  }

  @OnChildEnd()
  note(child: { id: string; status: string; result?: number }) {
    this.rows += child.result ?? 0;
    if (child.status !== 'completed') this.failed.push(child.id);
  }

  @Step()
  finish() {
    this.isOver = true; // all children have ended
  }

  @Terminate()
  isDone() {
    return this.isOver;
  }

  @OnComplete()
  report() {
    return { rows: this.rows, failed: this.failed };
  }
}

export const handler = createHandler([LoadAll, LoadPage], {
  providers: [{ token: WAREHOUSE, useValue: warehouse }],
});
// #endregion job
