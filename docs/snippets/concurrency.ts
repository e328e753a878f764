import { complete, inject, LongRunning, Step, type StepContext, Terminate, wait } from 'lambda-baton';

export const CRM = Symbol('CRM');
export interface Crm {
  /** Sends what has changed of a tenant. No more than five at a time, says its contract. */
  sync(tenant: string, key: string): Promise<number>;
}

// #region key
@LongRunning({
  safeMs: 60_000,
  intervalMs: 5_000,
  concurrency: { limit: 5, key: ({ tenant }: { tenant: string }) => tenant },
})
export class SyncTenant {
  constructor(@inject(CRM) private readonly crm: Crm) {}

  @Step()
  async sync(ctx: StepContext<{ tenant: string }>) {
    return complete({ sent: await this.crm.sync(ctx.input.tenant, ctx.idempotencyKey) });
  }

  @Terminate()
  isDone() {
    return false; // `complete` ends it
  }
}
// #endregion key

// #region skip
@LongRunning({ safeMs: 60_000, intervalMs: 5_000, concurrency: { limit: 1, whenBusy: 'skip' } })
export class NightlyReport {
  @Step()
  ask() {
    return wait({ seconds: 60 }); // the warehouse needs a minute for the query
  }

  @Step()
  write() {
    return complete('written');
  }

  @Terminate()
  isDone() {
    return false;
  }
}
// #endregion skip

// #region cancel
@LongRunning({
  safeMs: 60_000,
  intervalMs: 5_000,
  concurrency: { limit: 1, key: ({ page }: { page: string }) => page, whenBusy: 'cancel-running' },
})
export class RenderPreview {
  @Step()
  pause() {
    return wait({ seconds: 5 }); // the next key stroke may come
  }

  @Step()
  render(ctx: StepContext<{ page: string; text: string }>) {
    return complete(`<p>${ctx.input.text}</p>`);
  }

  @Terminate()
  isDone() {
    return false;
  }
}
// #endregion cancel
