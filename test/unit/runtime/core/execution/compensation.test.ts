import { IncompatibleStateError, StepInterruptedError } from '../../../../../src/errors';
import { type Among, alone } from '../../../../../src/runtime/core/execution/among';
import { apply } from '../../../../../src/runtime/core/execution/apply';
import {
  beginToCompensate,
  cutOffError,
  findCompensated,
  forgetEnd,
  forgetPresumedRun,
  giveUpRuns,
  hasRuns,
  isCompensating,
  isUndo,
  isUndoFull,
  maxCutOffs,
  notUndoableError,
  presumeRun,
  rememberRun,
  settleRun,
} from '../../../../../src/runtime/core/execution/compensation';
import type { Execution, Phase } from '../../../../../src/runtime/core/execution/execution';
import { firstLine } from '../../../../../src/runtime/core/execution/line';
import {
  addRun,
  type CompensatedEnd,
  finishRun,
  maxRuns,
  readLastRun,
  type Undo,
} from '../../../../../src/runtime/core/execution/undo';
import { makeExecution, makePlan, startMs } from '../core.helpers';

const nowMs = startMs + 5_000;
const plan = makePlan({
  steps: [{ method: 'reserve', compensate: 'release' }, { method: 'charge', compensate: 'refund' }, 'report'],
});
const reserve = { stepIndex: 0 };
const report = { stepIndex: 2 };

/** What is to be undone after these steps have finished in cycle 1; null for nothing. */
function runs(...steps: readonly string[]): Undo {
  return steps.reduce<Undo | null>((undo, step) => finishRun(addRun(undo, step, 1)), null) as Undo;
}

function execution(parts: Partial<Execution> = {}): Execution {
  return makeExecution(plan, parts);
}

/** An execution that is compensated after these steps. */
function compensating(undo: Undo, end: CompensatedEnd = { status: 'cancelled' }): Execution {
  return beginToCompensate(execution({ undo }), end, nowMs);
}

describe('rememberRun', () => {
  it('rememberRun remembers a run of a step that can be undone before its first attempt', () => {
    const { undo } = rememberRun(plan, execution(reserve));
    expect(undo).toEqual(addRun(null, 'reserve', 1));
    expect(rememberRun(plan, execution({ undo: runs('reserve'), stepIndex: 1, cycle: 2 })).undo).toEqual(
      addRun(runs('reserve'), 'charge', 2),
    );
  });

  it('rememberRun remembers it while @Terminate is asked before it', () => {
    expect(rememberRun(plan, execution({ phase: 'check' })).undo?.count).toBe(1);
  });

  it.each<[string, Partial<Execution>]>([
    ['a step that nothing undoes', report],
    ['a cycle in which there is nothing to run', { stepIndex: -1 }],
    ['@OnStart', { phase: 'start' }],
    ['@OnComplete', { phase: 'complete' }],
    ['@OnSignal', { phase: 'signal' }],
  ])('rememberRun remembers nothing of %s', (_what, parts) => {
    const before = execution(parts);
    expect(rememberRun(plan, before)).toBe(before);
  });

  it('rememberRun remembers a run once, whichever attempt begins', () => {
    const once = rememberRun(plan, execution(reserve));
    expect(rememberRun(plan, { ...once, attempt: 2 }).undo).toBe(once.undo);
  });

  it('rememberRun knows that a run has begun which was only presumed to have', () => {
    const presumed = execution({ undo: addRun(null, 'reserve', 1, true) });
    expect(rememberRun(plan, presumed).undo).toEqual(addRun(null, 'reserve', 1));
  });

  it('rememberRun remembers the same step again in another cycle, and after it has finished', () => {
    const open = addRun(null, 'reserve', 1);
    expect(rememberRun(plan, execution({ undo: open, cycle: 2 })).undo?.count).toBe(2);
    expect(rememberRun(plan, execution({ undo: finishRun(open) })).undo?.count).toBe(2);
  });
});

