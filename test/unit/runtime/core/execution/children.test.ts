import { ChildrenFailedError, InvalidDirectiveError } from '../../../../../src/errors';
import { type Among, alone, type Batch } from '../../../../../src/runtime/core/execution/among';
import {
  addChildCost,
  beginBatch,
  beginClosing,
  checkChildren,
  childrenFailedError,
  countChildren,
  hasFailed,
  isBatchOver,
  listPerhapsStarted,
  listStartable,
  noteAdopted,
  noteEnded,
  noteStarted,
  withBatch,
} from '../../../../../src/runtime/core/execution/children';
import { type ChildrenOptions, startChildren } from '../../../../../src/runtime/core/execution/directives';
import { catchError, makeBatch, makeExecution, makePlan, messageOf, startMs } from '../core.helpers';

const plan = makePlan();
const items = [
  { id: 'north', input: { page: 1 } },
  { id: 'south', input: null },
];

/** Checks what a caller without types asks for. */
function check(given: unknown, options: object = { job: 'Part' }) {
  return checkChildren(plan, 'read', startChildren(given as typeof items, options as ChildrenOptions));
}

describe('checkChildren', () => {
  it('checkChildren takes a list of items, 10 of which run at the same time, and none of which may fail', () => {
    expect(check(items)).toEqual({ items, concurrency: 10, maxFailures: 0 });
    expect(check([])).toEqual({ items: [], concurrency: 10, maxFailures: 0 });
  });

  it.each<[string, object]>([
    ['the least', { job: 'Part', concurrency: 1, maxFailures: 0 }],
    ['the most', { functionName: 'parts', concurrency: 1_000, maxFailures: 10_000 }],
  ])('checkChildren takes %s that can be asked for', (_what, options) => {
    expect(check(items, options)).toMatchObject(
      Object.fromEntries(
        Object.entries(options).filter(([name]) => name !== 'job' && name !== 'functionName'),
      ),
    );
  });

  it.each([['a'], ['A-b_c.9'], ['x'.repeat(64)]])('checkChildren takes %s as an id', (id) => {
    expect(check([{ id, input: 1 }]).items).toHaveLength(1);
  });

  it('checkChildren takes 10,000 items, and no more', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ id: `${index}`, input: index }));
    expect(check(many).items).toHaveLength(10_000);
    expect(messageOf(() => check([...many, { id: 'last', input: 0 }]))).toMatchInlineSnapshot(`
"Step read of job Reconcile gave startChildren 10001 items, and 10000 is the limit.
→ Start them in several steps, or give each child more than one piece of work."
`);
  });

  it.each<[string, unknown, object | undefined]>([
    ['no list', { length: 0 }, undefined],
    ['nothing', undefined, undefined],
    ['an item that is null', [null], undefined],
    ['an id that is no text', [{ id: 7, input: 1 }], undefined],
    ['an empty id', [{ id: '', input: 1 }], undefined],
    ['an id with a colon', [{ id: 'a:b', input: 1 }], undefined],
    ['an id with a character too many', [{ id: 'x'.repeat(65), input: 1 }], undefined],
    ['an id that only begins well', [{ id: 'a b', input: 1 }], undefined],
    ['an id that only ends well', [{ id: ' ab', input: 1 }], undefined],
    ['two items with one id', [...items, items[0]], undefined],
    ['a concurrency of 0', items, { job: 'Part', concurrency: 0 }],
    ['a concurrency of 1,001', items, { job: 'Part', concurrency: 1_001 }],
    ['half a concurrency', items, { job: 'Part', concurrency: 1.5 }],
    ['a maxFailures below 0', items, { job: 'Part', maxFailures: -1 }],
    ['half a maxFailures', items, { job: 'Part', maxFailures: 0.5 }],
    ['neither job nor functionName', items, {}],
    ['an empty functionName', items, { functionName: '' }],
    ['a functionName that is no text', items, { functionName: 7 }],
  ])('checkChildren refuses %s, in the name of the step', (_what, given, options) => {
    const error = catchError(() => check(given, options));
    expect(error).toBeInstanceOf(InvalidDirectiveError);
    expect(error.details).toEqual({ method: 'read' });
  });

  it('checkChildren says what is wrong, and what to do', () => {
    const messages = [
      () => check(undefined),
      () => check([{ id: 'a b', input: 1 }]),
      () => check([...items, items[0]]),
      () => check(items, { job: 'Part', concurrency: 0 }),
      () => check(items, { job: 'Part', maxFailures: -1 }),
      () => check(items, {}),
      () => check(items, { functionName: '' }),
    ].map(messageOf);
    expect(messages.join('\n\n')).toMatchInlineSnapshot(`
"Step read of job Reconcile gave startChildren no list of items.
→ Give it items of the form { id, input }.

Step read of job Reconcile gave startChildren an item whose id is none.
→ Name each by 1 to 64 letters, digits, dots, underscores or hyphens.

Step read of job Reconcile gave startChildren two items with the id north.
→ Give each item an id of its own.

Step read of job Reconcile gave startChildren a concurrency that is none.
→ Give it a whole number from 1 to 1000, or leave it out.

Step read of job Reconcile gave startChildren a maxFailures that is none.
→ Give it a whole number, 0 or more, or leave it out.

Step read of job Reconcile gave startChildren neither a job nor a functionName.
→ Say which job the children run: job: a class of this handler, or functionName: another function.

Step read of job Reconcile gave startChildren a functionName that is none.
→ Give the name or the ARN of a function."
`);
  });
});

