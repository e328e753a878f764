import { InvalidDirectiveError } from '../../../../../src/errors';
import { apply, type Outcome } from '../../../../../src/runtime/core/execution/apply';
import {
  complete,
  type Directive,
  goTo,
  wait,
  waitUntil,
} from '../../../../../src/runtime/core/execution/directives';
import {
  beginExecution,
  type Execution,
  nameUnit,
  noStep,
} from '../../../../../src/runtime/core/execution/execution';
import type { JobPlan } from '../../../../../src/runtime/core/execution/job-plan';
import { catchError, makeExecution, makePlan, messageOf, startMs } from '../core.helpers';

const nowMs = startMs + 5_000;

function finished(directive?: Directive): Outcome {
  return { kind: 'finished', directive, nowMs };
}

/** The names of the units that run when each one finishes and `@Terminate` never says `true`. */
function walk(plan: JobPlan, units: number, first = beginExecution(plan, 'execution-1', startMs)): string[] {
  const names: string[] = [];
  for (let execution: Execution = first; names.length < units; ) {
    names.push(`${execution.cycle}:${nameUnit(plan, execution)}`);
    execution = apply(
      plan,
      execution,
      execution.phase === 'check' ? { kind: 'checked', isDone: false } : finished(),
    );
  }
  return names;
}

describe('beginExecution', () => {
  it('beginExecution begins before @Terminate, at the first step of cycle 1, with every count at its beginning', () => {
    expect(beginExecution(makePlan(), 'execution-1', startMs)).toEqual({
      executionId: 'execution-1',
      startedAtMs: startMs,
      invocation: 1,
      phase: 'check',
      cycle: 1,
      stepIndex: 0,
      attempt: 1,
      safePointCount: 0,
      resumeAtMs: 0,
      isWaiting: false,
      result: undefined,
      stepCount: 0,
      failedAttemptCount: 0,
      idleInvocationCount: 0,
      interruptionCount: 0,
      interruption: null,
      chain: { length: 0, setting: null },
      line: { pin: null, wakeUpCount: 0, deathCount: 0, recovery: 0 },
      costUsd: 0,
      stall: null,
      trail: {},
    });
  });

  it('beginExecution begins before @OnStart when there is one', () => {
    expect(beginExecution(makePlan({ hooks: { onStart: 'prepare' } }), 'execution-1', startMs).phase).toBe(
      'start',
    );
  });
});

describe('nameUnit', () => {
  const plan = makePlan({ hooks: { onStart: 'prepare', onComplete: 'sum' } });

  it.each([
    ['start', 'prepare'],
    ['check', 'isDone'],
    ['step', 'repair'],
    ['complete', 'sum'],
  ] as const)('nameUnit names the method of phase %s: %s', (phase, method) => {
    expect(nameUnit(plan, makeExecution(plan, { phase, stepIndex: 1 }))).toBe(method);
  });

  it.each([
    ['nothing', 'start', ''],
    ['@Terminate, which ended it,', 'complete', makePlan().terminate.method],
  ] as const)('nameUnit names %s in phase %s when the job has no such hook', (_what, phase, method) => {
    const bare = makePlan();
    expect(nameUnit(bare, makeExecution(bare, { phase }))).toBe(method);
  });

  it('nameUnit names nothing in a cycle in which there is nothing to run', () => {
    expect(nameUnit(plan, makeExecution(plan, { stepIndex: noStep }))).toBe('');
  });
});

