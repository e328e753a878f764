import {
  type Among,
  alone,
  type Interlude,
  type KeptSignal,
  type Sleep,
} from '../../../../../src/runtime/core/execution/among';
import { apply } from '../../../../../src/runtime/core/execution/apply';
import {
  beginInterlude,
  countPoints,
  countUnhandled,
  endInterlude,
  endSleep,
  fallAsleep,
  isBoundedSleep,
  isInterlude,
  passInterlude,
  receiveSignals,
} from '../../../../../src/runtime/core/execution/apply-among';
import type { Execution, Phase } from '../../../../../src/runtime/core/execution/execution';
import { makeBatch, makeExecution, makePlan, startMs } from '../core.helpers';

const nowMs = startMs + 5_000;
const plan = makePlan({
  signals: [
    { name: 'approved', method: 'onApproved', payload: undefined },
    { name: 'paused', method: 'onPaused', payload: undefined },
  ],
  hooks: { onChildEnd: 'onPart' },
});
const approval: Sleep = { kind: 'signal', name: 'approved', isBounded: false };

function inbox(...kept: readonly KeptSignal[]): Among['inbox'] {
  return { next: kept.length, kept };
}

function execution(among: Partial<Among>, parts: Partial<Execution> = {}): Execution {
  return makeExecution(plan, { ...parts, among: { ...alone, ...among } });
}

describe('isInterlude', () => {
  it.each<[Phase, boolean]>([
    ['signal', true],
    ['child-end', true],
    ['step', false],
    ['check', false],
    ['compensate', false],
  ])('isInterlude says of phase %s: %s', (phase, isOne) => {
    expect(isInterlude(phase)).toBe(isOne);
  });
});

describe('countPoints', () => {
  it('countPoints counts the safe points of steps and those of interludes', () => {
    expect(countPoints(makeExecution(plan, { safePointCount: 4 }))).toBe(4);
    expect(countPoints(execution({ interludeCount: 3 }, { safePointCount: 4 }))).toBe(7);
  });
});

describe('receiveSignals', () => {
  it('receiveSignals keeps what was read, in order of arrival; @OnSignal is due where there is one for the name', () => {
    const received = [
      { slot: 0, name: 'approved' },
      { slot: 2, name: 'unheard-of' },
    ];
    const first = receiveSignals(plan, makeExecution(plan), 3, received);
    expect(first.among).toEqual({
      ...alone,
      inbox: {
        next: 3,
        kept: [
          { slot: 0, name: 'approved', isDue: true },
          { slot: 2, name: 'unheard-of' },
        ],
      },
    });
    const second = receiveSignals(plan, first, 4, [{ slot: 3, name: 'paused' }]);
    expect(second.among?.inbox).toEqual({
      next: 4,
      kept: [...(first.among?.inbox.kept ?? []), { slot: 3, name: 'paused', isDue: true }],
    });
  });

  it('receiveSignals is due for nobody in a job without @OnSignal', () => {
    const bare = makePlan();
    const after = receiveSignals(bare, makeExecution(bare), 1, [{ slot: 0, name: 'approved' }]);
    expect(after.among?.inbox.kept).toEqual([{ slot: 0, name: 'approved' }]);
  });
});

describe('isBoundedSleep', () => {
  it.each<[string, Among | undefined, boolean]>([
    ['an execution that has to do with nobody', undefined, true],
    ['no sleep', alone, true],
    ['a signal with a time-out', { ...alone, sleep: { ...approval, isBounded: true } }, true],
    ['a signal without one', { ...alone, sleep: approval }, false],
    ['children', { ...alone, sleep: { kind: 'children' } }, false],
    ['a slot', { ...alone, sleep: { kind: 'slot' } }, false],
  ])('isBoundedSleep says for %s: %j', (_what, among, isBounded) => {
    expect(isBoundedSleep(among)).toBe(isBounded);
  });
});

describe('countUnhandled', () => {
  it('countUnhandled counts signals for which @OnSignal was not called', () => {
    const kept: KeptSignal[] = [
      { slot: 0, name: 'approved', isDue: true },
      { slot: 1, name: 'approved', isHandled: true },
      { slot: 2, name: 'unheard-of' },
    ];
    expect(countUnhandled({ ...alone, inbox: inbox(...kept) })).toBe(2);
    expect(countUnhandled(undefined)).toBe(0);
  });
});

