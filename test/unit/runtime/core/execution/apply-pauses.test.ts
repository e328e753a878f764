import { InvalidDirectiveError } from '../../../../../src/errors';
import { type Among, alone } from '../../../../../src/runtime/core/execution/among';
import { apply } from '../../../../../src/runtime/core/execution/apply';
import {
  complete,
  type Directive,
  goTo,
  type StartChildrenDirective,
  startChildren,
  wait,
  waitForSignal,
  waitUntil,
  withPreparedBatch,
} from '../../../../../src/runtime/core/execution/directives';
import type { Execution, Phase } from '../../../../../src/runtime/core/execution/execution';
import { addRun, finishRun } from '../../../../../src/runtime/core/execution/undo';
import { catchError, makeBatch, makeExecution, makePlan, messageOf, startMs } from '../core.helpers';

const nowMs = startMs + 5_000;
const plan = makePlan({ limits: { maxDurationMs: 60_000.5 } });
const lastMs = startMs + 60_001;
const batch = makeBatch();

/** What a caller without types may give. */
const any = (value: unknown) => value as never;

function children(goTo?: string): StartChildrenDirective {
  return withPreparedBatch(
    startChildren<string>([], { job: 'Part', ...(goTo !== undefined && { goTo }) }),
    batch,
  );
}

function finish(directive: Directive, parts: Partial<Execution> = {}, job = plan): Execution {
  return apply(job, makeExecution(job, parts), { kind: 'finished', directive, nowMs });
}

function yieldIt(directive: Directive, parts: Partial<Execution> = {}, job = plan): Execution {
  return apply(job, makeExecution(job, parts), { kind: 'yielded-directive', directive, nowMs });
}

/** Every pause, as it is asked for with this `goTo` or without, and what the execution is told of it. */
const pauses: [string, (goTo?: string) => Directive, Partial<Among>, number][] = [
  [
    'wait',
    (goTo) => wait<string>({ seconds: 1, ...(goTo !== undefined && { goTo }) }),
    { woken: { by: 'time' } },
    nowMs + 1_000,
  ],
  [
    'waitUntil',
    (goTo) => waitUntil<string>(new Date(nowMs + 7), goTo === undefined ? {} : { goTo }),
    { woken: { by: 'time' } },
    nowMs + 7,
  ],
  [
    'waitForSignal',
    (goTo) => waitForSignal<string>('approved', goTo === undefined ? {} : { goTo }),
    { sleep: { kind: 'signal', name: 'approved', isBounded: false } },
    lastMs,
  ],
  [
    'waitForSignal with a time-out',
    (goTo) =>
      waitForSignal<string>('approved', { timeoutSeconds: 0.0005, ...(goTo !== undefined && { goTo }) }),
    { sleep: { kind: 'signal', name: 'approved', isBounded: true } },
    nowMs + 1,
  ],
  ['startChildren', children, { sleep: { kind: 'children' }, children: batch }, lastMs],
];

describe.each(pauses)('apply: a pause by %s', (_name, ask, told, resumeAtMs) => {
  const among = { ...alone, ...told };
  const asleep = { resumeAtMs, isWaiting: true, safePointCount: 1, among };

  it('A pause that a step returns is one before the next step', () => {
    expect(finish(ask())).toMatchObject({ ...asleep, stepIndex: 1, stepCount: 1, phase: 'step' });
  });

  it('A pause that a step returns is one before the step that it names', () => {
    expect(finish(ask('report'))).toMatchObject({ ...asleep, stepIndex: 2, stepCount: 1, phase: 'step' });
  });

  it('A pause that a generator yields is one before the same step, which is not finished', () => {
    const undo = addRun(null, 'repair', 1);
    expect(yieldIt(ask(), { stepIndex: 1, undo })).toMatchObject({
      ...asleep,
      stepIndex: 1,
      stepCount: 0,
      undo,
    });
  });

  it('A pause that a generator yields is one before the step that it names, and finishes its own', () => {
    const undo = addRun(null, 'repair', 1);
    const after = yieldIt(ask('report'), { stepIndex: 1, undo });
    expect(after).toMatchObject({ ...asleep, stepIndex: 2, stepCount: 1, undo: finishRun(undo) });
  });

  it('A pause keeps what else the execution has to do with others', () => {
    const before: Among = { ...alone, interludeCount: 3, sleep: { kind: 'slot' }, woken: { by: 'timeout' } };
    expect(finish(ask(), { among: before }).among).toEqual({ ...among, interludeCount: 3 });
  });

  it('A pause goes to no step that the job does not have', () => {
    for (const how of [finish, yieldIt]) {
      const error = catchError(() => how(ask('gone')));
      expect(error).toBeInstanceOf(InvalidDirectiveError);
      expect(error.message).toContain(', whose goTo is not a step.\n→ Go to one of: read, repair, report.');
    }
  });

  it.each<Phase>(['check', 'complete', 'completing', 'signal', 'start', 'compensate'])(
    'A pause is refused in phase %s',
    (phase) => {
      for (const how of [finish, yieldIt])
        expect(() => how(ask(), { phase })).toThrow('and only a step can steer an execution');
    },
  );
});