describe('apply: the order of units', () => {
  it('apply() asks @Terminate, runs the steps as they are written, and begins the next cycle with @Terminate', () => {
    expect(walk(makePlan(), 9)).toEqual([
      '1:isDone',
      '1:read',
      '1:repair',
      '1:report',
      '2:isDone',
      '2:read',
      '2:repair',
      '2:report',
      '3:isDone',
    ]);
  });

  it('apply() asks @Terminate before each step when it is declared with check: step', () => {
    expect(walk(makePlan({ steps: ['read', 'repair'], check: 'step' }), 6)).toEqual([
      '1:isDone',
      '1:read',
      '1:isDone',
      '1:repair',
      '2:isDone',
      '2:read',
    ]);
  });

  it('apply() runs @OnStart before anything else, and once', () => {
    expect(walk(makePlan({ steps: ['read'], hooks: { onStart: 'prepare' } }), 5)).toEqual([
      '1:prepare',
      '1:isDone',
      '1:read',
      '2:isDone',
      '2:read',
    ]);
  });

  it.each([
    [
      'first',
      [{ method: 'open', once: true }, 'read', 'repair'],
      ['1:open', '1:read', '1:repair', '2:read', '2:repair', '3:read'],
    ],
    [
      'in the middle',
      ['read', { method: 'open', once: true }, 'repair'],
      ['1:read', '1:open', '1:repair', '2:read', '2:repair', '3:read'],
    ],
    [
      'last',
      ['read', 'repair', { method: 'close', once: true }],
      ['1:read', '1:repair', '1:close', '2:read', '2:repair', '3:read'],
    ],
  ])('apply() runs a once step that stands %s in the first cycle only', (_where, steps, order) => {
    expect(
      walk(makePlan({ steps }), 9)
        .filter((name) => !name.endsWith('isDone'))
        .slice(0, 6),
    ).toEqual(order);
  });

  it.each(['cycle', 'step'] as const)(
    'apply() has no step in cycle 2 of a job whose every step is once (check: %s)',
    (check) => {
      const plan = makePlan({ steps: [{ method: 'open', once: true }], check });
      expect(apply(plan, makeExecution(plan), finished())).toMatchObject({
        cycle: 2,
        phase: 'check',
        stepIndex: noStep,
      });
    },
  );
});

describe('apply: a finished unit', () => {
  it('A finished unit is a safe point: the count of safe points moves on, and what is counted between two of them starts again', () => {
    const plan = makePlan();
    const execution = makeExecution(plan, {
      attempt: 3,
      safePointCount: 7,
      stepCount: 5,
      failedAttemptCount: 2,
      idleInvocationCount: 1,
      interruptionCount: 1,
      resumeAtMs: startMs,
      isWaiting: true,
      result: 'kept',
    });
    expect(apply(plan, execution, finished())).toEqual({
      ...execution,
      stepIndex: 1,
      attempt: 1,
      safePointCount: 8,
      stepCount: 6,
      idleInvocationCount: 0,
      interruptionCount: 0,
      interruption: null,
      resumeAtMs: 0,
      isWaiting: false,
    });
  });

  it('A finished unit is no step when it was @OnStart, but a safe point, and a directive is refused there', () => {
    const plan = makePlan({ hooks: { onStart: 'prepare' } });
    const begun = beginExecution(plan, 'execution-1', startMs);
    const after = { ...begun, phase: 'check', safePointCount: 1, stepCount: 0, stepIndex: 0 };
    expect(apply(plan, begun, finished())).toEqual(after);
    for (const directive of [complete('too early'), goTo('report'), wait({ seconds: 1 })]) {
      expect(() => apply(plan, begun, finished(directive))).toThrow(InvalidDirectiveError);
    }
  });
});

describe('apply: a yield', () => {
  it('A yield is a safe point, and the execution stays where it is', () => {
    const plan = makePlan();
    const execution = makeExecution(plan, {
      stepIndex: 1,
      cycle: 4,
      attempt: 2,
      safePointCount: 9,
      interruptionCount: 1,
      stepCount: 10,
    });
    expect(apply(plan, execution, { kind: 'yielded' })).toEqual({
      ...execution,
      attempt: 1,
      safePointCount: 10,
      interruptionCount: 0,
      interruption: null,
    });
  });

  it('A yield ends a wait and a retry delay', () => {
    const plan = makePlan();
    const execution = makeExecution(plan, { resumeAtMs: startMs, isWaiting: true });
    expect(apply(plan, execution, { kind: 'yielded' })).toMatchObject({ resumeAtMs: 0, isWaiting: false });
  });
});

