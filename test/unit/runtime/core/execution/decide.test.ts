import fc from 'fast-check';
import {
  BatonError,
  FuseBlownError,
  HandOffFailedError,
  InvalidJobError,
  StepInterruptedError,
} from '../../../../../src/errors';
import { type Decision, decide, type Situation } from '../../../../../src/runtime/core/execution/decide';
import { type Execution, noStep } from '../../../../../src/runtime/core/execution/execution';
import { makeExecution, makePlan, startMs } from '../core.helpers';

const nowMs = startMs + 60_000;

/** A situation with a minute left and no queue, unless the parts say otherwise. The plan's safe window is its last second. */
function situation(parts: Partial<Situation> = {}): Situation {
  return Object.freeze({ nowMs, remainingMs: 60_000, maxDelaySeconds: 0, freshBudgetMs: 59_000, ...parts });
}

function errorOf(decision: Decision): BatonError {
  if (decision.kind === 'fail' && BatonError.is(decision.error)) return decision.error;
  throw new Error(`the decision is ${JSON.stringify(decision)}`);
}

const inSafeWindow = { kind: 'hand-off', reason: 'safe-window', delaySeconds: 0 };

describe('decide: time', () => {
  const plan = makePlan({ hooks: { onStart: 'prepare', onComplete: 'sum' } });

  it.each([
    [60_000, { kind: 'run' }],
    [1_001, { kind: 'run' }],
    [1_000.5, { kind: 'run' }],
    [1_000, inSafeWindow],
    [999, inSafeWindow],
    [0, inSafeWindow],
    [-5_000, inSafeWindow],
  ])(
    'With %d ms left and a safe window of 1,000 ms, every phase that is work is to: %j',
    (remainingMs, expected) => {
      for (const phase of ['start', 'step', 'complete'] as const) {
        expect(decide(plan, makeExecution(plan, { phase }), situation({ remainingMs }))).toEqual(expected);
      }
    },
  );

  it.each([
    [1_001, 'run'],
    [1_000, 'run'],
    [251, 'run'],
    [250, 'hand-off'],
    [-1, 'hand-off'],
  ])(
    'With %d ms left, a safe window of 1,000 ms and a reserve of 250, @Terminate is to: %s',
    (remainingMs, expected) => {
      expect(plan).toMatchObject({ safeMs: 1_000, reserveMs: 250 });
      const decideAt = (parts: Partial<Execution>, more: Partial<Situation> = {}) =>
        decide(plan, makeExecution(plan, { phase: 'check', ...parts }), situation({ remainingMs, ...more }))
          .kind;
      expect(decideAt({})).toBe(expected);
      const inBudgetOnly = remainingMs > plan.safeMs ? 'run' : 'hand-off';
      expect(decideAt({ attempt: 2 })).toBe(inBudgetOnly);
      expect(decideAt({ interruptionCount: 1 })).toBe(inBudgetOnly);
      expect(decideAt({}, { freshBudgetMs: 0 })).toBe(inBudgetOnly);
    },
  );

  it.each([
    [6_000, { kind: 'run' }],
    [5_999, { kind: 'hand-off', reason: 'budget', delaySeconds: 0 }],
    [1_000, inSafeWindow],
  ])(
    'With %d ms left, a step whose minBudgetMs is 5,000 before the safe window is to: %j',
    (remainingMs, expected) => {
      const choosy = makePlan({ steps: [{ method: 'read', minBudgetMs: 5_000 }] });
      expect(decide(choosy, makeExecution(choosy), situation({ remainingMs }))).toEqual(expected);
    },
  );

  it('decide() asks @Terminate and the hooks whatever the minBudgetMs of the step behind them', () => {
    const choosy = makePlan({
      steps: [{ method: 'read', minBudgetMs: 50_000 }],
      hooks: { onStart: 'prepare', onComplete: 'sum' },
    });
    for (const phase of ['start', 'check', 'complete'] as const) {
      expect(decide(choosy, makeExecution(choosy, { phase }), situation({ remainingMs: 2_000 }))).toEqual({
        kind: 'run',
      });
    }
  });
});