describe('an execution that waits for children', () => {
  const begun = makeExecution(plan, { among: { ...alone, woken: { by: 'time' }, interludeCount: 2 } });
  const asleep = { resumeAtMs: startMs + 60_000, isWaiting: true };

  it('An execution that waits for children sleeps until they have ended', () => {
    const batch = makeBatch();
    expect(beginBatch(begun, batch, startMs + 60_000)).toEqual({
      ...begun,
      ...asleep,
      among: { ...alone, interludeCount: 2, sleep: { kind: 'children' }, woken: null, children: batch },
    });
    expect(beginBatch(makeExecution(plan), batch, startMs).among).toEqual({
      ...alone,
      sleep: { kind: 'children' },
      children: batch,
    });
  });

  it('An execution that waits for children ends as soon as they have ended, whatever it was doing', () => {
    const closing = { kind: 'cancel' } as const;
    expect(beginClosing(begun, closing, startMs + 60_000)).toEqual({
      ...begun,
      ...asleep,
      among: { ...alone, interludeCount: 2, sleep: { kind: 'children' }, woken: { by: 'time' }, closing },
    });
    expect(beginClosing(makeExecution(plan), closing, startMs).among).toEqual({
      ...alone,
      sleep: { kind: 'children' },
      closing,
    });
  });

  it('An execution that waits for children knows how its batch stands', () => {
    const batch = makeBatch({ next: 2 });
    expect(withBatch(begun, batch)).toEqual({ ...begun, among: { ...begun.among, children: batch } });
    expect(withBatch(makeExecution(plan), batch).among).toEqual({ ...alone, children: batch });
  });

  it('An execution that waits for children adds up what its children have cost', () => {
    const once = addChildCost(makeExecution(plan), 0.25);
    expect(once.among).toEqual({ ...alone, childrenCostUsd: 0.25 });
    expect(addChildCost(once, 0.5).among).toEqual<Among>({ ...alone, childrenCostUsd: 0.75 });
  });
});

