import { CorruptContinuationError, IncompatibleStateError } from '../../../../../src/errors';
import { noStep } from '../../../../../src/runtime/core/execution/execution';
import { firstLine } from '../../../../../src/runtime/core/execution/line';
import {
  type Continuation,
  corrupt,
  describeContinuation,
  readContinuation,
  resumeExecution,
} from '../../../../../src/runtime/core/message/continuation';
import { catchError, makeExecution, makePlan, messageOf, startMs } from '../core.helpers';

const plan = makePlan({ version: 2, steps: ['read', 'repair'] });
const execution = makeExecution(plan, {
  stepIndex: 1,
  invocation: 3,
  cycle: 4,
  attempt: 2,
  safePointCount: 7,
  stepCount: 6,
});
const continuation = describeContinuation(plan, execution, { month: '2026-11' });

function changed(parts: Record<string, unknown>): Record<string, unknown> {
  return { ...continuation, ...parts };
}

describe('describeContinuation', () => {
  it('describeContinuation says where an execution stands, with the step by name', () => {
    expect(continuation).toEqual({
      executionId: 'execution-1',
      job: 'Reconcile',
      version: 2,
      startedAtMs: startMs,
      invocation: 3,
      phase: 'step',
      cycle: 4,
      step: 'repair',
      attempt: 2,
      safePointCount: 7,
      resumeAtMs: 0,
      isWaiting: false,
      result: undefined,
      stepCount: 6,
      failedAttemptCount: 0,
      idleInvocationCount: 0,
      interruptionCount: 0,
      interruption: null,
      chain: { length: 0, setting: null },
      line: { pin: null, wakeUpCount: 0, deathCount: 0, recovery: 0 },
      costUsd: 0,
      stall: null,
      trail: {},
      input: { month: '2026-11' },
    });
  });

  it('describeContinuation says null in a cycle in which there is nothing to run', () => {
    expect(describeContinuation(plan, makeExecution(plan, { stepIndex: noStep }), null).step).toBeNull();
  });
});