describe('fallAsleep', () => {
  it('fallAsleep pauses until a time at the latest, and knows of no reason to be awake any more', () => {
    const begun = execution({ woken: { by: 'time' }, interludeCount: 2 });
    expect(fallAsleep(begun, approval, nowMs)).toEqual({
      ...begun,
      resumeAtMs: nowMs,
      isWaiting: true,
      among: { ...alone, interludeCount: 2, sleep: approval, woken: null },
    });
    expect(fallAsleep(makeExecution(plan), approval, nowMs).among).toEqual({ ...alone, sleep: approval });
  });
});

describe('endSleep', () => {
  const asleep = { resumeAtMs: startMs + 60_000, isWaiting: true };
  const awake = { resumeAtMs: 0, isWaiting: false };

  it('endSleep wakes an execution whose signal is there: the first of that name that no wait has taken', () => {
    const kept: KeptSignal[] = [
      { slot: 0, name: 'paused' },
      { slot: 1, name: 'approved', isDue: true, isTaken: true },
      { slot: 2, name: 'approved' },
      { slot: 3, name: 'approved' },
    ];
    const before = execution({ sleep: approval, inbox: inbox(...kept) }, asleep);
    expect(endSleep(before, nowMs)).toEqual({
      ...before,
      ...awake,
      among: {
        ...alone,
        inbox: { next: 4, kept: kept.filter(({ slot }) => slot !== 2) },
        woken: { by: 'signal', name: 'approved', slot: 2 },
      },
    });
  });

  it('endSleep keeps a signal that it takes while @OnSignal has still to be called for it', () => {
    const before = execution(
      { sleep: approval, inbox: inbox({ slot: 0, name: 'approved', isDue: true }) },
      asleep,
    );
    expect(endSleep(before, nowMs).among).toMatchObject({
      inbox: { kept: [{ slot: 0, name: 'approved', isDue: true, isTaken: true }] },
      woken: { by: 'signal', slot: 0 },
    });
  });

  it('endSleep takes a signal that @OnSignal was called for before', () => {
    const before = execution(
      { sleep: approval, inbox: inbox({ slot: 0, name: 'approved', isHandled: true }) },
      asleep,
    );
    expect(endSleep(before, nowMs).among).toMatchObject({
      inbox: { kept: [] },
      woken: { by: 'signal', slot: 0 },
    });
  });

  it.each<[string, Partial<Among>, Partial<Execution>]>([
    [
      'there is no signal of that name',
      { sleep: approval, inbox: inbox({ slot: 0, name: 'paused' }) },
      asleep,
    ],
    [
      'another wait has taken it',
      { sleep: approval, inbox: inbox({ slot: 0, name: 'approved', isTaken: true, isDue: true }) },
      asleep,
    ],
    ['its time-out has not passed', { sleep: { ...approval, isBounded: true } }, { resumeAtMs: nowMs + 1 }],
    ['it has no time-out, though it may last no longer', { sleep: approval }, { resumeAtMs: nowMs }],
    ['it waits for a slot', { sleep: { kind: 'slot' }, children: makeBatch() }, asleep],
    ['it does not sleep', { inbox: inbox({ slot: 0, name: 'approved' }) }, asleep],
    ['it does not wait for its children', { children: makeBatch({ next: 3 }) }, asleep],
    [
      'a child has not ended',
      { sleep: { kind: 'children' }, children: makeBatch({ next: 3, running: [2] }) },
      asleep,
    ],
    ['it waits for children that it does not have', { sleep: { kind: 'children' } }, asleep],
  ])('endSleep lets an execution sleep when %s', (_what, among, parts) => {
    const before = execution(among, parts);
    expect(endSleep(before, nowMs)).toBe(before);
  });

  it('endSleep lets an execution be that has nothing to do with others', () => {
    const before = makeExecution(plan, asleep);
    expect(endSleep(before, nowMs)).toBe(before);
  });

  it('endSleep wakes an execution whose time-out has passed, at that time already', () => {
    const before = execution(
      { sleep: { ...approval, isBounded: true } },
      { resumeAtMs: nowMs, isWaiting: true },
    );
    expect(endSleep(before, nowMs)).toEqual({
      ...before,
      ...awake,
      among: { ...alone, woken: { by: 'timeout' } },
    });
  });

  it('endSleep prefers a signal that is there to a time-out that has passed', () => {
    const before = execution(
      { sleep: { ...approval, isBounded: true }, inbox: inbox({ slot: 0, name: 'approved' }) },
      { resumeAtMs: startMs },
    );
    expect(endSleep(before, nowMs).among?.woken).toMatchObject({ by: 'signal' });
  });

  it('endSleep wakes an execution whose children have ended, and says how', () => {
    const children = makeBatch({ next: 3, completed: 2, cancelled: 1, maxFailures: 1 });
    const before = execution({ sleep: { kind: 'children' }, children }, asleep);
    expect(endSleep(before, nowMs)).toEqual({
      ...before,
      ...awake,
      among: {
        ...alone,
        children,
        woken: { by: 'children', total: 3, completed: 2, failed: 0, cancelled: 1 },
      },
    });
  });
});