describe('apply: an answer of @Terminate', () => {
  const plan = makePlan();
  const execution = makeExecution(plan, {
    phase: 'check',
    stepIndex: 2,
    cycle: 3,
    attempt: 2,
    safePointCount: 4,
    interruptionCount: 1,
  });

  it('An answer of @Terminate leads to the step when it is false, to the end when it is true', () => {
    expect(apply(plan, execution, { kind: 'checked', isDone: false })).toEqual({
      ...execution,
      phase: 'step',
      attempt: 1,
    });
    expect(apply(plan, execution, { kind: 'checked', isDone: true })).toEqual({
      ...execution,
      phase: 'complete',
      attempt: 1,
    });
  });

  it('An answer of @Terminate is no safe point: neither the count of safe points nor that of interruptions changes', () => {
    expect(apply(plan, execution, { kind: 'checked', isDone: false })).toMatchObject({
      safePointCount: 4,
      interruptionCount: 1,
    });
  });
});

describe('apply: a failed attempt', () => {
  const plan = makePlan();

  it('A failed attempt counts, waits for the next one, and is no safe point', () => {
    const execution = makeExecution(plan, {
      stepIndex: 1,
      safePointCount: 4,
      interruptionCount: 1,
      idleInvocationCount: 2,
    });
    expect(apply(plan, execution, { kind: 'failed', retryAtMs: nowMs })).toEqual({
      ...execution,
      attempt: 2,
      failedAttemptCount: 1,
      resumeAtMs: nowMs,
    });
  });

  it('A failed attempt turns a wait into a retry delay', () => {
    const execution = makeExecution(plan, { isWaiting: true, resumeAtMs: startMs });
    expect(apply(plan, execution, { kind: 'failed', retryAtMs: nowMs })).toMatchObject({
      isWaiting: false,
      resumeAtMs: nowMs,
    });
  });

  it('A failed attempt keeps the attempts of one unit apart from those of the next', () => {
    const twice = [0, 1].reduce(
      (before) => apply(plan, before, { kind: 'failed', retryAtMs: nowMs }),
      makeExecution(plan),
    );
    expect(twice).toMatchObject({ attempt: 3, failedAttemptCount: 2, safePointCount: 0 });
    expect(apply(plan, twice, finished())).toMatchObject({
      attempt: 1,
      failedAttemptCount: 2,
      safePointCount: 1,
    });
  });
});

describe('apply: an interruption', () => {
  const plan = makePlan();

  it('An interruption is counted, and changes nothing else: not the attempt, and it is no safe point', () => {
    const execution = makeExecution(plan, { stepIndex: 2, attempt: 2, safePointCount: 4 });
    expect(
      apply(plan, execution, {
        kind: 'interrupted',
        interruption: { ending: 'hard-edge', unit: 'read' },
        count: 1,
      }),
    ).toEqual({
      ...execution,
      interruptionCount: 1,
      interruption: { ending: 'hard-edge', unit: 'read' },
    });
  });

  it.each<[string, Outcome, number]>([
    ['a finished step', finished(), 0],
    ['a yield', { kind: 'yielded' }, 0],
    ['a failed attempt', { kind: 'failed', retryAtMs: nowMs }, 1],
    [
      'another interruption',
      { kind: 'interrupted', interruption: { ending: 'hard-edge', unit: 'read' }, count: 1 },
      2,
    ],
  ])('An interruption is followed by %s: %j leaves the count at %i', (_what, outcome, count) => {
    const interrupted = apply(plan, makeExecution(plan), {
      kind: 'interrupted',
      interruption: { ending: 'hard-edge', unit: 'read' },
      count: 1,
    });
    expect(apply(plan, interrupted, outcome).interruptionCount).toBe(count);
  });
});

