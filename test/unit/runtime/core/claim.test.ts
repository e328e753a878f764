import { judgeClaim } from '../../../../src/runtime/core/claim';
import type { ExecutionRecord } from '../../../../src/runtime/core/execution-record';

const leaseUntilMs = 10_000;

function record(overrides: Partial<ExecutionRecord>): ExecutionRecord {
  return {
    epoch: 4,
    writeCount: 1,
    invocation: 3,
    handedOffTo: null,
    owner: 'delivery-3',
    leaseUntilMs,
    isCancelRequested: false,
    stateChecksum: '',
    outcome: null,
    continuation: {} as ExecutionRecord['continuation'],
    ...overrides,
  };
}

describe('judgeClaim', () => {
  const duplicate = { kind: 'duplicate' };
  const handedOver = { kind: 'claimed', wasInterrupted: false };
  const takenOver = { kind: 'claimed', wasInterrupted: true };

  test.each([
    ['gives invocation 4 what was handed off to it', { handedOffTo: 4 }, 4, 'delivery-4', 0, handedOver],
    ['gives it also long after the lease', { handedOffTo: 4 }, 4, 'delivery-4', 99_999, handedOver],
    ['takes a late invocation 2 for a duplicate', {}, 2, 'delivery-2', 0, duplicate],
    ['takes a late invocation 2 for a duplicate after the lease too', {}, 2, 'delivery-2', 99_999, duplicate],
    ['lets the same delivery come again after a crash', {}, 3, 'delivery-3', 0, takenOver],
    ['lets the same delivery revoke a hand-off that nobody claimed', { handedOffTo: 4 }, 3, 'delivery-3', 0, handedOver],
    ['refuses another delivery of a handed-off invocation', { handedOffTo: 4 }, 3, 'another', 99_999, duplicate],
    ['refuses another delivery before the lease ends', {}, 3, 'another', leaseUntilMs - 1, duplicate],
    ['lets another delivery in when the lease has ended', {}, 3, 'another', leaseUntilMs, takenOver],
    ['lets the second of two sent continuations in when the first has died', {}, 4, 'delivery-4b', leaseUntilMs, takenOver],
    [
      'refuses the second of two sent continuations while the first lives',
      { invocation: 4, owner: 'delivery-4a' },
      4,
      'delivery-4b',
      0,
      duplicate,
    ],
    ['refuses a delivery that owns the record, but is for another invocation', {}, 4, 'delivery-3', 0, duplicate],
    ['refuses an invocation that was skipped', { handedOffTo: 4 }, 5, 'delivery-5', 99_999, duplicate],
  ] as const)('%s', (_title, state, invocation, delivery, nowMs, verdict) => {
    expect(judgeClaim(record(state), { invocation, delivery, nowMs })).toEqual(verdict);
  });

  test('gives a finished execution to nobody', () => {
    const finished = record({ outcome: { status: 'completed' }, handedOffTo: 4 });
    expect(judgeClaim(finished, { invocation: 4, delivery: 'delivery-4', nowMs: 0 })).toEqual({ kind: 'finished' });
  });
});