describe('presumeRun', () => {
  it('presumeRun remembers, after a death, that the step which stands next may have begun', () => {
    expect(presumeRun(plan, execution(reserve), nowMs).undo).toEqual(addRun(null, 'reserve', 1, true));
    expect(presumeRun(plan, execution({ undo: runs('reserve'), stepIndex: 1 }), nowMs).undo).toEqual(
      addRun(runs('reserve'), 'charge', 1, true),
    );
  });

  it.each<[string, Partial<Execution>]>([
    ['nothing undoes it', report],
    ['its pause was not over', { resumeAtMs: nowMs + 1 }],
    ['it was about to end', { among: { ...alone, closing: { kind: 'cancel' } } }],
    ['it is known to have begun', { undo: addRun(null, 'reserve', 1) }],
  ])('presumeRun remembers nothing when %s', (_what, parts) => {
    const before = execution(parts);
    expect(presumeRun(plan, before, nowMs)).toBe(before);
  });

  it.each<[string, Partial<Execution>]>([
    ['its pause was over', { resumeAtMs: nowMs }],
    ['it slept for a signal, which may have come', { resumeAtMs: nowMs + 1, among: asleep() }],
    ['it has to do with others', { among: alone }],
  ])('presumeRun remembers it when %s', (_what, parts) => {
    expect(presumeRun(plan, execution(parts), nowMs).undo?.isPresumed).toBe(true);
  });
});

function asleep(): Among {
  return { ...alone, sleep: { kind: 'signal', name: 'approved', isBounded: false } };
}

describe('forgetPresumedRun', () => {
  it('forgetPresumedRun forgets the run of a step that cannot have begun', () => {
    const before = execution({ undo: addRun(runs('reserve'), 'charge', 1, true) });
    expect(forgetPresumedRun(before).undo).toEqual(runs('reserve').isOpen ? {} : dropped());
  });

  it('forgetPresumedRun keeps a run that has begun', () => {
    for (const before of [execution(), execution({ undo: addRun(null, 'reserve', 1) })])
      expect(forgetPresumedRun(before)).toBe(before);
  });

  function dropped(): Undo {
    return { ...runs('reserve'), names: ['reserve', 'charge'] };
  }
});

describe('isUndoFull', () => {
  const full: Undo = { ...runs('reserve'), count: maxRuns };

  it.each<[string, Partial<Execution>, boolean]>([
    ['a step that can be undone would run once more', { undo: full }, true],
    ['a run fewer is remembered', { undo: { ...full, count: maxRuns - 1 } }, false],
    ['a step would run that nothing undoes', { undo: full, ...report }, false],
    ['@Terminate is asked', { undo: full, phase: 'check' }, false],
    ['the run has begun', { undo: { ...addRun(null, 'reserve', 1), count: maxRuns } }, false],
    ['nothing is remembered', {}, false],
  ])('isUndoFull says, when %s (%j): %s', (_what, parts, isFull) => {
    expect(isUndoFull(plan, execution(parts))).toBe(isFull);
  });
});

describe('hasRuns', () => {
  it('hasRuns is whether there is anything to undo', () => {
    expect(hasRuns(execution())).toBe(false);
    expect(hasRuns(execution({ undo: { ...runs('reserve'), count: 0 } }))).toBe(false);
    expect(hasRuns(execution({ undo: runs('reserve') }))).toBe(true);
  });
});

describe('isCompensating', () => {
  it.each<[Phase, boolean]>([
    ['compensate', true],
    ['step', false],
  ])('isCompensating says in phase %s: %s', (phase, isOne) => {
    expect(isCompensating({ phase })).toBe(isOne);
  });
});

describe('findCompensated', () => {
  it('findCompensated is the step of the last run', () => {
    expect(findCompensated(plan, { undo: runs('reserve', 'charge') })?.compensate).toBe('refund');
  });

  it.each<[string, Undo | undefined]>([
    ['nothing is to be undone', undefined],
    ['no run is left', { ...runs('reserve'), blocks: [] }],
    ['the job has no such step any more', runs('removed')],
    ['nothing undoes the step any more', runs('report')],
  ])('findCompensated is none when %s', (_what, undo) => {
    expect(findCompensated(plan, { undo })).toBeUndefined();
  });
});