describe('apply: goTo', () => {
  const plan = makePlan({ steps: [{ method: 'open', once: true }, 'read', 'repair', 'report'] });

  it.each([
    ['forwards', 1, 'report', 3],
    ['backwards', 3, 'read', 1],
    ['to the same step', 2, 'repair', 2],
    ['to a once step, also after the first cycle', 3, 'open', 0],
  ])('goTo goes %s, in the same cycle', (_where, stepIndex, target, expected) => {
    const execution = makeExecution(plan, { cycle: 5, stepIndex, safePointCount: 12 });
    expect(apply(plan, execution, finished(goTo(target)))).toMatchObject({
      cycle: 5,
      stepIndex: expected,
      phase: 'step',
      safePointCount: 13,
    });
  });

  it('goTo asks @Terminate on the way when it is declared with check: step', () => {
    const asked = makePlan({ check: 'step' });
    expect(apply(asked, makeExecution(asked), finished(goTo('report')))).toMatchObject({
      phase: 'check',
      stepIndex: 2,
      cycle: 1,
    });
  });

  it('goTo goes on behind the once step it went to', () => {
    const there = apply(plan, makeExecution(plan, { cycle: 5, stepIndex: 3 }), finished(goTo('open')));
    expect(apply(plan, there, finished())).toMatchObject({ cycle: 5, stepIndex: 1 });
  });

  it('goTo refuses a step that the job does not have, and names those it has', () => {
    const error = catchError(() =>
      apply(plan, makeExecution(plan, { stepIndex: 2 }), finished(goTo('repiar'))),
    );
    expect(error).toBeInstanceOf(InvalidDirectiveError);
    expect(error).toMatchObject({
      code: 'INVALID_DIRECTIVE',
      retryable: false,
      details: { method: 'repair' },
    });
    expect(error.message).toMatchInlineSnapshot(`
"Step repair of job Reconcile returned goTo("repiar"), which is not a step.
→ Go to one of: open, read, repair, report."
`);
  });

  it.each([
    ['@Terminate', 'isDone'],
    ['a hook', 'prepare'],
    ['an inherited name', 'constructor'],
    ['nothing', ''],
  ])('goTo refuses %s: it is no step', (_what, target) => {
    const hooked = makePlan({ hooks: { onStart: 'prepare' } });
    expect(() => apply(hooked, makeExecution(hooked), finished(goTo(target)))).toThrow(InvalidDirectiveError);
  });

  it.each<[string, unknown]>([
    ['a BigInt', 10n],
    ['a symbol', Symbol('read')],
    ['undefined', undefined],
    ['a cycle', makeCycle()],
    ['an object', { toString: () => 'read' }],
  ])('goTo refuses %s, which a caller without types can give', (_what, target) => {
    expect(() => apply(plan, makeExecution(plan), finished(goTo(target as string)))).toThrow(
      InvalidDirectiveError,
    );
  });

  it('goTo says what was given when it is no text', () => {
    expect(
      messageOf(() => apply(plan, makeExecution(plan), finished(goTo(10n as unknown as string)))),
    ).toMatchInlineSnapshot(`
"Step open of job Reconcile returned goTo(a value of type bigint), which is not a step.
→ Go to one of: open, read, repair, report."
`);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['7', 7],
    ['true', true],
    ['a value of type object', {}],
  ])('goTo shows %s as it was given', (shown, target) => {
    expect(messageOf(() => apply(plan, makeExecution(plan), finished(goTo(target as string))))).toContain(
      `returned goTo(${shown}), which`,
    );
  });
});

