import fc from 'fast-check';
import { CorruptContinuationError } from '../../../../../src/errors';
import {
  callIntoSlots,
  enterSlots,
  isAmongEntries,
  leaveSlots,
  listNext,
  listOlder,
  nameRunning,
  nameSlots,
  readSlots,
  type SlotEntry,
  type Slots,
} from '../../../../../src/runtime/core/record/slots';
import { freezeInDepth } from '../../../../../src/runtime/core/state/freeze-in-depth';
import { startMs } from '../core.helpers';

const nowMs = startMs + 5_000;

/** Entries of epoch 1: `a c` are two executions; `a2` is `a` after its second claim. */
function entries(text: string): SlotEntry[] {
  return (text.match(/[a-z]\d*/g) ?? []).map((one) => ({
    id: one.charAt(0),
    epoch: Number(one.slice(1) || 1),
  }));
}

/** Slots from a text: `a b | c` has two holders, and one that waits. */
function slots(limit: number, text: string): Slots {
  const [holders = '', queue = ''] = text.split('|');
  return freezeInDepth<Slots>({ limit, holders: entries(holders), queue: entries(queue) });
}

function show({ holders, queue }: Slots): string {
  const name = ({ id, epoch, calledAtMs }: SlotEntry) =>
    `${id}${epoch === 1 ? '' : epoch}${calledAtMs === undefined ? '' : '!'}`;
  return `${holders.map(name).join(' ')} | ${queue.map(name).join(' ')}`.trim();
}

function only(text: string): SlotEntry {
  const [entry] = entries(text);
  if (entry === undefined) throw new Error(`no entry in ${text}`);
  return entry;
}

describe('nameSlots', () => {
  it('nameSlots names one record for each job and key, which is no execution’s id', () => {
    const digest = (text: string) => `<${text}>`;
    expect(nameSlots('tidy', 'north', digest)).toBe('lambda-baton:slots:<["tidy","north"]>');
    expect(nameSlots('tidy', '', digest)).not.toBe(nameSlots('tidy","', '', digest));
  });
});

describe('readSlots', () => {
  const state = JSON.stringify(slots(2, 'a | b'));
  const checksum = (text: string) => `sum of ${text}`;

  it('readSlots reads what was stored', () => {
    expect(readSlots({ head: checksum(state), state }, checksum)).toEqual(slots(2, 'a | b'));
  });

  it('readSlots refuses what does not match its checksum', () => {
    const read = () => readSlots({ head: checksum(`${state} `), state }, checksum);
    expect(read).toThrow(CorruptContinuationError);
    expect(read).toThrow('the stored slots do not match their checksum');
  });
});

describe('listNext', () => {
  it.each([
    [1, 'a | b c', ''],
    [2, 'a | b c', 'b'],
    [3, 'a | b c', 'b c'],
    [9, 'a | b c', 'b c'],
    [1, 'a b c | d', ''],
    [2, '| ', ''],
  ])('listNext of limit %i and "%s": "%s"', (limit, text, next) => {
    expect(show({ limit, holders: listNext(slots(limit, text)), queue: [] })).toBe(`${next} |`.trim());
  });
});

describe('enterSlots', () => {
  it.each([
    ['takes a free slot', 2, 'a |', 'b', 'a b |'],
    ['waits behind the others when none is free', 1, 'a | b', 'c', 'a | b c'],
    ['waits behind those that are to be called first', 2, 'a | b', 'c', 'a | b c'],
    ['takes a slot when there are enough for those before it', 3, 'a | b', 'c', 'a c | b'],
    ['takes a slot that has become free while it was the first to wait', 2, 'a | b c', 'b', 'a b | c'],
    ['waits on when another one is next', 2, 'a | b c', 'c', 'a | b c'],
    ['keeps the slot that it has', 1, 'a | b', 'a', 'a | b'],
    ['keeps the slot that it has when the limit was lowered', 1, 'a b c | d', 'b', 'a b c | d'],
    ['renews what is known of its claim where it holds a slot', 2, 'a b | c', 'b3', 'a b3 | c'],
    ['renews what is known of its claim where it waits', 1, 'a | b c', 'b3', 'a | b3 c'],
    ['enters with its newest claim', 1, '|', 'a4', 'a4 |'],
  ])('enterSlots %s', (_what, limit, before, entry, after) => {
    expect(show(enterSlots(slots(limit, before), only(entry)))).toBe(after);
  });

  it('enterSlots forgets that it was called once the execution says that it is there', () => {
    const called = callIntoSlots(slots(1, '| a'), entries('a'), nowMs);
    expect(show(called)).toBe('a! |');
    expect(show(enterSlots(called, only('a2')))).toBe('a2 |');
  });

  it('enterSlots keeps nothing else that it was given with an entry', () => {
    const entered = enterSlots(slots(1, '|'), { id: 'a', epoch: 1, calledAtMs: nowMs });
    expect(entered).toEqual({ limit: 1, holders: [{ id: 'a', epoch: 1 }], queue: [] });
  });
});