describe('decide: the end', () => {
  it('decide() runs @OnComplete at the end when there is one', () => {
    const plan = makePlan({ hooks: { onComplete: 'sum' } });
    expect(decide(plan, makeExecution(plan, { phase: 'complete' }), situation())).toEqual({ kind: 'run' });
  });

  it.each([60_000, 500, -1])(
    'decide() completes without @OnComplete, also with %d ms left: there is nothing to run',
    (remainingMs) => {
      const plan = makePlan();
      expect(decide(plan, makeExecution(plan, { phase: 'complete' }), situation({ remainingMs }))).toEqual({
        kind: 'complete',
      });
    },
  );

  it('decide() fails an execution whose every step is once when cycle 2 has nothing to run', () => {
    const plan = makePlan({ steps: [{ method: 'open', once: true }] });
    const error = errorOf(decide(plan, makeExecution(plan, { cycle: 2, stepIndex: noStep }), situation()));
    expect(error).toBeInstanceOf(InvalidJobError);
    expect(error.message).toMatchInlineSnapshot(`
"Job Reconcile has nothing to run in cycle 2: every step is once, and @Terminate isDone is not true.
→ Take "once" off a step, or let isDone answer true after the first cycle."
`);
  });

  it('decide() still asks @Terminate in a cycle that has nothing to run', () => {
    const plan = makePlan({ steps: [{ method: 'open', once: true }] });
    expect(
      decide(plan, makeExecution(plan, { phase: 'check', cycle: 2, stepIndex: noStep }), situation()),
    ).toEqual({ kind: 'run' });
  });
});