describe('beginToCompensate', () => {
  it('beginToCompensate forgives what was counted, and forgets what the execution was doing', () => {
    const undo = runs('reserve');
    const before = execution({
      ...{
        undo,
        attempt: 3,
        resumeAtMs: nowMs,
        isWaiting: true,
        idleInvocationCount: 1,
        interruptionCount: 2,
      },
      interruption: { ending: 'crash', unit: 'charge' },
      stall: { mark: 'a', count: 2 },
      invocation: 9,
      line: { ...firstLine, wakeUpCount: 3 },
      among: { ...asleep(), interludeCount: 2 },
    });
    const end = { status: 'failed', error: { name: 'Error', message: 'no' }, unit: 'charge' } as const;
    expect(beginToCompensate(before, end, nowMs)).toEqual({
      ...before,
      phase: 'compensate',
      attempt: 1,
      resumeAtMs: 0,
      isWaiting: false,
      idleInvocationCount: 0,
      interruptionCount: 0,
      interruption: null,
      stall: null,
      among: { ...alone, interludeCount: 2 },
      undo: {
        ...undo,
        compensation: { end, failures: [], failureCount: 0, startedAtMs: nowMs, invocationCount: 5 },
      },
    });
  });

  it('beginToCompensate stays alone, and forgets interludes and reasons to be awake', () => {
    expect(compensating(runs('reserve')).among).toBeUndefined();
    const among = { ...alone, woken: { by: 'time' } as const, interlude: {} as never };
    const begun = beginToCompensate(
      execution({ undo: runs('reserve'), among }),
      { status: 'cancelled' },
      nowMs,
    );
    expect(begun.among).toEqual(alone);
  });

  it('beginToCompensate does nothing where there is nothing to undo', () => {
    const before = execution();
    expect(beginToCompensate(before, { status: 'cancelled' }, nowMs)).toBe(before);
  });
});

describe('settleRun', () => {
  const disturbed = {
    ...compensating(runs('reserve', 'charge')),
    ...{ attempt: 2, resumeAtMs: nowMs, isWaiting: true, idleInvocationCount: 1, interruptionCount: 2 },
    interruption: { ending: 'crash', unit: 'refund' } as const,
    safePointCount: 7,
  };

  it('settleRun is a safe point: what was undone is forgotten, and the run before it is next', () => {
    const after = settleRun(disturbed);
    expect(after).toEqual({
      ...compensating({ ...runs('reserve'), names: ['reserve', 'charge'] }),
      safePointCount: 8,
    });
    expect(apply(plan, disturbed, { kind: 'finished', directive: undefined, nowMs })).toEqual(after);
  });

  it('settleRun keeps of one that has failed for good what it was and why, without its stack', () => {
    const error = {
      name: 'TypeError',
      message: 'no',
      code: 'E_NO',
      stack: 'at …',
      cause: { name: 'a', message: 'b' },
    };
    const after = settleRun(disturbed, error);
    expect(after.undo?.compensation).toMatchObject({ failureCount: 1 });
    expect(after.undo?.compensation?.failures).toEqual([
      {
        step: 'charge',
        cycle: 1,
        isFinished: true,
        error: { name: 'TypeError', message: 'no', code: 'E_NO' },
      },
    ]);
    expect(apply(plan, disturbed, { kind: 'not-undone', error })).toEqual(after);
  });

  it('settleRun keeps no code where there is none, and at most 1,000 characters of a message', () => {
    const after = settleRun(disturbed, { name: 'Error', message: `${'x'.repeat(1_000)}y` });
    const [failure] = after.undo?.compensation?.failures ?? [];
    expect(failure?.error).toEqual({ name: 'Error', message: 'x'.repeat(1_000) });
    expect(failure?.error).not.toHaveProperty('code');
  });

  it('settleRun keeps the first ten failures, and counts all', () => {
    const steps = Array.from({ length: 12 }, (_, index) => `step-${index}`);
    const after = steps.reduce(
      (before) => settleRun(before, { name: 'Error', message: 'no' }),
      compensating(runs(...steps)),
    );
    expect(after.undo?.compensation?.failureCount).toBe(12);
    expect(after.undo?.compensation?.failures.map(({ step }) => step)).toEqual(steps.reverse().slice(0, 10));
    expect(hasRuns(after)).toBe(false);
  });

  it('settleRun does nothing where there is nothing to undo', () => {
    for (const before of [execution(), execution({ undo: { ...runs('reserve'), blocks: [] } })])
      expect(settleRun(before, { name: 'Error', message: 'no' })).toBe(before);
  });

  it('settleRun keeps no failure of what is not being compensated', () => {
    const after = settleRun(execution({ undo: runs('reserve') }), { name: 'Error', message: 'no' });
    expect(after.undo?.compensation).toBeUndefined();
  });
});