describe('leaveSlots', () => {
  it.each([
    ['a holder', 'a b | c', 'a', 'b | c'],
    ['one that waits', 'a | b c', 'b', 'a | c'],
    ['several', 'a b | c d', 'b c', 'a | d'],
    ['one of which a later claim is known', 'a b | c', 'a2', 'b | c'],
  ])('leaveSlots takes out %s', (_what, before, gone, after) => {
    expect(show(leaveSlots(slots(2, before), entries(gone)))).toBe(after);
  });

  it('leaveSlots keeps an execution that has said since, by a later claim, that it is there', () => {
    expect(show(leaveSlots(slots(2, 'a2 b | c3'), entries('a b c2')))).toBe('a2 | c3');
  });

  it('leaveSlots keeps a claim of any number of an execution that is not said to be gone', () => {
    expect(show(leaveSlots(slots(2, 'a0 | b'), entries('b')))).toBe('a0 |');
  });

  it('leaveSlots changes nothing when nobody is gone', () => {
    const before = slots(2, 'a | b');
    expect(leaveSlots(before, [])).toBe(before);
  });
});

describe('callIntoSlots', () => {
  it('callIntoSlots gives the first of the queue a slot, and says when', () => {
    const after = callIntoSlots(slots(3, 'a | b2 c d'), entries('b2 c'), nowMs);
    expect(show(after)).toBe('a b2! c! | d');
    expect(after.holders[1]).toEqual({ id: 'b', epoch: 2, calledAtMs: nowMs });
    expect(after.limit).toBe(3);
  });
});

describe('listOlder', () => {
  it.each([
    [1, 'a | b', 'b', 'a'],
    [1, 'a | b c', 'c', 'a b'],
    [2, 'a b | c', 'c', 'a'],
    [2, 'a b | c d', 'd', 'a b'],
    [3, 'a b | c', 'c', ''],
    [2, 'a b c | d', 'd', 'a b'],
    [1, 'a | b c', 'b', 'a'],
    [1, 'a | b', 'x', 'a'],
  ])('listOlder with limit %i and "%s" those that keep %s from a slot are "%s"', (limit, text, id, older) => {
    expect(show({ limit, holders: listOlder(slots(limit, text), id), queue: [] })).toBe(`${older} |`.trim());
  });
});

describe('isAmongEntries', () => {
  it('isAmongEntries knows an execution by its id, whatever its claim', () => {
    expect(isAmongEntries(entries('a b7'), 'b')).toBe(true);
    expect(isAmongEntries(entries('a b7'), 'c')).toBe(false);
  });
});

describe('nameRunning', () => {
  it('nameRunning names the first ten that have a slot', () => {
    const holders = Array.from({ length: 12 }, (_, index) => ({ id: `one-${index}`, epoch: 1 }));
    expect(nameRunning({ limit: 20, holders, queue: entries('a') })).toEqual(
      holders.slice(0, 10).map(({ id }) => id),
    );
  });
});

/** What happens to slots: an execution enters, is found to be gone, or those that are next are called. */
const happenings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('enter' as const), id: fc.constantFrom(...'abcdef'), epoch: fc.nat(3) }),
    fc.record({ kind: fc.constant('leave' as const), id: fc.constantFrom(...'abcdef'), epoch: fc.nat(3) }),
    fc.record({ kind: fc.constant('call' as const) }),
  ),
  { maxLength: 40 },
);
type Happening = typeof happenings extends fc.Arbitrary<(infer One)[]> ? One : never;

function happen(before: Slots, happening: Happening): Slots {
  switch (happening.kind) {
    case 'enter':
      return enterSlots(before, happening);
    case 'leave':
      return leaveSlots(before, [happening]);
    case 'call':
      return callIntoSlots(before, listNext(before), nowMs);
  }
}

describe('slots, whatever happens to them', () => {
  it('Slots, whatever happens to them, never have more holders than the limit, and nobody twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), happenings, (limit, story) => {
        let now = slots(limit, '');
        for (const happening of story) {
          now = freezeInDepth(happen(now, happening));
          const ids = [...now.holders, ...now.queue].map(({ id }) => id);
          expect(now.holders.length).toBeLessThanOrEqual(limit);
          expect(new Set(ids).size).toBe(ids.length);
        }
      }),
    );
  });

  it('Slots, whatever happens to them, keep the order in which executions have come to wait, and leave no slot free once those next are called', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), happenings, (limit, story) => {
        let now = slots(limit, '');
        for (const happening of story) {
          const next = freezeInDepth(happen(now, happening));
          const waited = now.queue.map(({ id }) => id).filter((id) => isAmongEntries(next.queue, id));
          expect(next.queue.map(({ id }) => id).slice(0, waited.length)).toEqual(waited);
          if (happening.kind === 'call') expect(listNext(next)).toEqual([]);
          now = next;
        }
      }),
    );
  });
});