describe('decide: a wait', () => {
  const plan = makePlan();
  const until = (ms: number) => makeExecution(plan, { resumeAtMs: nowMs + ms, isWaiting: true });

  it.each([
    [1, { kind: 'sleep', ms: 1 }],
    [58_999, { kind: 'sleep', ms: 58_999 }],
    [59_000, { kind: 'hand-off', reason: 'wait', delaySeconds: 59 }],
    [59_001, { kind: 'hand-off', reason: 'wait', delaySeconds: 60 }],
    [900_000, { kind: 'hand-off', reason: 'wait', delaySeconds: 900 }],
    [900_001, { kind: 'hand-off', reason: 'wait', delaySeconds: 900 }],
    [86_400_000, { kind: 'hand-off', reason: 'wait', delaySeconds: 900 }],
  ])('A wait of %d ms with 59,000 ms before the safe window and a queue is to: %j', (ms, expected) => {
    expect(decide(plan, until(ms), situation({ maxDelaySeconds: 900 }))).toEqual(expected);
  });

  it.each([0, -1, -60_000])('A wait that ends %d ms from now is over', (ms) => {
    expect(decide(plan, until(ms), situation())).toEqual({ kind: 'run' });
  });

  it('A wait goes through the queue also in the safe window, where it costs nothing', () => {
    const decision = decide(plan, until(10), situation({ remainingMs: 500, maxDelaySeconds: 900 }));
    expect(decision).toEqual({ kind: 'hand-off', reason: 'wait', delaySeconds: 1 });
  });

  it('A wait takes the queue’s own limit', () => {
    expect(decide(plan, until(86_400_000), situation({ maxDelaySeconds: 43_200 }))).toMatchObject({
      delaySeconds: 43_200,
    });
  });

  it('A wait that fits the budget needs no queue', () => {
    expect(decide(plan, until(58_999), situation())).toEqual({ kind: 'sleep', ms: 58_999 });
  });

  it('A wait that does not fit fails without a queue, and says which variable to set', () => {
    const error = errorOf(decide(plan, until(59_000), situation()));
    expect(error).toBeInstanceOf(HandOffFailedError);
    expect(error.details).toEqual({ channel: 'sqs', failure: 'refused' });
    expect(error.message).toMatchInlineSnapshot(`
"Job Reconcile has to wait 59000 ms, an invocation has 59000 ms, and there is no queue to wait in.
→ Set BATON_QUEUE_URL to a standard SQS queue that triggers this function (a FIFO queue cannot delay single messages), or BATON_SCHEDULER_ROLE_ARN."
`);
  });

  it('A wait that no longer fits goes on in the next invocation without a queue, when a whole one is long enough for it', () => {
    for (const remainingMs of [500, 20_000]) {
      const decision = decide(plan, until(58_999), situation({ remainingMs }));
      expect(decision).toEqual({ kind: 'hand-off', reason: 'wait', delaySeconds: 0 });
    }
  });

  it('A wait fails without a queue when not even a whole invocation has a budget', () => {
    expect(
      errorOf(decide(plan, until(10), situation({ remainingMs: 500, freshBudgetMs: -500 }))).message,
    ).toMatchInlineSnapshot(`
"Job Reconcile has to wait 10 ms, an invocation has 0 ms, and there is no queue to wait in.
→ Set BATON_QUEUE_URL to a standard SQS queue that triggers this function (a FIFO queue cannot delay single messages), or BATON_SCHEDULER_ROLE_ARN."
`);
  });

  it('A wait is chained: each link is as long as the queue allows, and the last one ends on time', () => {
    const delays: number[] = [];
    const execution = until(2_000_000);
    for (let atMs = nowMs; atMs < execution.resumeAtMs; ) {
      const decision = decide(plan, execution, situation({ nowMs: atMs, maxDelaySeconds: 900 }));
      if (decision.kind !== 'hand-off') throw new Error(decision.kind);
      delays.push(decision.delaySeconds);
      atMs += decision.delaySeconds * 1_000;
    }
    expect(delays).toEqual([900, 900, 200]);
  });

  it('A wait is waited for before @Terminate is asked', () => {
    const execution = makeExecution(plan, { phase: 'check', resumeAtMs: nowMs + 5, isWaiting: true });
    expect(decide(plan, execution, situation())).toEqual({ kind: 'sleep', ms: 5 });
  });
});

describe('decide: a retry delay', () => {
  const plan = makePlan();
  const retryIn = (ms: number) =>
    makeExecution(plan, { resumeAtMs: nowMs + ms, isWaiting: false, attempt: 2 });

  it.each([
    [58_999, { kind: 'sleep', ms: 58_999 }],
    [59_000, { kind: 'hand-off', reason: 'retry-delay', delaySeconds: 59 }],
    [3_600_000, { kind: 'hand-off', reason: 'retry-delay', delaySeconds: 900 }],
  ])('A retry delay of %d ms with 59,000 ms before the safe window and a queue is to: %j', (ms, expected) => {
    expect(decide(plan, retryIn(ms), situation({ maxDelaySeconds: 900 }))).toEqual(expected);
  });

  it.each([
    ['sleeps what it has', 60_000, { kind: 'sleep', ms: 59_000 }],
    [
      'hands over what is left of the delay',
      1_000,
      { kind: 'hand-off', reason: 'retry-delay', delaySeconds: 0 },
    ],
    ['hands over behind the deadline', -10, { kind: 'hand-off', reason: 'retry-delay', delaySeconds: 0 }],
  ])('A retry delay without a queue %s with %d ms left', (_what, remainingMs, expected) => {
    expect(decide(plan, retryIn(3_600_000), situation({ remainingMs }))).toEqual(expected);
  });
});

