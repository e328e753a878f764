import {
  type BatonError,
  FuseBlownError,
  HandOffFailedError,
  IncompatibleStateError,
  StepInterruptedError,
} from '../../../../../src/errors';
import { alone, type Sleep } from '../../../../../src/runtime/core/execution/among';
import { beginToCompensate } from '../../../../../src/runtime/core/execution/compensation';
import { decide, type Situation } from '../../../../../src/runtime/core/execution/decide';
import { type Execution, nameUnit } from '../../../../../src/runtime/core/execution/execution';
import { checkFuses } from '../../../../../src/runtime/core/execution/fuses';
import { firstLine } from '../../../../../src/runtime/core/execution/line';
import { addRun, finishRun, maxRuns, type Undo } from '../../../../../src/runtime/core/execution/undo';
import { makeExecution, makePlan, startMs } from '../core.helpers';

const nowMs = startMs + 60_000;
const freshBudgetMs = 59_000;

/** A situation with a minute left and no timer. The plan's safe window is its last second. */
function situation(parts: Partial<Situation> = {}): Situation {
  return Object.freeze({ nowMs, remainingMs: 60_000, maxDelaySeconds: 0, freshBudgetMs, ...parts });
}

const timed = { maxDelaySeconds: 900 };
const approval: Sleep = { kind: 'signal', name: 'approved', isBounded: true };

describe('decide: a sleep', () => {
  const plan = makePlan();

  function sleeping(sleep: Sleep, ms: number): Execution {
    return makeExecution(plan, { resumeAtMs: nowMs + ms, isWaiting: true, among: { ...alone, sleep } });
  }

  it.each<[string, Sleep]>([
    ['a signal', { ...approval, isBounded: false }],
    ['children', { kind: 'children' }],
    ['a slot', { kind: 'slot' }],
  ])(
    'A sleep for %s without a time-out gives its invocation up; a timer only for when it may last no longer',
    (_what, sleep) => {
      const asleep = { kind: 'hand-off', reason: sleep.kind, isAsleep: true };
      expect(decide(plan, sleeping(sleep, 900_000), situation(timed))).toEqual({
        ...asleep,
        delaySeconds: 900,
      });
      expect(decide(plan, sleeping(sleep, 1_500), situation(timed))).toEqual({ ...asleep, delaySeconds: 2 });
      // Never by a chain of messages.
      expect(decide(plan, sleeping(sleep, 900_001), situation(timed))).toEqual({
        ...asleep,
        delaySeconds: 0,
      });
      expect(decide(plan, sleeping(sleep, 900_000), situation())).toEqual({ ...asleep, delaySeconds: 0 });
    },
  );

  it.each([
    [1_500, 2],
    [900_000, 900],
    [86_400_000, 900],
  ])(
    'A sleep for a signal that ends in %d ms has a timer in %d s, the first of a chain',
    (ms, delaySeconds) => {
      expect(decide(plan, sleeping(approval, ms), situation(timed))).toEqual({
        kind: 'hand-off',
        reason: 'signal',
        delaySeconds,
        isAsleep: true,
      });
    },
  );

  it.each([
    [400, 400],
    [1_000, 1_000],
    [1_001, 1_000],
    [58_999, 1_000],
  ])(
    'A sleep for a signal that ends in %d ms looks for it in process in %d ms, where there is no timer',
    (ms, lookInMs) => {
      expect(decide(plan, sleeping(approval, ms), situation())).toEqual({ kind: 'sleep', ms: lookInMs });
    },
  );

  it('A sleep goes on in another invocation, where there is no timer and the time of this one is over', () => {
    for (const ms of [20_000, 58_999])
      expect(decide(plan, sleeping(approval, ms), situation({ remainingMs: 21_000 }))).toEqual({
        kind: 'hand-off',
        reason: 'signal',
        delaySeconds: 0,
      });
    expect(decide(plan, sleeping(approval, 19_999), situation({ remainingMs: 21_000 })).kind).toBe('sleep');
  });

  it('A sleep fails where there is no timer and no invocation is as long', () => {
    const decision = decide(plan, sleeping(approval, freshBudgetMs), situation());
    expect(decision.kind === 'fail' && decision.error).toBeInstanceOf(HandOffFailedError);
  });

  it.each<[string, Sleep]>([
    ['children', { kind: 'children' }],
    ['a signal that has not come', { ...approval, isBounded: false }],
  ])('A sleep for %s that is over has lasted too long', (_what, sleep) => {
    for (const ms of [0, -0.5]) {
      const decision = decide(plan, sleeping(sleep, ms), situation(timed));
      const { error } = decision as { readonly error: BatonError };
      expect(error).toBeInstanceOf(FuseBlownError);
      expect(error.details).toEqual({ limit: 'maxDurationMs', allowed: 604_800_000, actual: 60_000 });
    }
    expect(decide(plan, sleeping(sleep, 1), situation(timed)).kind).toBe('hand-off');
  });
});