describe('giveUpRuns', () => {
  it('giveUpRuns forgets all that is left, counts it, and names the first of it', () => {
    const after = giveUpRuns(compensating(runs('reserve', 'charge')), { name: 'Error', message: 'no' });
    expect(hasRuns(after)).toBe(false);
    expect(after.undo).toMatchObject({ names: [], blocks: [], isOpen: false });
    expect(after.undo?.compensation).toMatchObject({
      failureCount: 2,
      failures: [{ step: 'charge', error: { name: 'Error', message: 'no' } }],
    });
  });

  it('giveUpRuns does nothing where there is nothing to undo', () => {
    for (const before of [execution(), execution({ undo: { ...runs('reserve'), blocks: [] } })])
      expect(giveUpRuns(before, { name: 'Error', message: 'no' })).toBe(before);
  });
});

describe('forgetEnd', () => {
  const error = { name: 'Error', message: 'no' };

  it('forgetEnd forgets the error, which the outcome has, and nothing else', () => {
    const before = compensating(runs('reserve'), { status: 'failed', error, unit: 'charge' });
    const after = forgetEnd(before);
    expect(after).toEqual(compensating(runs('reserve'), { status: 'failed', unit: 'charge' }));
    expect(after.undo?.compensation?.end).not.toHaveProperty('error');
  });

  it('forgetEnd leaves alone what was cancelled, and what is not compensated', () => {
    for (const before of [compensating(runs('reserve')), execution(), execution({ undo: runs('reserve') })])
      expect(forgetEnd(before)).toBe(before);
  });
});

describe('notUndoableError', () => {
  it('notUndoableError names the step that nothing undoes any more', () => {
    const error = notUndoableError(plan, compensating(runs('removed')));
    expect(error).toBeInstanceOf(IncompatibleStateError);
    expect(error.details).toEqual({
      executionId: 'execution-1',
      expected: 'a compensating method',
      received: 'removed',
    });
    expect(error.message).toMatchInlineSnapshot(`
"A run of step removed is to be undone, and job Reconcile has no compensating method for it any more.
→ Keep @Step({ compensate }) on removed for as long as executions that have run it may fail."
`);
  });

  it('notUndoableError names none where there is none', () => {
    expect(notUndoableError(plan, execution()).details).toMatchObject({ received: '' });
    const empty = execution({ undo: { ...runs('reserve'), blocks: [] } });
    expect(notUndoableError(plan, empty).details).toMatchObject({ received: '' });
  });
});

