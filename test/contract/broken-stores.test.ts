import type { CheckpointStore, ListQuery, SaveHint, StoredExecution, StoredRevision } from '../../src';
import { checkpointStoreContract, MemoryCheckpointStore } from '../../src/testing';

/** A store in memory that breaks a rule in one of its calls. */
class BrokenStore extends MemoryCheckpointStore {
  readonly #breakage: Partial<CheckpointStore>;

  constructor(breakRule: (sound: CheckpointStore) => Partial<CheckpointStore>) {
    super();
    const sound: CheckpointStore = {
      load: (executionId) => super.load(executionId),
      save: (execution, expected) => super.save(execution, expected),
      list: (query) => super.list(query),
    };
    this.#breakage = breakRule(sound);
  }

  override load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#breakage.load?.(executionId) ?? super.load(executionId);
  }

  override save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    return this.#breakage.save?.(execution, expected, hint) ?? super.save(execution, expected);
  }

  override list(query: ListQuery): Promise<readonly StoredExecution[]> {
    return this.#breakage.list?.(query) ?? super.list(query);
  }
}

/** The titles of the cases that a broken store fails. */
async function findFailures(
  breakRule: (sound: CheckpointStore) => Partial<CheckpointStore>,
): Promise<string[]> {
  const cases = checkpointStoreContract(async () => {
    const store = new BrokenStore(breakRule);
    return { store, reopen: () => store };
  });
  const failed: string[] = [];
  for (const { title, run } of cases) {
    await run().catch(() => failed.push(title));
  }
  return failed;
}

describe('checkpointStoreContract', () => {
  it('checkpointStoreContract has no two cases of the same title', () => {
    const titles = checkpointStoreContract(async () => Promise.reject(new Error('not opened'))).map(
      ({ title }) => title,
    );
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('checkpointStoreContract lets a sound store pass, and closes every store that it opens', async () => {
    let openCount = 0;
    const cases = checkpointStoreContract(async () => {
      openCount += 1;
      const store = new MemoryCheckpointStore();
      const close = async () => {
        openCount -= 1;
      };
      return { store, reopen: () => store, close };
    });
    for (const { run } of cases) await run();
    expect(openCount).toBe(0);
  });

  it.each<[string, string, (sound: CheckpointStore) => Partial<CheckpointStore>]>([
    [
      'writes without a condition',
      'replaces an execution at the expected revision only',
      ({ save, load }) => ({
        save: async (execution) => save(execution, (await load(execution.executionId))?.revision),
      }),
    ],
    [
      'has a condition for the first write only',
      'refuses a writer that slept through many revisions',
      ({ save, load }) => ({
        save: async (execution, expected) =>
          expected === undefined
            ? save(execution, expected)
            : save(execution, (await load(execution.executionId))?.revision ?? expected),
      }),
    ],
    [
      'reads, compares and then writes',
      'lets exactly one of many writers at once through, time after time',
      ({ save, load }) => ({
        save: async (execution, expected) => {
          if ((await load(execution.executionId))?.revision !== expected) return undefined;
          await new Promise(setImmediate);
          return save(execution, (await load(execution.executionId))?.revision);
        },
      }),
    ],
    [
      'creates what it was to replace',
      'refuses to replace an execution that is not there',
      ({ save, load }) => ({
        save: async (execution, expected) =>
          save(execution, (await load(execution.executionId)) === undefined ? undefined : expected),
      }),
    ],
    [
      'forgets a state that has not changed',
      'still has a small state after writes that were told that it has not changed',
      ({ save }) => ({
        save: (execution, expected, hint) =>
          save(hint?.isStateUnchanged ? { ...execution, state: '' } : execution, expected),
      }),
    ],
    [
      'cuts what is longer than an item',
      'keeps a state of 3000000 characters, of four bytes each',
      ({ save }) => ({
        save: (execution, expected) =>
          save({ ...execution, state: execution.state.slice(0, 400_000) }, expected),
      }),
    ],
    [
      'takes the id of another case for the same',
      'keeps the id "UPPER" apart from every other',
      ({ save, load }) => ({
        save: (execution, expected) =>
          save({ ...execution, executionId: execution.executionId.toLowerCase() }, expected),
        load: (executionId) => load(executionId.toLowerCase()),
      }),
    ],
    [
      'lists no more than it has at hand',
      'lists a hundred executions when nobody says how many, and up to a thousand when asked',
      ({ list }) => ({ list: async (query) => (await list(query)).slice(0, 50) }),
    ],
    [
      'begins every list with the newest',
      'goes on with a list where the one before ended: what was started until then, that time included',
      ({ list }) => ({ list: ({ startedUntilMs: _ignored, ...query }) => list(query) }),
    ],
    [
      'goes on behind the millisecond in which a list ended',
      'goes on with a list where the one before ended: what was started until then, that time included',
      ({ list }) => ({
        list: ({ startedUntilMs, ...query }) =>
          list(startedUntilMs === undefined ? query : { ...query, startedUntilMs: startedUntilMs - 1 }),
      }),
    ],
    [
      'lists the oldest first',
      'lists by job and status, newest start first, and no more than asked for',
      ({ list }) => ({ list: async (query) => [...(await list(query))].reverse() }),
    ],
  ])('checkpointStoreContract fails a store that %s', async (_what, title, breakRule) => {
    expect(await findFailures(breakRule)).toContain(title);
  });
});
