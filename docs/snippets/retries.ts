import {
  inject,
  LongRunning,
  RetryableError,
  State,
  Step,
  type StepContext,
  TerminalError,
  Terminate,
} from 'lambda-baton';

export interface Answer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

export interface Api {
  push(signal: AbortSignal): Promise<Answer>;
}

export const API = Symbol('API');

// #region job
@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class Push {
  @State() isOver = false;

  constructor(@inject(API) private readonly api: Api) {}

  @Step({ retry: { maxAttempts: 5, initialDelayMs: 500, maxDelayMs: 30_000 }, timeoutMs: 20_000 })
  async push(ctx: StepContext) {
    const { status, retryAfterSeconds = 1 } = await this.api.push(ctx.signal);
    if (status === 429)
      throw new RetryableError({ retryAfterMs: retryAfterSeconds * 1_000, countsAsAttempt: false });
    if (status >= 500) throw new Error(`The API answered ${status}.`); // tried again, with back-off
    if (status >= 400) throw new TerminalError(`The API refused it: ${status}.`); // never tried again
    this.isOver = true;
  }

  @Terminate()
  isDone() {
    return this.isOver;
  }
}
// #endregion job
