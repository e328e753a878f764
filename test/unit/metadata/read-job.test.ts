import {
  LongRunning,
  OnCancel,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnResume,
  OnStart,
  State,
  Step,
  Terminate,
} from '../../../src/decorators';
import { readJob } from '../../../src/metadata/read-job';
import { defaultRetryPolicy } from '../../../src/runtime/core/execution/retry-policy';
import { defineJob, defineJobWith, loosely, times } from './define-job';

describe('readJob', () => {
  it('readJob fills every default in', () => {
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
      limits: {
        maxInvocations: 1_000,
        maxDurationMs: 604_800_000,
        maxIdleInvocations: 3,
        maxInterruptions: 2,
        maxStalledInvocations: 50,
        maxCostUsd: undefined,
      },
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

  it('readJob takes every option over', () => {
    const migrate = (state: Record<string, unknown>) => state;
    const codec = { encode: String, decode: Number };
    const input = {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
    } as const;
    @LongRunning({
      safeMs: 8_000,
      intervalMs: 7_999,
      reserveMs: 7_999,
      name: 'reconcile',
      version: 3,
      migrations: { 1: migrate },
      limits: {
        maxInvocations: 1,
        maxDurationMs: 1,
        maxIdleInvocations: 1,
        maxInterruptions: 1,
        maxStalledInvocations: 1,
        maxCostUsd: 0.01,
      },
      durability: { everyMs: 1 },
      continueOn: 'latest',
      input,
    })
    class Reconcile {
      @State({ codec }) total = 0;
      @Step({
        once: true,
        timeoutMs: 1,
        minBudgetMs: 0,
        retry: { maxAttempts: 1, initialDelayMs: 0, backoffFactor: 1, maxDelayMs: 0 },
      })
      prepare() {}
      @Step({ retry: { backoffFactor: 1.5 } }) async *readPages() {}
      @Terminate({ check: 'step' }) async isDone() {
        return true;
      }
      @OnStart() start() {}
      @OnResume() resume() {}
      @OnHandoff() handOff() {}
      @OnComplete() complete() {}
      @OnFailure() fail(_error: unknown) {}
      @OnCancel() cancel() {}
    }
    const plan = readJob(Reconcile);
    expect(plan).toEqual({
      jobClass: Reconcile,
      name: 'reconcile',
      version: 3,
      migrations: { 1: migrate },
      safeMs: 8_000,
      intervalMs: 7_999,
      reserveMs: 7_999,
      limits: {
        maxInvocations: 1,
        maxDurationMs: 1,
        maxIdleInvocations: 1,
        maxInterruptions: 1,
        maxStalledInvocations: 1,
        maxCostUsd: 0.01,
      },
      durability: { everyMs: 1 },
      continueOn: 'latest',
      input,
      steps: [
        {
          method: 'prepare',
          once: true,
          retry: { maxAttempts: 1, initialDelayMs: 0, backoffFactor: 1, maxDelayMs: 0 },
          timeoutMs: 1,
          minBudgetMs: 0,
        },
        {
          method: 'readPages',
          once: false,
          retry: { ...defaultRetryPolicy, backoffFactor: 1.5 },
          timeoutMs: undefined,
          minBudgetMs: 0,
        },
      ],
      state: [{ field: 'total', codec, secret: false }],
      terminate: { method: 'isDone', check: 'step' },
      hooks: {
        onStart: 'start',
        onResume: 'resume',
        onHandoff: 'handOff',
        onComplete: 'complete',
        onFailure: 'fail',
        onCancel: 'cancel',
      },
    });
    expect(plan.state[0]?.codec).toBe(codec);
    expect(plan.input).toBe(input);
  });

  it.each([
    [2, 1],
    [3, 1],
    [7, 1],
    [8, 2],
    [39_999, 9_999],
    [40_000, 10_000],
    [60_000, 10_000],
  ])(
    'readJob keeps of a safe window of %d ms a quarter in reserve, at least 1 ms and at most 10 s: %d ms',
    (safeMs, reserveMs) => {
      expect(readJob(defineJob({ job: { safeMs, intervalMs: 1 } })).reserveMs).toBe(reserveMs);
    },
  );

  it('readJob takes an option that is undefined for one that is left out', () => {
    const plan = readJob(
      defineJob({
        job: { ...times, reserveMs: undefined, limits: undefined, name: undefined },
        step: { retry: undefined },
      }),
    );
    expect(plan).toEqual({ ...readJob(defineJob({})), jobClass: plan.jobClass });
  });

  it('readJob takes options without a prototype', () => {
    const options = Object.assign(Object.create(null), { ...times, version: 4 });
    expect(readJob(defineJob({ job: options })).version).toBe(4);
  });

  it.each([
    ['step', 'step'],
    ['handoff', 'handoff'],
    [{ everyMs: 5 }, { everyMs: 5 }],
    [undefined, undefined],
  ])('readJob leaves the default of durability to the runtime: %j', (durability, read) => {
    expect(readJob(defineJobWith({ durability })).durability).toEqual(read);
  });

  it('readJob gives a plan that nobody can change, and that no later change of the options reaches', () => {
    const options = {
      ...times,
      limits: { maxInvocations: 5 },
      durability: { everyMs: 5 },
      version: 2,
      migrations: { 1: String },
    };
    const plan = readJob(defineJob({ job: options }));
    options.limits.maxInvocations = 6;
    options.durability.everyMs = 6;
    expect(plan).toMatchObject({ limits: { maxInvocations: 5 }, durability: { everyMs: 5 } });
    const parts = [
      plan,
      plan.limits,
      plan.durability,
      plan.migrations,
      plan.steps,
      plan.steps[0],
      plan.steps[0]?.retry,
    ];
    const others = [plan.state, plan.state[0], plan.terminate, plan.hooks];
    for (const part of [...parts, ...others]) expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(plan.jobClass)).toBe(false);
  });

  it('readJob runs no code of the job: neither its constructor nor its getters', () => {
    @LongRunning(times)
    class Reconcile {
      constructor() {
        throw new Error('constructed');
      }
      get page() {
        throw new Error('read');
      }
      @Step() reconcilePage() {}
      @Terminate() isDone() {
        return true;
      }
    }
    expect(readJob(Reconcile).steps).toHaveLength(1);
  });

  it('readJob reads classes of old style and fields that a constructor sets', () => {
    const Old = function Reconcile(this: { cursor: number }) {
      this.cursor = 1;
    } as unknown as new () => { cursor: number };
    Object.assign(Old.prototype, { reconcilePage() {}, isDone: () => true });
    const describeMethod = (name: string) => Object.getOwnPropertyDescriptor(Old.prototype, name);
    loosely(Step())(Old.prototype, 'reconcilePage', describeMethod('reconcilePage'));
    loosely(Terminate())(Old.prototype, 'isDone', describeMethod('isDone'));
    loosely(State())(Old.prototype, 'cursor');
    LongRunning(times)(Old);
    expect(readJob(Old)).toMatchObject({ name: 'Reconcile', state: [{ field: 'cursor' }] });
  });
});
