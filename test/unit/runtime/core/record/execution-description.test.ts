import { describeExecution, isStuck } from '../../../../../src/runtime/core/record/execution-description';
import type { ExecutionRecord } from '../../../../../src/runtime/core/record/execution-record';
import { makeRecord, startMs } from '../core.helpers';

const leaseUntilMs = startMs + 10_000;
const stored = { status: 'running', startedAtMs: startMs - 5_000 } as const;
const error = { name: 'Error', message: 'no' };
const failed = { status: 'failed', error } as const;

describe('describeExecution', () => {
  it('describeExecution says where a running execution stands, and neither its input nor its state', () => {
    const record = makeRecord(
      { leaseUntilMs },
      { cycle: 2, attempt: 3, stepCount: 4, failedAttemptCount: 5 },
    );
    expect(describeExecution(stored, record, startMs)).toEqual({
      executionId: 'execution-1',
      job: 'Reconcile',
      status: 'running',
      invocation: 3,
      handedOffTo: null,
      phase: 'step',
      step: 'read',
      cycle: 2,
      attempt: 3,
      stepCount: 4,
      failedAttemptCount: 5,
      startedAtMs: startMs - 5_000,
      leaseUntilMs,
      resumeAtMs: null,
      isCancelRequested: false,
      isStuck: false,
      isParked: false,
      unitCount: 0,
      costUsd: 0,
      history: [],
      compensation: 'none',
    });
  });

  it('describeExecution says what the store says of one that has not ended', () => {
    const waiting = makeRecord({ handedOffTo: 4 }, { resumeAtMs: startMs + 60_000 });
    expect(describeExecution({ ...stored, status: 'waiting' }, waiting, startMs)).toMatchObject({
      status: 'waiting',
      handedOffTo: 4,
      resumeAtMs: startMs + 60_000,
    });
  });

  it('describeExecution says that it waits for nothing when it has ended', () => {
    const ended = makeRecord({ outcome: failed }, { resumeAtMs: startMs + 60_000 });
    expect(describeExecution(stored, ended, startMs).resumeAtMs).toBeNull();
  });

  it('describeExecution says how it ended, whatever the store says', () => {
    const described = (outcome: ExecutionRecord['outcome']) => {
      const { status, ...rest } = describeExecution(stored, makeRecord({ outcome }), startMs);
      return {
        status,
        ...('result' in rest && { result: rest.result }),
        ...('error' in rest && { error: rest.error }),
      };
    };
    expect(described({ status: 'completed', result: { rows: 7 } })).toEqual({
      status: 'completed',
      result: { rows: 7 },
    });
    expect(described({ status: 'completed', result: null })).toEqual({ status: 'completed', result: null });
    expect(described({ status: 'completed' })).toStrictEqual({ status: 'completed' });
    expect(described({ status: 'cancelled' })).toEqual({ status: 'cancelled' });
    expect(described(failed)).toEqual({ status: 'failed', error });
  });

  it('describeExecution says that it is parked, that a cancellation was asked for, and that it is stuck', () => {
    expect(describeExecution(stored, makeRecord({ handedOffTo: 4, isParked: true }), startMs).isParked).toBe(
      true,
    );
    expect(
      describeExecution(stored, makeRecord({ isCancelRequested: true }), startMs).isCancelRequested,
    ).toBe(true);
    expect(describeExecution(stored, makeRecord({ leaseUntilMs }), leaseUntilMs).isStuck).toBe(true);
  });

  it('describeExecution is frozen in depth', () => {
    const record = {
      ...makeRecord(),
      outcome: { status: 'failed', error: { name: 'Error', message: 'no' } } as const,
    };
    const description = describeExecution(stored, record, startMs);
    expect([Object.isFrozen(description), Object.isFrozen(description.error)]).toEqual([true, true]);
  });
});

describe('isStuck', () => {
  it.each<[boolean, string, Partial<ExecutionRecord>, number]>([
    [true, 'one whose last invocation must be dead', {}, leaseUntilMs],
    [false, 'one whose last invocation may be alive', {}, leaseUntilMs - 1],
    [
      false,
      'one that has handed over, while its successor may still come',
      { handedOffTo: 4 },
      leaseUntilMs - 1,
    ],
    [true, 'one whose successor has not come', { handedOffTo: 4 }, leaseUntilMs],
    [false, 'one that is parked', { handedOffTo: 4, isParked: true }, leaseUntilMs],
    [false, 'one that has ended', { outcome: { status: 'completed' } }, leaseUntilMs],
  ])('isStuck says %s of %s', (answer, _what, parts, nowMs) => {
    expect(isStuck(makeRecord({ leaseUntilMs, ...parts }), nowMs)).toBe(answer);
  });

  it('isStuck gives a wait its time', () => {
    const waiting = makeRecord(
      { leaseUntilMs, handedOffTo: 4 },
      { resumeAtMs: leaseUntilMs + 60_000, isWaiting: true },
    );
    expect([leaseUntilMs + 59_999, leaseUntilMs + 60_000].map((nowMs) => isStuck(waiting, nowMs))).toEqual([
      false,
      true,
    ]);
  });
});
