import fc from 'fast-check';
import type { Continuation } from '../../../../../src/runtime/core/message/continuation';
import type { ExecutionRecord } from '../../../../../src/runtime/core/record/execution-record';
import {
  addEntries,
  describeLastInvocation,
  describeWait,
  emptyHistory,
  type History,
  hasEntry,
  type InvocationEntry,
  packHistory,
  readStoredHistory,
  roundUsd,
  unpackHistory,
} from '../../../../../src/runtime/core/record/history';
import { freezeInDepth } from '../../../../../src/runtime/core/state/freeze-in-depth';
import { makeRecord, startMs } from '../core.helpers';

/** Invocation `invocation` of an execution, an hour after the one before. */
function entry(invocation: number, parts: Partial<InvocationEntry> = {}): InvocationEntry {
  const startedAtMs = startMs + invocation * 3_600_000;
  return freezeInDepth<InvocationEntry>({
    invocation,
    startedAtMs,
    endedAtMs: startedAtMs + 60_000,
    ending: 'handed-off',
    isCold: invocation === 1,
    version: '7',
    stepCount: 10 + invocation,
    failedAttemptCount: invocation,
    bytes: 100 * invocation,
    costUsd: 0.01 * invocation,
    ...parts,
  });
}

describe('emptyHistory', () => {
  it('emptyHistory has no invocation', () => {
    expect(emptyHistory).toEqual({ entries: [], earlier: null });
  });
});

describe('addEntries', () => {
  it('addEntries keeps invocations in the order they began, whenever they were added', () => {
    const history = addEntries({ entries: [entry(1), entry(3)], earlier: null }, [entry(4), entry(2)], 9);
    expect(history).toEqual({ entries: [1, 2, 3, 4].map((one) => entry(one)), earlier: null });
  });

  it('addEntries leaves out what it has: an invocation is known by its number and when it began', () => {
    const before = { entries: [entry(1), entry(2)], earlier: null };
    const again = entry(2, { ending: 'died' });
    const another = entry(2, { startedAtMs: startMs + 7_500_000 });
    expect(addEntries(before, [again], 9)).toEqual(before);
    expect(addEntries(before, [another], 9).entries).toEqual([entry(1), entry(2), another]);
  });

  it('addEntries makes sums of the first ones when there are more than are kept one by one', () => {
    const { entries, earlier } = addEntries({ entries: [entry(1), entry(2)], earlier: null }, [entry(3)], 1);
    expect(entries).toEqual([entry(3)]);
    expect(earlier).toEqual({
      count: 2,
      startedAtMs: entry(1).startedAtMs,
      stepCount: 23,
      failedAttemptCount: 3,
      bytes: 300,
      costUsd: 0.03,
    });
  });

  it('addEntries adds to the sums that there are', () => {
    const once = addEntries(emptyHistory, [entry(1), entry(2), entry(3)], 2);
    expect(addEntries(once, [entry(4)], 2)).toEqual({
      entries: [entry(3), entry(4)],
      earlier: {
        count: 2,
        startedAtMs: entry(1).startedAtMs,
        stepCount: 23,
        failedAttemptCount: 3,
        bytes: 300,
        costUsd: 0.03,
      },
    });
  });

  it('addEntries comes to the same sums, whether invocations are added one by one or at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (count, maxCount) => {
        const all = Array.from({ length: count }, (_, index) => entry(index + 1));
        const single = all.reduce<History>(
          (before, one) => addEntries(before, [one], maxCount),
          emptyHistory,
        );
        const together = addEntries(emptyHistory, all, maxCount);
        expect(single).toEqual(together);
        expect(together.entries.length + (together.earlier?.count ?? 0)).toBe(count);
      }),
    );
  });
});

describe('hasEntry', () => {
  it('hasEntry knows an invocation by its number and when it began', () => {
    const history = { entries: [entry(1), entry(2)], earlier: null };
    expect(hasEntry(history, entry(2, { ending: 'died' }))).toBe(true);
    expect(hasEntry(history, entry(3))).toBe(false);
    expect(hasEntry(history, entry(2, { startedAtMs: startMs }))).toBe(false);
  });
});