const compensated = makePlan({
  steps: [{ method: 'reserve', compensate: 'release' }, 'report'],
  limits: { maxDurationMs: 70_000, maxInvocations: 5, maxInterruptions: 2, maxIdleInvocations: 1 },
});

function runs(...steps: readonly string[]): Undo {
  return steps.reduce<Undo | null>((undo, step) => finishRun(addRun(undo, step, 1)), null) as Undo;
}

/** An execution whose compensation began at `startMs`, after three invocations. */
function compensating(undo: Undo, parts: Partial<Execution> = {}): Execution {
  const begun = makeExecution(compensated, { undo, invocation: 4 });
  return { ...beginToCompensate(begun, { status: 'cancelled' }, startMs), ...parts };
}

describe('decide: a compensation', () => {
  const run = { kind: 'run' };

  it('A compensation undoes the last run, and ends when all is undone', () => {
    expect(decide(compensated, compensating(runs('reserve')), situation())).toEqual(run);
    const none = { ...runs('reserve'), names: [], blocks: [], count: 0 };
    expect(decide(compensated, compensating(none), situation())).toEqual({ kind: 'undone' });
    expect(nameUnit(compensated, compensating(runs('reserve')))).toBe('release');
  });

  it('A compensation passes over what this code cannot undo', () => {
    const decision = decide(compensated, compensating(runs('reserve', 'report')), situation());
    expect(decision).toMatchObject({ kind: 'not-undone' });
    expect((decision as { error?: unknown }).error).toBeInstanceOf(IncompatibleStateError);
    expect(nameUnit(compensated, compensating(runs('report')))).toBe('');
    expect(nameUnit(compensated, makeExecution(compensated, { phase: 'compensate' }))).toBe('');
  });

  it('A compensation gives a method up that was cut off three times', () => {
    const twice = compensating(runs('reserve'), { interruptionCount: 2 });
    expect(decide(compensated, twice, situation())).toEqual(run);
    const decision = decide(compensated, { ...twice, interruptionCount: 3 }, situation());
    expect((decision as { error?: unknown }).error).toBeInstanceOf(StepInterruptedError);
    expect(decision.kind).toBe('not-undone');
  });

  it.each([
    [1, 2, 'run'],
    [2, 0, 'run'],
    [2, 1, 'run'],
    [2, 2, 'hand-off'],
  ] as const)(
    'A compensation after %i deaths and with recovery %i is to: %s',
    (interruptionCount, recovery, kind) => {
      const line = { ...firstLine, recovery };
      const decision = decide(
        compensated,
        compensating(runs('reserve'), { interruptionCount, line }),
        situation(),
      );
      expect(decision.kind).toBe(kind);
      if (kind === 'hand-off')
        expect(decision).toEqual({ kind: 'hand-off', reason: 'after-death', delaySeconds: 0 });
    },
  );

  it('A compensation waits for the next attempt of a method, and hands over in the safe window', () => {
    const waiting = compensating(runs('reserve'), { resumeAtMs: nowMs + 500 });
    expect(decide(compensated, waiting, situation())).toEqual({ kind: 'sleep', ms: 500 });
    expect(decide(compensated, { ...waiting, resumeAtMs: nowMs }, situation())).toEqual(run);
    for (const remainingMs of [1_000, 0])
      expect(decide(compensated, compensating(runs('reserve')), situation({ remainingMs }))).toEqual({
        kind: 'hand-off',
        reason: 'safe-window',
        delaySeconds: 0,
      });
    expect(decide(compensated, compensating(runs('reserve')), situation({ remainingMs: 1_001 }))).toEqual(
      run,
    );
  });

  it('A compensation fails with a fuse, which then ends it', () => {
    const decision = decide(
      compensated,
      compensating(runs('reserve')),
      situation({ nowMs: startMs + 70_001 }),
    );
    expect((decision as { error?: unknown }).error).toBeInstanceOf(FuseBlownError);
  });
});

