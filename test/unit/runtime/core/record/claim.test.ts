import { type Claimant, type ClaimDecision, decideClaim } from '../../../../../src/runtime/core/record/claim';
import type { ExecutionRecord } from '../../../../../src/runtime/core/record/execution-record';
import { makeRecord } from '../core.helpers';

const leaseUntilMs = 100_000;
const heardAtMs = 10_000;
const retryAfterMs = 50_000;
/** When the owner has been silent for just long enough. */
const silentMs = heardAtMs + retryAfterMs;

/** Invocation 3 is running, by `delivery-3`, which was last heard of when it claimed. */
function record(parts: Partial<ExecutionRecord>): ExecutionRecord {
  return makeRecord({ owner: 'delivery-3', leaseUntilMs, heardAtMs, ...parts });
}

function decide(parts: Partial<ExecutionRecord>, claimant: Partial<Claimant>): ClaimDecision {
  return decideClaim(record(parts), {
    invocation: 3,
    deliveries: ['another'],
    nowMs: heardAtMs,
    retryAfterMs,
    ...claimant,
  });
}

const late = { kind: 'late' };
const duplicate = { kind: 'duplicate' };
const claim = (invocation: number, hasDied = false) => ({ kind: 'claim', invocation, hasDied });

describe('decideClaim on an execution that was handed over', () => {
  const handedOver = { handedOffTo: 4 };

  it.each<[string, Partial<ExecutionRecord>, Partial<Claimant>, object]>([
    ['gives it to the invocation that it was handed over to', {}, { invocation: 4 }, claim(4)],
    ['gives it to that one long after the lease, too', {}, { invocation: 4, nowMs: 999_999 }, claim(4)],
    [
      'lets the delivery that handed over send again, and takes nothing back',
      {},
      { deliveries: ['delivery-3'] },
      { kind: 'send-again' },
    ],
    [
      'lets it do so long after the lease, too',
      {},
      { deliveries: ['delivery-3'], nowMs: 999_999 },
      { kind: 'send-again' },
    ],
    ['tells another delivery of that invocation that it is late', {}, { nowMs: 999_999 }, late],
    ['tells an earlier invocation that it is late', {}, { invocation: 2, nowMs: 999_999 }, late],
    [
      'lets the delivery that handed over send again, though its own number is an earlier one',
      {},
      { invocation: 2, deliveries: ['delivery-3'] },
      { kind: 'send-again' },
    ],
    ['does not believe an invocation that was skipped', {}, { invocation: 5, nowMs: 999_999 }, late],
    ['does not believe an invocation from nowhere', {}, { invocation: 1_000_000, nowMs: 999_999 }, late],
    ['gives it to a look', {}, { invocation: null }, claim(4)],
    [
      'gives what was given back to the delivery that handed over',
      { isGivenBack: true },
      { deliveries: ['delivery-3'] },
      claim(4),
    ],
    ['gives what was given back to another delivery of that invocation', { isGivenBack: true }, {}, claim(4)],
    ['gives what was given back to the next invocation', { isGivenBack: true }, { invocation: 4 }, claim(4)],
  ])('decideClaim on an execution that was handed over %s', (_title, parts, claimant, expected) => {
    expect(decide({ ...handedOver, ...parts }, claimant)).toEqual(expected);
  });

  it('decideClaim on an execution that was handed over leaves one that waits alone when a look comes, until the wait is over or a cancellation was asked for', () => {
    const waiting = makeRecord(
      { owner: 'delivery-3', leaseUntilMs, heardAtMs, handedOffTo: 4 },
      { resumeAtMs: 500_000 },
    );
    const look = { invocation: null, deliveries: ['look'], retryAfterMs };
    expect(decideClaim(waiting, { ...look, nowMs: 499_999 })).toEqual(late);
    expect(decideClaim(waiting, { ...look, nowMs: 500_000 })).toEqual(claim(4));
    expect(decideClaim({ ...waiting, isCancelRequested: true }, { ...look, nowMs: heardAtMs })).toEqual(
      claim(4),
    );
    expect(decideClaim({ ...waiting, isGivenBack: true }, { ...look, nowMs: heardAtMs })).toEqual(claim(4));
  });
});