describe('apply: waitForSignal', () => {
  it.each<[string, unknown, unknown]>([
    ['a name that is none', 'a b', 5],
    ['a name that is no text', 7, 5],
    ['a negative time-out', 'approved', -1],
    ['a time-out that is no number', 'approved', '5'],
    ['a time-out without end', 'approved', Number.POSITIVE_INFINITY],
    ['a time-out that is null', 'approved', null],
  ])('waitForSignal refuses %s', (_what, name, timeoutSeconds) => {
    const ask = () => finish(waitForSignal(any(name), { timeoutSeconds: any(timeoutSeconds) }));
    expect(ask).toThrow(InvalidDirectiveError);
  });

  it('waitForSignal takes a time-out of no time', () => {
    expect(finish(waitForSignal('approved', { timeoutSeconds: 0 })).resumeAtMs).toBe(nowMs);
  });

  it('waitForSignal has its time-out brought forward where waits are skipped', () => {
    const local = makePlan({ maxPauseMs: 1_000 });
    expect(finish(waitForSignal('approved', { timeoutSeconds: 60 }), {}, local).resumeAtMs).toBe(
      nowMs + 1_000,
    );
  });

  it('waitForSignal says what is wrong', () => {
    const messages = [waitForSignal('a b'), waitForSignal('approved', { timeoutSeconds: -1 })].map(
      (directive) => messageOf(() => finish(directive)),
    );
    expect(messages.join('\n\n')).toMatchInlineSnapshot(`
"Step read of job Reconcile returned waitForSignal("a b").
→ Name the signal by 1 to 64 letters, digits, dots, underscores, colons or hyphens.

Step read of job Reconcile returned waitForSignal("approved", { timeoutSeconds: -1 }).
→ Give timeoutSeconds a finite number of seconds, 0 or more, or leave it out."
`);
  });
});

describe('apply: startChildren', () => {
  it('startChildren is never carried out before it was prepared', () => {
    expect(() => finish(startChildren([], { job: 'Part' }))).toThrow('startChildren was not prepared');
  });
});

describe('apply: a yield of what only a return can carry out', () => {
  it.each([[goTo('read')], [complete(1)]])(
    'A yield of what only a return can carry out is refused: %j',
    (directive) => {
      expect(() => yieldIt(directive)).toThrow(InvalidDirectiveError);
    },
  );

  it('A yield of what only a return can carry out says so', () => {
    expect(messageOf(() => yieldIt(goTo('read')))).toMatchInlineSnapshot(`
"Step read of job Reconcile yielded goTo("read"), which only a return can carry out.
→ Write return instead of yield: a yield can wait, and nothing else."
`);
  });
});

describe('apply: a failed attempt that was not the unit’s own fault', () => {
  it('A failed attempt that was not the unit’s own fault is counted, but leaves the number of the attempt', () => {
    const before = makeExecution(plan, { attempt: 2 });
    expect(apply(plan, before, { kind: 'failed', retryAtMs: nowMs, isCounted: false })).toEqual({
      ...before,
      failedAttemptCount: 1,
      resumeAtMs: nowMs,
    });
  });
});

describe('apply: a yield in @OnComplete', () => {
  it('A yield in @OnComplete is one from then on: what fuses blow later, they do not blow for work that is not done', () => {
    const before = makeExecution(plan, { phase: 'complete' });
    const after = apply(plan, before, { kind: 'yielded' });
    expect(after).toEqual({ ...before, phase: 'completing', safePointCount: 1 });
    expect(apply(plan, after, { kind: 'yielded' }).phase).toBe('completing');
  });
});