describe('beginInterlude', () => {
  const due: KeptSignal = { slot: 4, name: 'approved', isDue: true };

  it('beginInterlude calls @OnSignal between two units, and keeps where the execution stood', () => {
    const before = execution(
      { inbox: inbox({ slot: 3, name: 'approved' }, due, { ...due, slot: 5 }), sleep: approval },
      { attempt: 2, resumeAtMs: nowMs, isWaiting: true, interruptionCount: 1, phase: 'check' },
    );
    const back: Interlude['back'] = {
      phase: 'check',
      attempt: 2,
      resumeAtMs: nowMs,
      isWaiting: true,
      interruptionCount: 1,
      sleep: approval,
      woken: null,
    };
    expect(beginInterlude(plan, before)).toEqual({
      ...before,
      phase: 'signal',
      attempt: 1,
      resumeAtMs: 0,
      isWaiting: false,
      interruptionCount: 0,
      among: {
        ...before.among,
        sleep: null,
        woken: null,
        interlude: { kind: 'signal', method: 'onApproved', slot: 4, part: 0, back },
      },
    });
  });

  it('beginInterlude calls @OnChildEnd first, for the first child that has ended', () => {
    const before = execution({
      children: makeBatch({ due: [2, 0] }),
      inbox: inbox(due),
      woken: { by: 'time' },
    });
    const after = beginInterlude(plan, before);
    expect(after.phase).toBe('child-end');
    expect(after.among).toMatchObject({
      woken: null,
      interlude: { kind: 'child', method: 'onPart', slot: 2, part: 0, back: { woken: { by: 'time' } } },
    });
  });

  it.each<[Phase, boolean]>([
    ['check', true],
    ['step', true],
    ['complete', true],
    ['start', false],
    ['completing', false],
    ['compensate', false],
    ['signal', false],
    ['child-end', false],
  ])('beginInterlude is at a place for it in phase %s: %s', (phase, isPlace) => {
    const before = execution({ inbox: inbox(due) }, { phase });
    expect(beginInterlude(plan, before) !== before).toBe(isPlace);
  });

  it('beginInterlude does nothing where nothing is due', () => {
    for (const before of [
      makeExecution(plan),
      execution({ inbox: inbox({ slot: 0, name: 'approved', isHandled: true }), children: makeBatch() }),
    ])
      expect(beginInterlude(plan, before)).toBe(before);
  });

  it('beginInterlude passes over what newer code has no method for any more', () => {
    const bare = makePlan();
    const signal = execution({ inbox: inbox({ slot: 0, name: 'gone', isDue: true }) });
    expect(beginInterlude(bare, signal)).toEqual({
      ...signal,
      among: { ...alone, inbox: inbox({ slot: 0, name: 'gone', isHandled: true }) },
    });
    const child = execution({ children: makeBatch({ due: [1, 2] }) });
    expect(beginInterlude(bare, child)).toEqual({
      ...child,
      among: { ...alone, children: makeBatch({ due: [2] }) },
    });
  });
});