describe('decide: the fuses', () => {
  const limits = { maxDurationMs: 1_000, maxInvocations: 2, maxIdleInvocations: 1, maxInterruptions: 2 };
  const plan = makePlan({ limits });
  const allBlown = {
    invocation: 3,
    idleInvocationCount: 2,
    interruptionCount: 2,
    resumeAtMs: nowMs + 86_400_000,
    isWaiting: true,
  };

  it.each([
    ['maxDurationMs', {}, nowMs],
    ['maxInvocations', { resumeAtMs: 0 }, startMs],
    ['maxIdleInvocations', { resumeAtMs: 0, invocation: 2 }, startMs],
  ])('The fuses say first: %s', (limit, healed, atMs) => {
    const error = errorOf(
      decide(plan, makeExecution(plan, { ...allBlown, ...healed }), situation({ nowMs: atMs })),
    );
    expect(error).toBeInstanceOf(FuseBlownError);
    expect(error.details).toMatchObject({ limit });
  });

  it('The fuses say last that a step was interrupted too often', () => {
    const execution = makeExecution(plan, { interruptionCount: 2 });
    expect(errorOf(decide(plan, execution, situation({ nowMs: startMs })))).toBeInstanceOf(
      StepInterruptedError,
    );
  });

  it('The fuses come before the safe window and a wait that does not fit', () => {
    const blown = { invocation: 3 };
    for (const [parts, at] of [
      [blown, situation({ nowMs: startMs, remainingMs: 10 })],
      [
        { ...blown, resumeAtMs: startMs + 900, isWaiting: true },
        situation({ nowMs: startMs, remainingMs: 1_500 }),
      ],
    ] as const) {
      expect(errorOf(decide(plan, makeExecution(plan, parts), at)).details).toMatchObject({
        limit: 'maxInvocations',
      });
    }
  });
});

describe('decide: work that is done', () => {
  const plan = makePlan({ limits: { maxDurationMs: 1_000, maxCostUsd: 1 } });
  const late = situation({ nowMs: startMs + 1_001 });

  it('Work that is done has not taken too long, nor cost too much: the end wins over a fuse', () => {
    for (const at of [late, situation({ nowMs: startMs, costUsd: 2 })]) {
      expect(decide(plan, makeExecution(plan, { phase: 'complete' }), at)).toEqual({ kind: 'complete' });
    }
  });

  it('Work that is done is not failed before its @OnComplete was tried once, when a limit is reached meanwhile', () => {
    const withHook = makePlan({ limits: { maxDurationMs: 1_000 }, hooks: { onComplete: 'sum' } });
    const kindOf = (parts: Partial<Execution>, remainingMs = 60_000) =>
      decide(withHook, makeExecution(withHook, { phase: 'complete', ...parts }), { ...late, remainingMs })
        .kind;
    expect(kindOf({})).toBe('run');
    expect(kindOf({}, 1_000)).toBe('hand-off');
    expect(kindOf({ attempt: 2 })).toBe('fail');
    expect(kindOf({ interruptionCount: 1 })).toBe('fail');
    expect(kindOf({ idleInvocationCount: 1 })).toBe('fail');
    expect(kindOf({ phase: 'completing' })).toBe('fail');
  });

  it('Work that is done is asked for, once, before a fuse is said to have blown', () => {
    const asked = (parts: Partial<Execution>, at = late) =>
      decide(plan, makeExecution(plan, { phase: 'check', ...parts }), at).kind;
    expect(asked({})).toBe('run');
    expect(asked({ resumeAtMs: late.nowMs })).toBe('run');
    expect(asked({ attempt: 2 })).toBe('fail');
    expect(asked({ interruptionCount: 1 })).toBe('fail');
    expect(asked({ resumeAtMs: startMs + 2_000 })).toBe('fail');
    expect(asked({}, situation({ nowMs: startMs + 1_001, remainingMs: 251 }))).toBe('run');
    expect(asked({}, situation({ nowMs: startMs + 1_001, remainingMs: 250 }))).toBe('fail');
    expect(asked({ phase: 'step' })).toBe('fail');
  });
});