it('decideClaim lets a look that has handed over to a wait, and comes again, send that hand-off again', () => {
  const waiting = makeRecord(
    { owner: 'look-1', leaseUntilMs, heardAtMs, handedOffTo: 4 },
    { resumeAtMs: 500_000 },
  );
  const again = { invocation: null, deliveries: ['look-1'], retryAfterMs, nowMs: heardAtMs };
  expect(decideClaim(waiting, again)).toEqual({ kind: 'send-again' });
});

describe('decideClaim on an execution that is running', () => {
  it.each<[string, Partial<ExecutionRecord>, Partial<Claimant>, object]>([
    [
      'takes its own delivery for a duplicate while the owner was heard of',
      {},
      { deliveries: ['delivery-3'], nowMs: silentMs - 1 },
      duplicate,
    ],
    [
      'lets its own delivery take over from a silent owner',
      {},
      { deliveries: ['delivery-3'], nowMs: silentMs },
      claim(3, true),
    ],
    [
      'takes its own delivery for a duplicate while there are heartbeats',
      {},
      { deliveries: ['delivery-3'], nowMs: silentMs, heartbeatAtMs: heardAtMs + 1 },
      duplicate,
    ],
    [
      'lets its own delivery take over when the heartbeats have stopped, too',
      {},
      { deliveries: ['delivery-3'], nowMs: silentMs + 1, heartbeatAtMs: heardAtMs + 1 },
      claim(3, true),
    ],
    [
      'lets its own delivery take over at once where retries come at once',
      {},
      { deliveries: ['delivery-3'], retryAfterMs: 0 },
      claim(3, true),
    ],
    [
      'lets its own delivery take over what was written before anybody said when',
      { heardAtMs: Number.NEGATIVE_INFINITY },
      { deliveries: ['delivery-3'] },
      claim(3, true),
    ],
    [
      'takes another delivery for a duplicate while the owner may live, however silent',
      {},
      { nowMs: leaseUntilMs - 1 },
      duplicate,
    ],
    ['gives it to another delivery when the lease is over', {}, { nowMs: leaseUntilMs }, claim(3, true)],
    [
      'takes a look that acts for the owner for a duplicate while that one was heard of',
      {},
      { invocation: null, deliveries: ['look-1', 'delivery-3'], nowMs: silentMs - 1 },
      duplicate,
    ],
    [
      'lets a look that acts for the owner take over when that one is silent',
      {},
      { invocation: null, deliveries: ['look-1', 'delivery-3'], nowMs: silentMs },
      claim(3, true),
    ],
    [
      'knows the owner by its delivery, though that was for an earlier invocation',
      {},
      { invocation: 2, deliveries: ['delivery-3'], nowMs: silentMs },
      claim(3, true),
    ],
    [
      'tells a look that it is late while the owner may live',
      {},
      { invocation: null, nowMs: leaseUntilMs - 1 },
      late,
    ],
    [
      'gives it to a look when the lease is over',
      {},
      { invocation: null, nowMs: leaseUntilMs },
      claim(3, true),
    ],
    ['tells an earlier invocation that it is late', {}, { invocation: 2, nowMs: 999_999 }, late],
    [
      'does not believe a later invocation, after the lease either',
      {},
      { invocation: 4, nowMs: 999_999 },
      late,
    ],
    ['does not believe an invocation from nowhere', {}, { invocation: 1_000_000, nowMs: 999_999 }, late],
    [
      'gives what was given back to anybody, and counts no death',
      { isGivenBack: true },
      { deliveries: ['delivery-3'] },
      claim(3),
    ],
    ['gives what was given back to another delivery', { isGivenBack: true }, {}, claim(3)],
    ['gives what was given back to a look', { isGivenBack: true }, { invocation: null }, claim(3)],
  ])('decideClaim on an execution that is running %s', (_title, parts, claimant, expected) => {
    expect(decide(parts, claimant)).toEqual(expected);
  });
});

test('decideClaim gives an execution that has ended to nobody', () => {
  const finished = { outcome: { status: 'completed' }, handedOffTo: 4 } as const;
  expect(decide(finished, { invocation: 4, nowMs: 999_999 })).toEqual({ kind: 'finished' });
  expect(decide(finished, { invocation: null, nowMs: 999_999 })).toEqual({ kind: 'finished' });
});