describe('cutOffError', () => {
  it('cutOffError says how often, and how it ended the last time', () => {
    const interruption = { ending: 'crash', unit: 'refund' } as const;
    const error = cutOffError(plan, execution({ interruptionCount: 3, interruption }), 'refund');
    expect(error).toBeInstanceOf(StepInterruptedError);
    expect(error.details).toEqual({
      step: 'refund',
      limit: 'maxInterruptions',
      allowed: maxCutOffs,
      actual: 3,
      ending: 'crash',
    });
    expect(error.message).toMatchInlineSnapshot(`
"refund of job Reconcile was cut off 3 times in a row without reaching a safe point, and counts as failed.
→ Look at the ends of these invocations' logs, and undo it by hand."
`);
    expect(cutOffError(plan, execution(), 'refund').details).toMatchObject({ ending: 'unknown' });
  });
});

describe('isUndo', () => {
  const whole: Undo = {
    ...runs('reserve', 'charge'),
    compensation: {
      end: { status: 'failed', unit: 'charge' },
      ...{ failures: [], failureCount: 0, startedAtMs: startMs, invocationCount: -1 },
    },
  };
  const changed = (parts: object) => ({ ...whole, ...parts });
  const compensated = (parts: object) => changed({ compensation: { ...whole.compensation, ...parts } });

  it.each<[string, unknown]>([
    ['runs', runs('reserve', 'charge')],
    ['nothing that is left', changed({ names: [], blocks: [], count: 0 })],
    ['a compensation', whole],
    ['one after a cancel', compensated({ end: { status: 'cancelled' } })],
  ])('isUndo knows %s', (_what, value) => {
    expect(isUndo(JSON.parse(JSON.stringify(value)))).toBe(true);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['no names', changed({ names: undefined })],
    ['a name that is none', changed({ names: ['reserve', 7] })],
    ['no blocks', changed({ blocks: {} })],
    ['a block that is none', changed({ blocks: [{ length: 3 }] })],
    ['a block without a step', changed({ blocks: [[1, 1]] })],
    ['a block of texts', changed({ blocks: [[1, 1, '0']] })],
    ['a block with a negative number', changed({ blocks: [[1, 1, -1]] })],
    ['a block with half a number', changed({ blocks: [[1, 0.5, 0]] })],
    ['a count that is none', changed({ count: -1 })],
    ['a last run that is neither open nor finished', changed({ isOpen: 0 })],
    ['a compensation that is none', changed({ compensation: 'running' })],
    ['a compensation that is null', changed({ compensation: null })],
    ['a compensation without an end', compensated({ end: null })],
    ['an end that is none', compensated({ end: { status: 'completed' } })],
    ['failures that are no list', compensated({ failures: {} })],
    ['a count of failures that is none', compensated({ failureCount: 0.5 })],
    ['a start that is no time', compensated({ startedAtMs: '7' })],
    ['a count of invocations that is none', compensated({ invocationCount: 0.5 })],
  ])('isUndo refuses %s', (_what, value) => {
    expect(isUndo(value)).toBe(false);
  });
});

describe('a step that can be undone', () => {
  it('A step that can be undone is undone though an earlier one, which newer code cannot undo, was only presumed to have begun', () => {
    const newer = makePlan({ steps: ['reserve', { method: 'charge', compensate: 'refund' }] });
    const presumed = presumeRun(plan, execution(reserve), nowMs);
    const reserved = apply(newer, rememberRun(newer, presumed), {
      kind: 'finished',
      directive: undefined,
      nowMs,
    });
    const charged = apply(newer, rememberRun(newer, reserved), {
      kind: 'finished',
      directive: undefined,
      nowMs,
    });
    const after = forgetPresumedRun(charged);
    expect(after.undo && readLastRun(after.undo)).toEqual({ step: 'charge', cycle: 1, isFinished: true });
  });

  it('A step that can be undone has finished when it returns, and when it goes on elsewhere after a pause', () => {
    const begun = rememberRun(plan, execution(reserve));
    const after = apply(plan, begun, { kind: 'finished', directive: undefined, nowMs });
    expect(after.undo && readLastRun(after.undo)).toEqual({ step: 'reserve', cycle: 1, isFinished: true });
  });
});
