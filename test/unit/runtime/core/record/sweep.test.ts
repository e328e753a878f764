import { firstLine } from '../../../../../src/runtime/core/execution/line';
import type { Continuation } from '../../../../../src/runtime/core/message/continuation';
import type { ExecutionRecord } from '../../../../../src/runtime/core/record/execution-record';
import { sweepRecord } from '../../../../../src/runtime/core/record/sweep';
import { makeRecord, startMs } from '../core.helpers';

const graceMs = 60_000;
const leaseUntilMs = startMs + 10_000;
const deadMs = leaseUntilMs + graceMs;

function sweep(
  parts: Partial<ExecutionRecord>,
  nowMs = deadMs,
  continued: Partial<Continuation> = {},
): ExecutionRecord | undefined {
  return sweepRecord(makeRecord({ leaseUntilMs, ...parts }, continued), nowMs, graceMs);
}

describe('sweepRecord leaves alone', () => {
  it.each<[string, Partial<ExecutionRecord>, number, Partial<Continuation>]>([
    ['an invocation that may be alive', {}, leaseUntilMs - 1, {}],
    ['one that has died within the grace', {}, deadMs - 1, {}],
    ['one whose next invocation may still come', { handedOffTo: 4 }, deadMs - 1, {}],
    [
      'one whose next invocation was due within the grace',
      { handedOffTo: 4 },
      startMs + 99_999 + graceMs,
      { resumeAtMs: startMs + 100_000 },
    ],
    ['a completed one', { outcome: { status: 'completed' } }, Number.MAX_SAFE_INTEGER, {}],
    [
      'a failed one',
      { outcome: { status: 'failed', error: { name: 'Error', message: 'no' } } },
      Number.MAX_SAFE_INTEGER,
      {},
    ],
    [
      'a parked one, which waits for a person',
      { handedOffTo: 4, isParked: true },
      Number.MAX_SAFE_INTEGER,
      {},
    ],
  ])('sweepRecord leaves alone %s', (_what, parts, nowMs, continued) => {
    expect(sweep(parts, nowMs, continued)).toBeUndefined();
  });
});

describe('sweepRecord', () => {
  it('sweepRecord sends an execution on whose invocation died without a word, as interrupted', () => {
    expect(sweep({}, deadMs, { interruptionCount: 1, idleInvocationCount: 2, attempt: 3 })).toEqual(
      makeRecord(
        { epoch: 5, writeCount: 0, handedOffTo: 4, owner: 'sweep', leaseUntilMs: deadMs },
        {
          invocation: 4,
          interruptionCount: 2,
          interruption: { ending: 'unknown', unit: 'read' },
          idleInvocationCount: 2,
          attempt: 3,
          chain: { length: 0, setting: null },
          line: { ...firstLine, deathCount: 1, recovery: 2 },
          trail: { hasDied: true },
        },
      ),
    );
  });

  it('sweepRecord sends one on whose next invocation never came, for the same invocation and without an interruption', () => {
    const interruption = { ending: 'crash', unit: 'repair' } as const;
    expect(sweep({ handedOffTo: 9 }, deadMs, { interruptionCount: 1, interruption })).toEqual(
      makeRecord(
        { epoch: 5, writeCount: 0, invocation: 8, handedOffTo: 9, owner: 'sweep', leaseUntilMs: deadMs },
        { invocation: 9, interruptionCount: 1, interruption, chain: { length: 0, setting: null } },
      ),
    );
  });

  it('sweepRecord waits for the end of a wait, but not for one that the invocation died before', () => {
    const continued = { resumeAtMs: startMs + 100_000, isWaiting: true };
    expect(sweep({ handedOffTo: 4 }, startMs + 100_000 + graceMs, continued)?.continuation.resumeAtMs).toBe(
      startMs + 100_000,
    );
    expect(sweep({}, deadMs, continued)?.continuation.resumeAtMs).toBe(startMs + 100_000);
  });

  it('sweepRecord waits for the lease, though what it handed over was due before it ended', () => {
    expect(sweep({ handedOffTo: 4 }, deadMs - 1, { resumeAtMs: startMs })).toBeUndefined();
    expect(sweep({ handedOffTo: 4 }, deadMs, { resumeAtMs: startMs })).toBeDefined();
  });

  it('sweepRecord is not sent on again before another grace has passed', () => {
    const once = sweep({});
    if (once === undefined) throw new Error('it was left alone');
    expect(sweepRecord(once, deadMs + graceMs - 1, graceMs)).toBeUndefined();
    expect(sweepRecord(once, deadMs + graceMs, graceMs)).toMatchObject({
      epoch: 6,
      handedOffTo: 4,
      continuation: { interruptionCount: 1 },
    });
  });

  it('sweepRecord names no method in a cycle in which there is nothing to run', () => {
    expect(sweep({}, deadMs, { step: null })?.continuation.interruption).toEqual({
      ending: 'unknown',
      unit: '',
    });
  });

  it('sweepRecord counts no death of an invocation that was given back, or that had not begun', () => {
    const swept = sweep({ isGivenBack: true }, deadMs, { interruptionCount: 1 });
    expect(swept).toMatchObject({
      handedOffTo: 4,
      isGivenBack: undefined,
      continuation: { interruptionCount: 1, line: firstLine },
    });
  });

  it('sweepRecord counts a death while handing over apart from those of the step that comes next', () => {
    const interruption = { ending: 'crash', unit: 'read' } as const;
    const swept = sweep({ isHandingOver: true }, deadMs, { interruptionCount: 1, interruption });
    expect(swept).toMatchObject({
      isHandingOver: undefined,
      continuation: { interruptionCount: 1, interruption: { place: 'hand-off' } },
    });
  });

  it('sweepRecord keeps the version that the execution is pinned to', () => {
    const line = { ...firstLine, pin: 'arn:aws:lambda:eu-west-1:1:function:f:7' };
    expect(sweep({ handedOffTo: 4 }, deadMs, { line })?.continuation.line).toEqual(line);
  });

  it('sweepRecord keeps a request to cancel', () => {
    expect(sweep({ isCancelRequested: true })?.isCancelRequested).toBe(true);
  });
});
