import { LongRunning, OnComplete, State, Step, Terminate } from '../../../src/decorators';
import { readJob } from '../../../src/metadata';

describe('readJob', () => {
  it('fills every default in', () => {
    @LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
    class ReconcilePayments {
      @State() cursor: string | null = '';
      @State({ secret: true }) totals = { seen: 0 };
      @Step() async reconcilePage(_ctx: unknown) {}
      @Terminate() isDone() {
        return this.cursor === null;
      }
      @OnComplete() report() {}
    }
    expect(readJob(ReconcilePayments)).toEqual({
      jobClass: ReconcilePayments,
      name: 'ReconcilePayments',
      version: 1,
      migrations: {},
      safeMs: 60_000,
      intervalMs: 5_000,
      reserveMs: 10_000,
      limits: { maxInvocations: 1_000, maxDurationMs: 604_800_000, maxIdleInvocations: 3, maxInterruptions: 2, maxCostUsd: undefined },
      durability: undefined,
      continueOn: undefined,
      input: undefined,
      steps: [
        {
          method: 'reconcilePage',
          once: false,
          retry: { maxAttempts: 3, initialDelayMs: 1_000, backoffFactor: 2, maxDelayMs: 60_000 },
          timeoutMs: undefined,
          minBudgetMs: 0,
        },
      ],
      state: [
        { field: 'cursor', codec: undefined, secret: false },
        { field: 'totals', codec: undefined, secret: true },
      ],
      terminate: { method: 'isDone', check: 'cycle' },
      hooks: { onComplete: 'report' },
    });
  });
});
