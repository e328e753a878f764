import type { Continuation } from '../../../../../src/runtime/core/message/continuation';
import type { ExecutionRecord } from '../../../../../src/runtime/core/record/execution-record';
import { checkRedrive } from '../../../../../src/runtime/core/record/sweep';
import { makeRecord } from '../core.helpers';

const leaseUntilMs = 10_000;

function record(
  parts: Partial<ExecutionRecord> = {},
  continued: Partial<Continuation> = {},
): ExecutionRecord {
  return makeRecord(
    { leaseUntilMs, ...parts },
    { attempt: 3, interruptionCount: 2, idleInvocationCount: 4, stepCount: 9, ...continued },
  );
}

const failed: ExecutionRecord['outcome'] = { status: 'failed', error: { name: 'Error', message: 'no' } };

describe('checkRedrive', () => {
  test.each([
    ['refuses a running execution', record(), leaseUntilMs - 1, 'running'],
    [
      'refuses one that was handed over a moment ago',
      record({ handedOffTo: 4 }),
      leaseUntilMs - 1,
      'handed-off',
    ],
    [
      'refuses one whose wait has not passed',
      record({ handedOffTo: 4 }, { resumeAtMs: 99_999 }),
      99_998,
      'handed-off',
    ],
    [
      'refuses one whose wait has passed, but whose lease has not',
      record({ handedOffTo: 4 }, { resumeAtMs: 5 }),
      leaseUntilMs - 1,
      'handed-off',
    ],
    ['refuses a completed one', record({ outcome: { status: 'completed' } }), 99_999, 'completed'],
    ['refuses a cancelled one', record({ outcome: { status: 'cancelled' } }), 99_999, 'cancelled'],
  ] as const)('checkRedrive %s', (_title, given, nowMs, standing) => {
    expect(checkRedrive(given, nowMs)).toEqual({ kind: 'refused', standing });
  });

  test.each([
    [
      'a failed one at once, and whatever else it waited for',
      record({ outcome: failed }, { resumeAtMs: 99_999, isWaiting: true }),
      0,
      4,
    ],
    ['one that was given back at once', record({ isGivenBack: true }), 0, 4],
    ['a stuck one when the lease has ended', record(), leaseUntilMs, 4],
    [
      'one whose next invocation never began, for that invocation',
      record({ handedOffTo: 4 }),
      leaseUntilMs,
      4,
    ],
    ['one whose wait has passed', record({ handedOffTo: 4 }, { resumeAtMs: 99_999 }), 99_999, 4],
    [
      'a parked one at once: nothing was sent for it',
      record({ handedOffTo: 4, isParked: true }, { resumeAtMs: 99_999 }),
      0,
      4,
    ],
    [
      'one that was redriven and has not begun yet, for the same invocation',
      record({ handedOffTo: 4, owner: 'redrive' }),
      0,
      4,
    ],
  ] as const)('checkRedrive grants %s', (_title, given, nowMs, handedOffTo) => {
    expect(checkRedrive(given, nowMs)).toMatchObject({
      kind: 'granted',
      record: {
        epoch: 5,
        writeCount: 0,
        invocation: 3,
        handedOffTo,
        isParked: undefined,
        outcome: null,
        stateChecksum: 'sum',
      },
    });
  });

  test('checkRedrive raises the epoch, which stops an owner that is alive after all, and owns it until the next claim', () => {
    expect(checkRedrive(record({ outcome: failed }), 5_000)).toMatchObject({
      record: { epoch: 5, writeCount: 0, owner: 'redrive' },
    });
  });

  const pin = 'arn:aws:lambda:eu-west-1:1:function:f:7';

  test('checkRedrive forgives what the failure has counted, and nothing else', () => {
    const counted = {
      stepCount: 9,
      failedAttemptCount: 5,
      costUsd: 0.25,
      resumeAtMs: 20_000,
      interruption: { ending: 'crash', unit: 'read' },
      chain: { length: 0, setting: 'terminate' },
      stall: { mark: 'cafe', count: 3 },
      line: { pin, wakeUpCount: 6, deathCount: 2, recovery: 2 },
    } as const;
    const given = record({ outcome: failed, isParked: true }, counted);
    expect(checkRedrive(given, 5_000)).toEqual({
      kind: 'granted',
      record: {
        ...given,
        epoch: 5,
        writeCount: 0,
        handedOffTo: 4,
        owner: 'redrive',
        isParked: undefined,
        outcome: null,
        continuation: {
          ...given.continuation,
          invocation: 4,
          startedAtMs: 5_000,
          attempt: 1,
          resumeAtMs: 0,
          interruptionCount: 0,
          interruption: null,
          idleInvocationCount: 0,
          chain: { length: 0, setting: null },
          stall: null,
          line: { pin, wakeUpCount: 6, deathCount: 0, recovery: 0 },
        },
      },
    });
  });

  test('checkRedrive lets the execution go on with the newest code when it is asked to', () => {
    const given = record({ outcome: failed }, { line: { pin, wakeUpCount: 0, deathCount: 0, recovery: 0 } });
    expect(checkRedrive(given, 5_000, true)).toMatchObject({
      record: { continuation: { line: { pin: null } } },
    });
  });

  test('checkRedrive counts invocations on, from the one that was handed over to', () => {
    const lost = record({ handedOffTo: 9 });
    expect(checkRedrive(lost, leaseUntilMs)).toMatchObject({
      record: { invocation: 8, handedOffTo: 9, continuation: { invocation: 9, chain: { length: 0 } } },
    });
  });

  test('checkRedrive keeps a wait, which is the work itself and not a retry delay', () => {
    const waiting = record({ outcome: failed }, { resumeAtMs: 20_000, isWaiting: true });
    expect(checkRedrive(waiting, 5_000)).toMatchObject({ record: { continuation: { resumeAtMs: 20_000 } } });
  });

  test.each([
    ['forgets one that the failure has overtaken', failed, true, false],
    ['keeps one that stands', null, true, true],
    ['makes none up', null, false, false],
  ] as const)('checkRedrive of a request to cancel: %s', (_title, outcome, isCancelRequested, isKept) => {
    expect(checkRedrive(record({ outcome, isCancelRequested }), leaseUntilMs)).toMatchObject({
      record: { isCancelRequested: isKept },
    });
  });
});
