import { type Among, alone, type SlotClaim } from '../../../../../src/runtime/core/execution/among';
import {
  dropSlot,
  holdSlot,
  queueForSlot,
  withSlot,
} from '../../../../../src/runtime/core/execution/apply-among';
import type { Execution } from '../../../../../src/runtime/core/execution/execution';
import { makeExecution, makePlan, startMs } from '../core.helpers';

const plan = makePlan({ limits: { maxDurationMs: 60_000 } });
const waiting: SlotClaim = { id: 'slots', isHeld: false };
const held: SlotClaim = { id: 'slots', isHeld: true };

function execution(among: Partial<Among>, parts: Partial<Execution> = {}): Execution {
  return makeExecution(plan, { ...parts, among: { ...alone, ...among } });
}

describe('withSlot', () => {
  it('withSlot says which slots an execution needs one of', () => {
    expect(withSlot(makeExecution(plan), held).among).toEqual({ ...alone, slot: held });
    expect(withSlot(execution({ interludeCount: 2, slot: waiting }), held).among).toEqual({
      ...alone,
      interludeCount: 2,
      slot: held,
    });
  });
});

describe('queueForSlot', () => {
  it('queueForSlot sleeps until it has a slot, or may last no longer, and keeps what it was waiting for', () => {
    const sleep = { kind: 'signal', name: 'approved', isBounded: true } as const;
    const before = execution(
      { slot: { ...held, isRedriven: true }, sleep, woken: { by: 'time' } },
      { resumeAtMs: startMs + 5_000, isWaiting: true },
    );
    expect(queueForSlot(plan, before)).toEqual({
      ...before,
      resumeAtMs: startMs + 60_000,
      isWaiting: true,
      among: {
        ...alone,
        sleep: { kind: 'slot' },
        woken: null,
        slot: {
          id: 'slots',
          isHeld: false,
          isRedriven: true,
          back: { resumeAtMs: startMs + 5_000, isWaiting: true, sleep, woken: { by: 'time' } },
        },
      },
    });
  });

  it('queueForSlot keeps what it waited for first when it has to wait again', () => {
    const once = queueForSlot(plan, execution({ slot: waiting }));
    expect(queueForSlot(plan, once)).toEqual(once);
  });

  it('queueForSlot does so whatever an execution says of slots', () => {
    expect(queueForSlot(plan, makeExecution(plan)).among).toEqual({
      ...alone,
      sleep: { kind: 'slot' },
      slot: { id: '', isHeld: false, back: { resumeAtMs: 0, isWaiting: false, sleep: null, woken: null } },
    });
  });
});

describe('holdSlot', () => {
  it('holdSlot waits again for what it waited for before it had to wait for a slot', () => {
    const sleep = { kind: 'children' } as const;
    const before = execution(
      { slot: { ...waiting, isRedriven: true }, sleep, interludeCount: 1 },
      { resumeAtMs: startMs + 5_000, isWaiting: true },
    );
    expect(holdSlot(queueForSlot(plan, before))).toEqual({
      ...before,
      among: { ...before.among, slot: held },
    });
  });

  it('holdSlot goes on as it stands when it has not waited', () => {
    const before = execution({ slot: waiting, woken: { by: 'time' } }, { resumeAtMs: startMs });
    expect(holdSlot(before)).toEqual({ ...before, among: { ...before.among, slot: held } });
    expect(holdSlot(makeExecution(plan)).among).toEqual({ ...alone, slot: { id: '', isHeld: true } });
  });
});

describe('dropSlot', () => {
  it('dropSlot needs a slot again when it is redriven, and waits for one, whatever whenBusy says', () => {
    const before = execution({ slot: held, interludeCount: 2 });
    expect(dropSlot(before)).toEqual({
      ...before,
      among: { ...before.among, slot: { id: 'slots', isHeld: false, isRedriven: true } },
    });
  });

  it('dropSlot leaves an execution alone that needs none', () => {
    for (const before of [makeExecution(plan), execution({})]) expect(dropSlot(before)).toBe(before);
  });
});