describe('describeLastInvocation', () => {
  const run = {
    startedAtMs: startMs + 1_000,
    requestId: 'r',
    isCold: true,
    version: '7',
    stepCount: 3,
    failedAttemptCount: 1,
    costUsd: 0.25,
  };
  const counts = { stepCount: 10, failedAttemptCount: 4, costUsd: 0.5 };

  function describeLast(parts: Partial<ExecutionRecord>, continued: Partial<Continuation> = {}) {
    return describeLastInvocation(
      makeRecord({ heardAtMs: startMs + 9_000, ...parts }, { ...counts, trail: { run }, ...continued }),
    );
  }

  it('describeLastInvocation tells what it did since it began: the counts of the record less those that it began with', () => {
    expect(describeLast({ handedOffTo: 4 })).toEqual({
      invocation: 3,
      startedAtMs: startMs + 1_000,
      endedAtMs: startMs + 9_000,
      ending: 'handed-off',
      isCold: true,
      version: '7',
      stepCount: 7,
      failedAttemptCount: 3,
      bytes: 0,
      costUsd: 0.25,
    });
  });

  it.each<[string, Partial<ExecutionRecord>, Partial<Continuation>]>([
    ['completed', { outcome: { status: 'completed' } }, {}],
    ['cancelled', { outcome: { status: 'cancelled' } }, {}],
    ['skipped', { outcome: { status: 'skipped', running: [] }, handedOffTo: 4 }, {}],
    ['parked', { isParked: true, handedOffTo: 4 }, {}],
    ['given-back', { isGivenBack: true }, {}],
    ['handed-off', { handedOffTo: 4 }, {}],
    ['waiting', { handedOffTo: 4 }, { trail: { run: { ...run, reason: 'wait' } } }],
    ['died', { handedOffTo: 4 }, { trail: { run, hasDied: true } }],
    ['died', { outcome: { status: 'completed' } }, { trail: { run, hasDied: true } }],
  ])('describeLastInvocation says that it ended as %s', (ending, parts, continued) => {
    expect(describeLast(parts, continued)?.ending).toBe(ending);
  });

  it('describeLastInvocation tells of none while it is running, and where nothing says how it began', () => {
    expect(describeLast({})).toBeUndefined();
    expect(describeLast({ handedOffTo: 4 }, { trail: {} })).toBeUndefined();
    expect(describeLast({ handedOffTo: 4 }, { trail: undefined as never })).toBeUndefined();
  });

  it('describeLastInvocation tells when one that died was last heard of, and nobody knows when it ended', () => {
    const died = describeLast({ handedOffTo: 4 }, { trail: { run, hasDied: true } });
    expect(died).toMatchObject({ heardAtMs: startMs + 9_000 });
    expect(died).not.toHaveProperty('endedAtMs');
  });

  it('describeLastInvocation tells no end before the beginning, whatever was heard of it', () => {
    expect(describeLast({ handedOffTo: 4, heardAtMs: startMs })?.endedAtMs).toBe(run.startedAtMs);
    expect(describeLast({ handedOffTo: 4, heardAtMs: undefined as never })?.endedAtMs).toBe(run.startedAtMs);
  });

  it('describeLastInvocation says what it waits for, until when, and how much it handed over', () => {
    const waiting = {
      trail: { run: { ...run, reason: 'signal' as const, bytes: 512 } },
      resumeAtMs: startMs + 60_000,
    };
    expect(describeLast({ handedOffTo: 4 }, waiting)).toMatchObject({
      ending: 'waiting',
      reason: 'signal',
      untilMs: startMs + 60_000,
      bytes: 512,
    });
    expect(describeLast({ handedOffTo: 4 }, { resumeAtMs: startMs + 60_000 })).not.toHaveProperty('untilMs');
  });
});

describe('describeWait', () => {
  it('describeWait says what is known of a wait, and nothing else', () => {
    expect(describeWait('slot', startMs)).toEqual({ reason: 'slot', untilMs: startMs });
    expect(describeWait('slot', 0)).toEqual({ reason: 'slot' });
    expect(describeWait(undefined, startMs)).toEqual({ untilMs: startMs });
    expect(describeWait(undefined, 0)).toEqual({});
    expect(Object.keys(describeWait(undefined, 0))).toEqual([]);
  });
});

describe('roundUsd', () => {
  it.each([
    [0.1 + 0.2, 0.3],
    [1.23456789e-9, 1e-9],
    [4e-10, 0],
    [-1, 0],
    [2, 2],
  ])('roundUsd of %d is %d', (costUsd, rounded) => {
    expect(roundUsd(costUsd)).toBe(rounded);
  });
});

const endings = [
  'cancelled',
  'completed',
  'died',
  'failed',
  'given-back',
  'handed-off',
  'parked',
  'skipped',
  'superseded',
  'waiting',
] as const;

