import { unspent } from '../../../../../src/runtime/core/execution/execution';
import { firstLine } from '../../../../../src/runtime/core/execution/line';
import { decideClaim } from '../../../../../src/runtime/core/record/claim';
import {
  describeFresh,
  nameChild,
  nameItems,
  unknownJob,
} from '../../../../../src/runtime/core/record/fresh';
import { startMs } from '../core.helpers';

const start = {
  executionId: 'order-1',
  job: 'Reconcile',
  input: { month: '2026-11' },
  nowMs: startMs,
  functionArn: 'arn:aws:lambda:eu-west-1:1:function:f',
  pin: null,
};

describe('the record of an execution that nobody has claimed yet', () => {
  it('The record of an execution that nobody has claimed yet is handed off to invocation 1, with nothing behind it', () => {
    expect(describeFresh(start, 'empty')).toEqual({
      epoch: 1,
      writeCount: 0,
      invocation: 0,
      handedOffTo: 1,
      owner: 'start',
      leaseUntilMs: startMs,
      heardAtMs: startMs,
      isCancelRequested: false,
      isFresh: true,
      functionArn: start.functionArn,
      outcome: null,
      stateChecksum: 'empty',
      continuation: {
        executionId: 'order-1',
        job: 'Reconcile',
        version: 1,
        startedAtMs: startMs,
        invocation: 1,
        phase: 'check',
        cycle: 1,
        step: null,
        attempt: 1,
        ...unspent,
        line: firstLine,
        trail: {},
        input: { month: '2026-11' },
      },
    });
  });

  it('The record of an execution that nobody has claimed yet carries nothing unless observers have asked for it', () => {
    expect(describeFresh(start, 'empty').continuation.trail).not.toHaveProperty('carried');
  });

  it('The record of an execution that nobody has claimed yet says whose child it is, which version runs it, and what observers carry', () => {
    const parent = { executionId: 'order', number: 1, depth: 1, jobs: ['Order'] };
    const pin = `${start.functionArn}:7`;
    const record = describeFresh({ ...start, parent, pin, carried: { trace: '1' } }, 'empty');
    expect(record.parent).toEqual(parent);
    expect(record.continuation.line).toEqual({ ...firstLine, pin });
    expect(record.continuation.trail).toEqual({ carried: { trace: '1' } });
  });

  it('The record of an execution that nobody has claimed yet may be claimed by whichever delivery brings its start, or a look, at once', () => {
    const record = describeFresh(start, 'empty');
    const claim = { kind: 'claim', invocation: 1, hasDied: false };
    for (const invocation of [1, null])
      expect(
        decideClaim(record, { invocation, deliveries: ['d'], nowMs: startMs, retryAfterMs: 1_000 }),
      ).toEqual(claim);
  });

  it('The record of an execution that nobody has claimed yet is of no job that a class can have while its starter does not know which', () => {
    expect(unknownJob).toBe('?');
  });
});

describe('what is kept of children', () => {
  it('What is kept of children has ids that are no execution’s: items by parent, batch and claim', () => {
    expect(nameItems('order-1', 2, 7, (text) => `<${text}>`)).toBe('lambda-baton:children:<order-1>:2:7');
  });

  it('What is kept of children names a child by its parent, the batch and the item', () => {
    expect(nameChild('order-1', 2, 'north')).toBe('order-1/2/north');
  });
});