describe('decide: laws', () => {
  const plans = fc.constantFrom(
    makePlan(),
    makePlan({ hooks: { onStart: 'prepare', onComplete: 'sum' } }),
    makePlan({
      check: 'step',
      steps: [
        { method: 'open', once: true },
        { method: 'read', minBudgetMs: 7_000 },
      ],
    }),
    makePlan({
      limits: { maxDurationMs: 100_000, maxInvocations: 3, maxIdleInvocations: 1, maxInterruptions: 1 },
    }),
  );
  const parts = fc.record({
    phase: fc.constantFrom('start', 'check', 'step', 'complete'),
    stepIndex: fc.integer({ min: noStep, max: 2 }),
    cycle: fc.integer({ min: 1, max: 3 }),
    invocation: fc.integer({ min: 1, max: 4 }),
    attempt: fc.integer({ min: 1, max: 4 }),
    idleInvocationCount: fc.integer({ min: 0, max: 4 }),
    interruptionCount: fc.integer({ min: 0, max: 3 }),
    resumeAtMs: fc.oneof(fc.constant(0), fc.integer({ min: startMs, max: startMs + 200_000 })),
    isWaiting: fc.boolean(),
  });
  const situations = fc.record({
    nowMs: fc.integer({ min: startMs, max: startMs + 150_000 }),
    remainingMs: fc.oneof(fc.integer({ min: -2_000, max: 3_000 }), fc.integer({ min: 0, max: 900_000 })),
    maxDelaySeconds: fc.constantFrom(0, 1, 900),
    freshBudgetMs: fc.constantFrom(-1, 0, 20_000),
  });

  it('decide() never starts any work inside the safe window, and @Terminate only while the reserve is whole', () => {
    fc.assert(
      fc.property(plans, parts, situations, (plan, some, at) => {
        const decision = decide(plan, makeExecution(plan, some), at);
        const isCheck = some.phase === 'check' && at.freshBudgetMs > 0;
        if (at.remainingMs <= (isCheck ? plan.reserveMs : plan.safeMs)) expect(decision.kind).not.toBe('run');
      }),
      { numRuns: 2_000 },
    );
  });

  it('decide() never sleeps into the safe window, nor longer than there is something to wait for', () => {
    fc.assert(
      fc.property(plans, parts, situations, (plan, some, at) => {
        const execution = makeExecution(plan, some);
        const decision = decide(plan, execution, at);
        if (decision.kind !== 'sleep') return;
        expect(decision.ms).toBeGreaterThan(0);
        expect(decision.ms).toBeLessThanOrEqual(
          Math.min(at.remainingMs - plan.safeMs, execution.resumeAtMs - at.nowMs),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('decide() never starts anything before its time, and never holds it back for longer than the queue can', () => {
    fc.assert(
      fc.property(plans, parts, situations, (plan, some, at) => {
        const execution = makeExecution(plan, some);
        const decision = decide(plan, execution, at);
        if (decision.kind === 'run') expect(execution.resumeAtMs).toBeLessThanOrEqual(at.nowMs);
        if (decision.kind !== 'hand-off') return;
        expect(Number.isInteger(decision.delaySeconds)).toBe(true);
        expect(decision.delaySeconds).toBeGreaterThanOrEqual(0);
        expect(decision.delaySeconds).toBeLessThanOrEqual(at.maxDelaySeconds);
      }),
      { numRuns: 2_000 },
    );
  });

  it('decide() fails with typed errors only, and answers the same when it is asked again', () => {
    fc.assert(
      fc.property(plans, parts, situations, (plan, some, at) => {
        const execution = makeExecution(plan, some);
        const decision = decide(plan, execution, Object.freeze(at));
        if (decision.kind === 'fail') expect(BatonError.is(decision.error)).toBe(true);
        expect(decide(plan, execution, at)).toEqual(decision);
      }),
      { numRuns: 2_000 },
    );
  });
});