const entriesOfAnyKind = fc
  .record({
    invocation: fc.integer({ min: 1, max: 1_000 }),
    startedAtMs: fc.nat(),
    ending: fc.constantFrom(...endings),
    isCold: fc.boolean(),
    version: fc.string(),
    stepCount: fc.nat(),
    failedAttemptCount: fc.nat(),
    bytes: fc.nat(),
    costUsd: fc.nat().map((count) => count / 1e9),
    more: fc.oneof(
      fc.nat().map((endedAtMs) => ({ endedAtMs })),
      fc.nat().map((heardAtMs) => ({ heardAtMs })),
      fc.nat().map((endedAtMs) => ({ endedAtMs, reason: 'signal' as const })),
      fc.nat().map((endedAtMs) => ({ endedAtMs, reason: 'wait' as const, untilMs: endedAtMs + 5 })),
    ),
  })
  .map(({ more, ...rest }): InvocationEntry => ({ ...rest, ...more }));

const earlier = { count: 2, startedAtMs: 1, stepCount: 3, failedAttemptCount: 0, bytes: 9, costUsd: 0.1 };

describe('a packed history', () => {
  it('A packed history is the same when it has been through JSON', () => {
    fc.assert(
      fc.property(fc.array(entriesOfAnyKind), fc.constantFrom(null, earlier), (entries, sums) => {
        const history: History = { entries, earlier: sums };
        expect(unpackHistory(JSON.parse(JSON.stringify(packHistory(history))))).toEqual(history);
        expect(readStoredHistory({ state: JSON.stringify(packHistory(history)) })).toEqual(history);
      }),
    );
  });

  it('A packed history takes one short list for an invocation', () => {
    expect(
      packHistory({ entries: [entry(1), entry(2, { ending: 'waiting', reason: 'slot' })], earlier: null }),
    ).toEqual({
      v: 1,
      rows: [
        [1, entry(1).startedAtMs, entry(1).endedAtMs, 'handed-off', 1, '7', 11, 1, 100, 0.01],
        [2, entry(2).startedAtMs, entry(2).endedAtMs, 'waiting', 0, '7', 12, 2, 200, 0.02, 'slot', null],
      ],
    });
  });

  const row = [1, 2, 3, 'completed', 0, '7', 4, 5, 6, 0.5];
  const without = (index: number, value: unknown) => row.map((part, at) => (at === index ? value : part));

  it.each<[string, unknown]>([
    ['is none', undefined],
    ['is null', null],
    ['is a list', [row]],
    ['is of another version', { v: 2, rows: [row] }],
    ['has no rows', { v: 1 }],
    ['has rows that are none', { v: 1, rows: 'rows' }],
    ['has a row that is none', { v: 1, rows: [row, { length: 10 }] }],
    ['has sums that are none', { v: 1, rows: [row], earlier: 7 }],
    [
      'has sums with a part that is missing',
      { v: 1, rows: [row], earlier: { ...earlier, bytes: undefined } },
    ],
    ['has sums with a part that is a text', { v: 1, rows: [row], earlier: { ...earlier, count: '2' } }],
    ...[0, 1, 6, 7, 8, 9].map((index): [string, unknown] => [
      `has a text as number ${index} of a row`,
      { v: 1, rows: [without(index, '1')] },
    ]),
    ['has no ending in a row', { v: 1, rows: [without(3, null)] }],
    ['has no version in a row', { v: 1, rows: [without(5, 7)] }],
  ])('A packed history that %s cannot be read', (_what, packed) => {
    expect(unpackHistory(packed)).toBeUndefined();
    if (packed !== undefined) expect(readStoredHistory({ state: JSON.stringify(packed) })).toBeUndefined();
  });

  it('A packed history does without what only few rows say', () => {
    expect(unpackHistory({ v: 1, rows: [[...without(2, null), 7, 'soon', null]] })?.entries).toEqual([
      {
        invocation: 1,
        startedAtMs: 2,
        ending: 'completed',
        isCold: false,
        version: '7',
        stepCount: 4,
        failedAttemptCount: 5,
        bytes: 6,
        costUsd: 0.5,
      },
    ]);
  });

  it('A packed history is none where nothing is stored, or no JSON', () => {
    expect(readStoredHistory(undefined)).toBeUndefined();
    expect(readStoredHistory({ state: '{' })).toBeUndefined();
  });
});
