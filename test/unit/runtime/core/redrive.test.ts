import type { Continuation } from '../../../../src/runtime/core/continuation';
import type { ExecutionRecord } from '../../../../src/runtime/core/execution-record';
import { judgeRedrive } from '../../../../src/runtime/core/redrive';

const leaseUntilMs = 10_000;

function record(overrides: Partial<ExecutionRecord> = {}, continued: Partial<Continuation> = {}): ExecutionRecord {
  const continuation = { executionId: 'e', resumeAtMs: 0, isWaiting: false, attempt: 3, interruptionCount: 2, idleInvocationCount: 4 };
  return {
    epoch: 4,
    writeCount: 7,
    invocation: 3,
    handedOffTo: null,
    owner: 'delivery-3',
    leaseUntilMs,
    isCancelRequested: false,
    stateChecksum: 'sum',
    outcome: null,
    continuation: { ...continuation, invocation: 3, startedAtMs: 1, stepCount: 9, ...continued } as Continuation,
    ...overrides,
  };
}

const failed: ExecutionRecord['outcome'] = { status: 'failed', error: { name: 'Error', message: 'no' } };

describe('judgeRedrive', () => {
  test.each([
    ['refuses a running execution', record(), leaseUntilMs - 1, 'running'],
    ['refuses one that was handed over a moment ago', record({ handedOffTo: 4 }), leaseUntilMs - 1, 'handed-off'],
    ['refuses one whose wait has not passed', record({ handedOffTo: 4 }, { resumeAtMs: 99_999 }), 99_998, 'handed-off'],
    ['refuses a completed one', record({ outcome: { status: 'completed' } }), 99_999, 'completed'],
    ['refuses a cancelled one', record({ outcome: { status: 'cancelled' } }), 99_999, 'cancelled'],
  ] as const)('%s', (_title, given, nowMs, standing) => {
    expect(judgeRedrive(given, nowMs)).toEqual({ kind: 'refused', standing });
  });

  test.each([
    ['a failed one at once, and whatever else it waited for', record({ outcome: failed }, { resumeAtMs: 99_999, isWaiting: true }), 0, 4],
    ['a stuck one when the lease has ended', record(), leaseUntilMs, 4],
    ['one whose next invocation never began, for that invocation', record({ handedOffTo: 4 }), leaseUntilMs, 4],
    ['one that was redriven and has not begun yet, for the same invocation', record({ handedOffTo: 4, owner: 'redrive' }), 0, 4],
  ] as const)('grants %s', (_title, given, nowMs, handedOffTo) => {
    expect(judgeRedrive(given, nowMs)).toMatchObject({
      kind: 'granted',
      record: { epoch: 5, writeCount: 0, invocation: 3, handedOffTo, outcome: null, stateChecksum: 'sum' },
    });
  });

  test('forgives what the failure has counted, and nothing else', () => {
    expect(judgeRedrive(record({ outcome: failed }, { resumeAtMs: 20_000 }), 5_000)).toMatchObject({
      record: {
        continuation: {
          invocation: 4,
          startedAtMs: 5_000,
          attempt: 1,
          interruptionCount: 0,
          idleInvocationCount: 0,
          resumeAtMs: 0,
          stepCount: 9,
        },
      },
    });
  });

  test('keeps a wait, which is the work itself and not a retry delay', () => {
    const waiting = record({ outcome: failed }, { resumeAtMs: 20_000, isWaiting: true });
    expect(judgeRedrive(waiting, 5_000)).toMatchObject({ record: { continuation: { resumeAtMs: 20_000 } } });
  });
});