describe('an interlude', () => {
  const due: KeptSignal = { slot: 4, name: 'approved', isDue: true };
  const counted = { idleInvocationCount: 2, interruption: { ending: 'crash', unit: 'onApproved' } } as const;

  it('An interlude passes safe points of its own: those of steps do not count them', () => {
    const begun = beginInterlude(
      plan,
      execution({ inbox: inbox(due), interludeCount: 1 }, { safePointCount: 7 }),
    );
    const disturbed = { ...begun, ...counted, attempt: 3, interruptionCount: 2, resumeAtMs: nowMs };
    expect(passInterlude(disturbed)).toEqual({
      ...begun,
      attempt: 1,
      resumeAtMs: 0,
      idleInvocationCount: 0,
      interruptionCount: 0,
      interruption: null,
      among: { ...begun.among, interludeCount: 2, interlude: { ...begun.among?.interlude, part: 1 } },
    });
    expect(apply(plan, disturbed, { kind: 'yielded' })).toEqual(passInterlude(disturbed));
  });

  it('An interlude ends where the execution stood, whose signal is kept for a wait that may come', () => {
    const before = execution(
      { inbox: inbox({ slot: 3, name: 'paused' }, due), sleep: approval, woken: null, interludeCount: 1 },
      {
        phase: 'check',
        attempt: 2,
        resumeAtMs: nowMs,
        isWaiting: true,
        interruptionCount: 1,
        safePointCount: 7,
      },
    );
    const disturbed = { ...beginInterlude(plan, before), ...counted, attempt: 3, interruptionCount: 2 };
    const after = endInterlude(disturbed);
    expect(after).toEqual({
      ...before,
      interruption: counted.interruption,
      idleInvocationCount: 0,
      among: {
        ...before.among,
        interludeCount: 2,
        inbox: {
          next: 2,
          kept: [
            { slot: 3, name: 'paused' },
            { slot: 4, name: 'approved', isHandled: true },
          ],
        },
      },
    });
    expect(apply(plan, disturbed, { kind: 'finished', directive: undefined, nowMs })).toEqual(after);
  });

  it('An interlude ends the use of a signal that a wait has taken', () => {
    const before = execution({
      inbox: inbox({ ...due, isTaken: true }),
      woken: { by: 'signal', name: 'a', slot: 4 },
    });
    const after = endInterlude(beginInterlude(plan, before));
    expect(after.among).toEqual({ ...before.among, interludeCount: 1, inbox: { next: 1, kept: [] } });
  });

  it('An interlude ends the use of a child', () => {
    const before = execution({ children: makeBatch({ due: [2, 0] }) });
    const after = endInterlude(beginInterlude(plan, before));
    expect(after.among).toEqual({ ...alone, interludeCount: 1, children: makeBatch({ due: [0] }) });
  });

  it('An interlude is not passed or ended where there is none', () => {
    for (const before of [makeExecution(plan), execution({})]) {
      expect(passInterlude(before)).toBe(before);
      expect(endInterlude(before)).toBe(before);
    }
  });

  it.each<[number, number, boolean]>([
    [998, 999, true],
    [999, 1_000, true],
    [1_000, 1_000, false],
  ])(
    'An interlude beside %i kept signals leaves %i: the oldest that was handled is dropped beyond 1,000',
    (count, left, isFirst) => {
      const handled = Array.from(
        { length: count },
        (_, slot): KeptSignal => ({ slot, name: 'a', isHandled: true }),
      );
      const waiting: KeptSignal = { slot: 5_000, name: 'unheard-of' };
      const before = execution({ inbox: inbox(waiting, ...handled, { ...due, slot: 6_000 }) });
      const { kept = [] } = endInterlude(beginInterlude(plan, before)).among?.inbox ?? {};
      expect(kept).toHaveLength(left + 1);
      expect(kept[0]).toBe(waiting);
      expect(kept.some(({ slot }) => slot === 0)).toBe(isFirst);
      expect(kept.at(-1)?.slot).toBe(6_000);
    },
  );
});
