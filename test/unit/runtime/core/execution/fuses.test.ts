import { FuseBlownError, StepInterruptedError } from '../../../../../src/errors';
import type { Execution } from '../../../../../src/runtime/core/execution/execution';
import { checkFuses } from '../../../../../src/runtime/core/execution/fuses';
import type { InterruptionEnding } from '../../../../../src/runtime/core/execution/interruption';
import { makeExecution, makePlan, startMs } from '../core.helpers';

const plan = makePlan({
  limits: {
    maxInvocations: 5,
    maxDurationMs: 1_000,
    maxIdleInvocations: 3,
    maxInterruptions: 2,
    maxStalledInvocations: 4,
    maxCostUsd: 2,
  },
});

function check(parts: Partial<Execution>, nowMs = startMs): ReturnType<typeof checkFuses> {
  return checkFuses(plan, makeExecution(plan, parts), nowMs);
}

describe('checkFuses', () => {
  it.each<[string, Partial<Execution>, number]>([
    ['a fresh execution', {}, startMs],
    ['invocation number maxInvocations', { invocation: 5 }, startMs],
    ['an execution that lasts maxDurationMs', {}, startMs + 1_000],
    [
      'a wait that ends after maxDurationMs exactly',
      { resumeAtMs: startMs + 1_000, isWaiting: true },
      startMs,
    ],
    ['maxIdleInvocations idle hand-offs', { idleInvocationCount: 3 }, startMs],
    ['maxStalledInvocations stalled hand-offs', { stall: { mark: 'a', count: 4 } }, startMs],
    ['an execution that costs maxCostUsd', { costUsd: 2 }, startMs],
    ['one interruption less than maxInterruptions', { interruptionCount: 1 }, startMs],
    [
      'many attempts, cycles and safe points',
      { attempt: 99, cycle: 1e6, safePointCount: 1e9, failedAttemptCount: 99 },
      startMs,
    ],
    ['a clock that stands before the start', {}, startMs - 5_000],
  ])('checkFuses is silent at %s', (_what, parts, nowMs) => {
    expect(check(parts, nowMs)).toBeUndefined();
  });

  it.each<[string, Partial<Execution>, number, object]>([
    [
      'one invocation more than maxInvocations',
      { invocation: 6 },
      startMs,
      { limit: 'maxInvocations', allowed: 5, actual: 6 },
    ],
    [
      'a millisecond more than maxDurationMs',
      {},
      startMs + 1_001,
      { limit: 'maxDurationMs', allowed: 1_000, actual: 1_001 },
    ],
    [
      'a wait that would end a millisecond after maxDurationMs',
      { resumeAtMs: startMs + 1_001, isWaiting: true },
      startMs,
      { limit: 'maxDurationMs', allowed: 1_000, actual: 1_001 },
    ],
    [
      'a retry delay that would end after maxDurationMs',
      { resumeAtMs: startMs + 2_000 },
      startMs,
      { limit: 'maxDurationMs', allowed: 1_000, actual: 2_000 },
    ],
    [
      'one stalled hand-off more',
      { stall: { mark: 'a', count: 5 } },
      startMs,
      { limit: 'maxStalledInvocations', allowed: 4, actual: 5 },
    ],
    [
      'a little more than maxCostUsd',
      { costUsd: 2.000_000_000_1 },
      startMs,
      { limit: 'maxCostUsd', allowed: 2, actual: 2.000_001 },
    ],
    [
      'one idle hand-off more',
      { idleInvocationCount: 4 },
      startMs,
      { limit: 'maxIdleInvocations', allowed: 3, actual: 4 },
    ],
  ])('checkFuses blows at %s', (_what, parts, nowMs, details) => {
    const error = check(parts, nowMs);
    expect(error).toBeInstanceOf(FuseBlownError);
    expect(error).toMatchObject({ code: 'FUSE_BLOWN', retryable: false, details });
  });

  it.each([2, 3, 9])(
    'checkFuses blows at maxInterruptions: after %i interruptions the step is not started again',
    (interruptionCount) => {
      const error = check({ interruptionCount, stepIndex: 1 });
      expect(error).toBeInstanceOf(StepInterruptedError);
      expect(error).toMatchObject({
        code: 'STEP_INTERRUPTED',
        retryable: false,
        details: {
          step: 'repair',
          limit: 'maxInterruptions',
          allowed: 2,
          actual: interruptionCount,
          ending: 'unknown',
        },
      });
    },
  );

  it('checkFuses never says a number that its limit allows', () => {
    expect(check({}, startMs + 1_000.25)?.details).toEqual({
      limit: 'maxDurationMs',
      allowed: 1_000,
      actual: 1_001,
    });
  });

  it('checkFuses says which limit, with the numbers, and what to do', () => {
    expect(check({ invocation: 6 })?.message).toMatchInlineSnapshot(`
"Execution execution-1 of job Reconcile needs invocation number 6; limits.maxInvocations is 5.
→ Look at why @Terminate is not true yet; raise limits.maxInvocations if the work really takes more."
`);
    expect(check({}, startMs + 1_001)?.message).toMatchInlineSnapshot(`
"Execution execution-1 of job Reconcile lasts or would last 1001 ms; limits.maxDurationMs is 1000.
→ Look at why @Terminate is not true yet; raise limits.maxDurationMs if the work really takes longer."
`);
    expect(check({ idleInvocationCount: 4 })?.message).toMatchInlineSnapshot(`
"Execution execution-1 of job Reconcile has handed over without doing anything 4 times in a row; limits.maxIdleInvocations is 3.
→ Raise the function's time-out above safeMs plus the step's minBudgetMs, or lower those."
`);
    expect(check({ interruptionCount: 2, stepIndex: 1 })?.message).toMatchInlineSnapshot(`
"repair of job Reconcile was cut off 2 times in a row without reaching a safe point; limits.maxInterruptions is 2. The last time its process was killed, by the time-out or by a crash.
→ Let repair stop when ctx.shouldYield() is true, or make it a generator that yields; else raise the function's time-out or memory."
`);
  });

  it.each<[InterruptionEnding, string, string]>([
    ['crash', 'its process ended before its time was up', "the end of that invocation's log"],
    ['hard-edge', 'it was still running at the hard edge', 'ctx.shouldYield()'],
    ['out-of-memory', 'it probably ran out of it', "Raise the function's memory"],
    ['safe-window', 'had not got anywhere', 'ctx.shouldYield()'],
    ['timeout', 'Lambda killed it at its time-out', 'ctx.shouldYield()'],
    ['unknown', 'by the time-out or by a crash', 'ctx.shouldYield()'],
  ])(
    'checkFuses says of an interruption by %s how it ended, and what helps against that',
    (ending, problemPart, fix) => {
      const [problem, advice] = (
        check({ interruptionCount: 2, stepIndex: 1, interruption: { ending, unit: '' } })?.message ?? ''
      ).split('\n→ ');
      expect(problem).toContain(problemPart);
      expect(advice).toContain(fix);
    },
  );
});