describe('readContinuation', () => {
  it('readContinuation reads one of a cycle in which there is nothing to run', () => {
    const idle = describeContinuation(plan, makeExecution(plan, { stepIndex: noStep }), null);
    expect(readContinuation(plan, idle).step).toBeNull();
  });

  it('readContinuation reads what was described, and leaves it as it is', () => {
    const received: unknown = Object.freeze(JSON.parse(JSON.stringify(continuation)));
    expect(readContinuation(plan, received)).toEqual(JSON.parse(JSON.stringify(continuation)));
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'continuation'],
    ['a list', [continuation]],
    ['an empty object', {}],
    ['an object that inherits its parts', Object.create(continuation as Continuation)],
  ])('readContinuation refuses %s', (_what, received) => {
    expect(() => readContinuation(plan, received)).toThrow(CorruptContinuationError);
  });

  const required = Object.keys(continuation).filter((part) => part !== 'input' && part !== 'result');

  const later = ['chain', 'costUsd', 'stall', 'line', 'trail'];

  it.each(later)('readContinuation reads one of the first format, which had no %s', (part) => {
    const { [part as keyof Continuation]: _left, ...rest } = continuation;
    expect(readContinuation(plan, rest)).toEqual(continuation);
  });

  it.each(required.filter((part) => !later.includes(part)))(
    'readContinuation refuses one without its %s',
    (part) => {
      const { [part as keyof Continuation]: _left, ...rest } = continuation;
      expect(() => readContinuation(plan, rest)).toThrow(CorruptContinuationError);
    },
  );

  it.each(required)('readContinuation refuses one whose %s is of another type', (part) => {
    const others = [
      undefined,
      [],
      ...(part === 'trail' ? [] : [{}]),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -1,
      '',
      ...(['step', 'interruption', 'stall'].includes(part) ? [] : [null]),
    ];
    for (const other of others)
      expect(() => readContinuation(plan, changed({ [part]: other }))).toThrow(CorruptContinuationError);
  });

  it.each<[string, unknown]>([
    ['version', 0],
    ['version', 1.5],
    ['version', '2'],
    ['invocation', 0],
    ['invocation', 2 ** 53],
    ['cycle', 0],
    ['attempt', 0],
    ['safePointCount', 0.5],
    ['phase', 'steps'],
    ['phase', 'toString'],
    ['isWaiting', 'false'],
    ['isWaiting', 0],
    ['line', { ...firstLine, pin: '' }],
    ['line', { ...firstLine, recovery: 3 }],
    ['line', { ...firstLine, deathCount: -1 }],
    ['line', { ...firstLine, more: 1 }],
  ])('readContinuation refuses one whose %s is %j', (part, value) => {
    expect(() => readContinuation(plan, changed({ [part]: value }))).toThrow(CorruptContinuationError);
  });

  it('readContinuation refuses one with a part that it does not know: leaving it out could change what it means', () => {
    expect(() => readContinuation(plan, changed({ stepIndex: 0 }))).toThrow(CorruptContinuationError);
    expect(messageOf(() => readContinuation(plan, changed({ priority: 1 })))).toMatchInlineSnapshot(`
"The continuation cannot be read: it has a part that this version of lambda-baton does not know.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });

  it('readContinuation says which part is wrong, never what is in it', () => {
    const error = catchError(() => readContinuation(plan, changed({ attempt: 'secret' })));
    expect(error.message).toMatchInlineSnapshot(`
"The continuation cannot be read: its attempt is missing or not what it should be.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
    expect(error.details).toEqual({ reason: 'its attempt is missing or not what it should be' });
    expect(messageOf(() => readContinuation(plan, 'secret'))).toMatchInlineSnapshot(`
"The continuation cannot be read: it is not an object.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });

  it('readContinuation reads one of an older version, which a migration brings up', () => {
    expect(readContinuation(plan, changed({ version: 1 })).version).toBe(1);
  });

  it.each([
    ['another job', { job: 'Backfill' }, { expected: 'Reconcile', received: 'Backfill' }],
    ['a newer version', { version: 3 }, { expected: 2, received: 3 }],
    ['a step that the job does not have', { step: 'open' }, { expected: 'read, repair', received: 'open' }],
    ['a method that is no step', { step: 'isDone' }, { expected: 'read, repair', received: 'isDone' }],
    ['an inherited name', { step: 'constructor' }, { expected: 'read, repair', received: 'constructor' }],
  ])('readContinuation refuses one of %s', (_what, parts, details) => {
    const error = catchError(() => readContinuation(plan, changed(parts)));
    expect(error).toBeInstanceOf(IncompatibleStateError);
    expect(error.details).toEqual({ executionId: 'execution-1', ...details });
  });

  it('readContinuation says what is incompatible, and what to do', () => {
    expect(messageOf(() => readContinuation(plan, changed({ job: 'Backfill' })))).toMatchInlineSnapshot(`
"The continuation of execution execution-1 is of job Backfill, but this code has job Reconcile.
→ Give this function the job Backfill, or set @LongRunning({ name: 'Backfill' }) if the class was renamed."
`);
    expect(messageOf(() => readContinuation(plan, changed({ version: 3 })))).toMatchInlineSnapshot(`
"The continuation of execution execution-1 is of version 3, but this code has version 2.
→ Deploy the newer code again, or redrive the execution on it."
`);
    expect(messageOf(() => readContinuation(plan, changed({ step: 'open' })))).toMatchInlineSnapshot(`
"The continuation of execution execution-1 is of step open, but this code has step read, repair.
→ Bring the step open back (it may call the new one), or redrive the execution on the code that started it."
`);
  });

  it('readContinuation asks for the job first, then for the version, then for the step', () => {
    expect(
      messageOf(() => readContinuation(plan, changed({ job: 'Backfill', version: 3, step: 'open' }))),
    ).toContain('is of job');
    expect(messageOf(() => readContinuation(plan, changed({ version: 3, step: 'open' })))).toContain(
      'is of version',
    );
  });
});

describe('resumeExecution', () => {
  it('resumeExecution finds the step by its name, wherever it stands in this plan', () => {
    const reordered = makePlan({ version: 2, steps: ['open', 'repair', 'read'] });
    expect(resumeExecution(reordered, continuation)).toEqual({ ...execution, stepIndex: 1 });
    expect(resumeExecution(reordered, { ...continuation, step: 'read' }).stepIndex).toBe(2);
  });

  it('resumeExecution keeps a cycle in which there is nothing to run, and a result that JSON left out', () => {
    const { result: _left, ...rest } = continuation;
    expect(resumeExecution(plan, { ...rest, step: null } as Continuation)).toEqual({
      ...execution,
      stepIndex: noStep,
      result: undefined,
    });
  });
});

describe('corrupt', () => {
  it('An error about a corrupt continuation is typed, with its reason and its cause', () => {
    const cause = new Error('boom');
    const error = corrupt('it is torn', cause);
    expect(error).toMatchObject({
      code: 'CORRUPT_CONTINUATION',
      retryable: false,
      details: { reason: 'it is torn' },
      cause,
    });
    expect(error.message).toMatchInlineSnapshot(`
"The continuation cannot be read: it is torn.
→ Send continuations on exactly as they were sent; redrive the dead letter that holds the original one."
`);
  });
});