describe('a batch', () => {
  it.each<[string, Partial<Batch>, number[]]>([
    ['as many as may run at the same time', {}, [0, 1]],
    ['one more when one of them has ended', { next: 2, running: [1] }, [2]],
    ['none while as many run as may', { next: 2, running: [0, 1] }, []],
    ['none when none are left', { next: 3, running: [2] }, []],
    ['none more than there are', { concurrency: 9 }, [0, 1, 2]],
    ['none when more run than may', { next: 2, running: [0, 1], concurrency: 1 }, []],
    ['none when more have failed than may', { failed: 1 }, []],
    ['further ones when as many have failed as may', { next: 2, failed: 1, maxFailures: 1 }, [2]],
    ['none when too many were cancelled', { next: 2, failed: 1, cancelled: 1, maxFailures: 1 }, []],
  ])('A batch starts %s', (_what, parts, startable) => {
    expect(listStartable(makeBatch(parts))).toEqual(startable);
  });

  it.each<[Partial<Batch>, boolean]>([
    [{}, false],
    [{ failed: 1 }, true],
    [{ cancelled: 1 }, true],
    [{ failed: 1, cancelled: 1, maxFailures: 2 }, false],
    [{ failed: 2, cancelled: 1, maxFailures: 2 }, true],
  ])('A batch has failed with %j: %s', (parts, isFailed) => {
    expect(hasFailed(makeBatch(parts))).toBe(isFailed);
  });

  it('A batch notes which were started', () => {
    expect(noteStarted(makeBatch({ next: 1, running: [0] }), [1, 2])).toEqual(
      makeBatch({ next: 3, running: [0, 1, 2] }),
    );
  });

  it.each<[Partial<Batch>, number[]]>([
    [{}, [0, 1]],
    [{ next: 2 }, [2]],
    [{ next: 3 }, []],
    [{ next: 1, concurrency: 1 }, [1]],
  ])('A batch with %j may have started %j without a word', (parts, perhaps) => {
    expect(listPerhapsStarted(makeBatch(parts))).toEqual(perhaps);
  });

  it('A batch starts no more once it was looked for those', () => {
    const adopted = noteAdopted(makeBatch({ next: 1, running: [0], failed: 1 }), [1]);
    expect(adopted).toEqual(makeBatch({ next: 3, running: [0, 1], failed: 1 }));
    expect(listPerhapsStarted(adopted)).toEqual([]);
  });

  const running = makeBatch({ next: 3, running: [0, 2], due: [1] });

  it.each([
    ['completed', { completed: 1 }],
    ['failed', { failed: 1, failures: ['south'] }],
    ['cancelled', { cancelled: 1, failures: ['south'] }],
    ['skipped', { cancelled: 1, failures: ['south'] }],
  ] as const)('A batch counts a child that ended as %s', (status, counted) => {
    const after = makeBatch({ next: 3, running: [0], due: [1], ...counted });
    expect(noteEnded(running, 2, { id: 'south', status }, false)).toEqual(after);
    expect(noteEnded(running, 2, { id: 'south', status }, true)).toEqual({ ...after, due: [1, 2] });
  });

  it('A batch names the first ten that failed', () => {
    const ids = Array.from({ length: 11 }, (_, index) => `part-${index}`);
    const batch = ids.reduce(
      (before, id, item) => noteEnded(before, item, { id, status: 'failed' }, false),
      makeBatch({ total: 11 }),
    );
    expect(batch.failures).toEqual(ids.slice(0, 10));
    expect(batch.failed).toBe(11);
  });

  it.each<[string, Partial<Batch>, boolean]>([
    ['every child has ended', { next: 3, completed: 3 }, true],
    ['there are none', { total: 0 }, true],
    ['one has not been started', { next: 2, completed: 2 }, false],
    ['one runs', { next: 3, running: [1] }, false],
    ['@OnChildEnd has still to be called', { next: 3, due: [1] }, false],
    ['no more are started, since too many have failed', { next: 2, failed: 1 }, true],
    ['too many have failed, and one runs', { next: 2, failed: 1, running: [1] }, false],
  ])('A batch is over, when %s: %j, %s', (_what, parts, isOver) => {
    expect(isBatchOver(makeBatch(parts))).toBe(isOver);
  });

  it('A batch says how its children have ended, and nothing else', () => {
    expect(countChildren(makeBatch({ completed: 1, failed: 2, cancelled: 3 }))).toEqual({
      total: 3,
      completed: 1,
      failed: 2,
      cancelled: 3,
    });
  });
});

describe('childrenFailedError', () => {
  it('childrenFailedError says how many have not completed, and names them', () => {
    const batch = makeBatch({ failed: 1, cancelled: 1, failures: ['north', 'south'], maxFailures: 1 });
    const error = childrenFailedError(plan, batch);
    expect(error).toBeInstanceOf(ChildrenFailedError);
    expect(error.details).toEqual({
      step: 'read',
      total: 3,
      failed: 1,
      cancelled: 1,
      maxFailures: 1,
      childIds: ['north', 'south'],
    });
    expect(error.message).toMatchInlineSnapshot(`
"2 of 3 children of step read of job Reconcile have not completed, and maxFailures is 1: north, south.
→ Look at these executions; raise maxFailures if some may fail, and handle them in @OnChildEnd."
`);
  });

  it('childrenFailedError says how many more there are than it names', () => {
    expect(childrenFailedError(plan, makeBatch({ failed: 3, failures: ['north'] })).message).toContain(
      ': north and 2 more.',
    );
  });
});