describe('apply: wait and waitUntil', () => {
  const plan = makePlan();

  it.each<[string, Directive, number]>([
    ['so many seconds from now', wait({ seconds: 90 }), nowMs + 90_000],
    ['no time at all', wait({ seconds: 0 }), nowMs],
    ['a fraction of a second, rounded up to whole milliseconds', wait({ seconds: 0.0005 }), nowMs + 1],
    ['until a date', waitUntil(new Date(nowMs + 250)), nowMs + 250],
    ['until a date in the past, which means now', waitUntil(new Date(startMs - 1)), startMs - 1],
  ])('A wait goes on with the next step after a pause: %s', (_what, directive, resumeAtMs) => {
    expect(apply(plan, makeExecution(plan), finished(directive))).toMatchObject({
      stepIndex: 1,
      phase: 'step',
      safePointCount: 1,
      stepCount: 1,
      isWaiting: true,
      resumeAtMs,
    });
  });

  it('A wait never waits for a time before the epoch, which no continuation could carry', () => {
    const { resumeAtMs } = apply(plan, makeExecution(plan), finished(waitUntil(new Date(-5_000))));
    expect(resumeAtMs).toBe(0);
  });

  it('A wait comes before the next cycle when it was the last step that asked', () => {
    expect(apply(plan, makeExecution(plan, { stepIndex: 2 }), finished(wait({ seconds: 60 })))).toMatchObject(
      {
        cycle: 2,
        phase: 'check',
        stepIndex: 0,
        isWaiting: true,
        resumeAtMs: nowMs + 60_000,
      },
    );
  });

  it('A wait is waited for once: passing @Terminate keeps the time, the next safe point forgets it', () => {
    const waiting = apply(plan, makeExecution(plan, { stepIndex: 2 }), finished(wait({ seconds: 60 })));
    const asked = apply(plan, waiting, { kind: 'checked', isDone: false });
    expect(asked).toMatchObject({ phase: 'step', resumeAtMs: nowMs + 60_000, isWaiting: true });
    expect(apply(plan, asked, finished())).toMatchObject({ resumeAtMs: 0, isWaiting: false });
  });

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['so many that their milliseconds are infinite', 1e308],
    ['a negative number', -1],
    ['nothing', undefined],
    ['null', null],
    ['a text', '5'],
    ['a BigInt', 5n],
    ['a symbol', Symbol('5')],
    ['true', true],
    ['an object that cannot be shown', { toString: () => raise() }],
    ['an object without a prototype', Object.create(null)],
  ])('A wait refuses %s as seconds', (_what, seconds) => {
    expect(() => apply(plan, makeExecution(plan), finished(wait({ seconds: seconds as number })))).toThrow(
      InvalidDirectiveError,
    );
  });

  it('A wait without anything is refused', () => {
    expect(() =>
      apply(plan, makeExecution(plan), finished(wait(undefined as unknown as { seconds: number }))),
    ).toThrow(InvalidDirectiveError);
  });

  it.each<[string, unknown]>([
    ['an invalid date', new Date('never')],
    ['a number', 1_800_000_000_000],
    ['nothing', undefined],
    ['something whose getTime answers a text', { getTime: () => '5' }],
  ])('waitUntil refuses %s as its time', (_what, date) => {
    expect(() => apply(plan, makeExecution(plan), finished(waitUntil(date as Date)))).toThrow(
      InvalidDirectiveError,
    );
  });

  it('A wait that is refused names the step that asked in its details', () => {
    const error = catchError(() =>
      apply(plan, makeExecution(plan, { stepIndex: 1 }), finished(wait({ seconds: -1 }))),
    );
    expect(error.details).toEqual({ method: 'repair' });
  });

  it('A wait that is refused says which step asked for what', () => {
    const asks: Directive[] = [
      wait({ seconds: -1 }),
      wait({ seconds: '5' as unknown as number }),
      waitUntil(new Date('never')),
    ];
    const [negative, text, never] = asks.map((ask) =>
      messageOf(() => apply(plan, makeExecution(plan), finished(ask))),
    );
    expect(negative).toMatchInlineSnapshot(`
"Step read of job Reconcile returned wait({ seconds: -1 }).
→ Give wait a finite number of seconds, 0 or more, and waitUntil a valid Date."
`);
    expect(text).toMatchInlineSnapshot(`
"Step read of job Reconcile returned wait({ seconds: "5" }).
→ Give wait a finite number of seconds, 0 or more, and waitUntil a valid Date."
`);
    expect(never).toMatchInlineSnapshot(`
"Step read of job Reconcile returned waitUntil(an invalid date).
→ Give wait a finite number of seconds, 0 or more, and waitUntil a valid Date."
`);
  });
});

describe('apply: complete', () => {
  it('complete() ends the execution from any step, with its result, without asking @Terminate again', () => {
    const plan = makePlan({ check: 'step' });
    const ended = apply(
      plan,
      makeExecution(plan, { stepIndex: 1, cycle: 3 }),
      finished(complete({ repaired: 4 })),
    );
    expect(ended).toMatchObject({
      phase: 'complete',
      result: { repaired: 4 },
      stepCount: 1,
      safePointCount: 1,
      cycle: 3,
      isWaiting: false,
    });
  });

  it('complete() ends it without a result when there is none', () => {
    const plan = makePlan();
    expect(
      apply(plan, makeExecution(plan, { result: 'older' }), finished(complete())).result,
    ).toBeUndefined();
  });
});

function makeCycle(): object {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  return cycle;
}

function raise(): never {
  throw new Error('cannot be shown');
}