describe('checkFuses: a compensation', () => {
  const lasting = compensating(runs('reserve'), { startedAtMs: startMs - 1e9 });

  it('A compensation has maxDurationMs again', () => {
    expect(checkFuses(compensated, lasting, startMs + 70_000)).toBeUndefined();
    expect(checkFuses(compensated, lasting, startMs + 70_001)?.details).toMatchObject({
      limit: 'maxDurationMs',
    });
  });

  it('A compensation has maxInvocations again', () => {
    expect(checkFuses(compensated, { ...lasting, invocation: 8 }, startMs)).toBeUndefined();
    expect(checkFuses(compensated, { ...lasting, invocation: 9 }, startMs)?.details).toMatchObject({
      limit: 'maxInvocations',
      actual: 6,
    });
  });

  it('A compensation has no other fuse, but that of deaths in a row', () => {
    const spent = { ...lasting, idleInvocationCount: 9, interruptionCount: 9, costUsd: 1e9 };
    expect(checkFuses(compensated, spent, startMs)).toBeUndefined();
    const dying = { ...spent, line: { ...firstLine, deathCount: 10 } };
    expect(checkFuses(compensated, dying, startMs)?.details).toMatchObject({
      limit: 'maxDeaths',
      actual: 10,
    });
    const alive = { ...spent, line: { ...firstLine, deathCount: 9 } };
    expect(checkFuses(compensated, alive, startMs)).toBeUndefined();
  });
});

describe('checkFuses: children', () => {
  const limited = makePlan({ limits: { maxCostUsd: 2 } });

  it('Children cost what counts for their parent', () => {
    const execution = makeExecution(limited, { costUsd: 1, among: { ...alone, childrenCostUsd: 1 } });
    expect(checkFuses(limited, execution, nowMs)).toBeUndefined();
    const more = { ...execution, among: { ...alone, childrenCostUsd: 1.25 } };
    expect(checkFuses(limited, more, nowMs)?.details).toEqual({
      limit: 'maxCostUsd',
      allowed: 2,
      actual: 2.25,
    });
  });
});

describe('decide: more runs than can be remembered', () => {
  it('More runs than can be remembered blow a fuse before one more would begin', () => {
    const full: Undo = { ...runs('reserve'), count: maxRuns };
    const decision = decide(compensated, makeExecution(compensated, { undo: full }), situation());
    const { error } = decision as { readonly error: BatonError };
    expect(error.details).toEqual({ limit: 'maxRememberedRuns', allowed: 10_000, actual: 10_001 });
    expect(error.message).toMatchInlineSnapshot(`
"Execution execution-1 of job Reconcile would have to remember, to undo them, 10001 runs of steps; 10000 is the limit.
→ Let one run of a step with compensate do more, or start an execution for each part of the work."
`);
    const step = { undo: full, stepIndex: 1 };
    expect(decide(compensated, makeExecution(compensated, step), situation())).toEqual({ kind: 'run' });
  });
});

describe('nameUnit', () => {
  it.each(['signal', 'child-end'] as const)(
    'nameUnit names the method of an interlude in phase %s',
    (phase) => {
      const back = {
        phase: 'step',
        attempt: 1,
        resumeAtMs: 0,
        isWaiting: false,
        interruptionCount: 0,
      } as const;
      const interlude = {
        kind: 'signal',
        method: 'onApproved',
        slot: 0,
        part: 0,
        back: { ...back, sleep: null, woken: null },
      } as const;
      const plan = makePlan();
      expect(nameUnit(plan, makeExecution(plan, { phase, among: { ...alone, interlude } }))).toBe(
        'onApproved',
      );
      expect(nameUnit(plan, makeExecution(plan, { phase, among: alone }))).toBe('');
      expect(nameUnit(plan, makeExecution(plan, { phase }))).toBe('');
    },
  );
});
