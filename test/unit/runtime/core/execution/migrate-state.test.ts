import { IncompatibleStateError } from '../../../../../src/errors';
import { migrateState } from '../../../../../src/runtime/core/execution/migrate-state';
import { catchError, makePlan } from '../core.helpers';

const from = { executionId: 'execution-1', version: 1 };

function planWith(version: number, migrations: Record<number, unknown>): Parameters<typeof migrateState>[0] {
  return makePlan({
    version,
    migrations: migrations as Record<number, (state: Record<string, unknown>) => Record<string, unknown>>,
  });
}

describe('migrateState', () => {
  it('migrateState leaves a state of this version as it is', () => {
    const values = { n: 1 };
    expect(migrateState(planWith(1, { 1: () => ({}) }), from, values)).toBe(values);
  });

  it('migrateState applies one migration after the other, from the state’s version to the code’s', () => {
    const note = (name: string) => (state: Record<string, unknown>) => ({
      ...state,
      path: `${state.path ?? ''}${name}`,
    });
    const plan = planWith(4, { 1: note('a'), 2: note('b'), 3: note('c') });
    expect(migrateState(plan, from, { n: 1 })).toEqual({ n: 1, path: 'abc' });
    expect(migrateState(plan, { ...from, version: 3 }, { n: 1 })).toEqual({ n: 1, path: 'c' });
  });

  it('migrateState takes a state that was changed in place and returned', () => {
    const plan = planWith(2, { 1: (state: Record<string, unknown>) => Object.assign(state, { m: 2 }) });
    expect(migrateState(plan, from, { n: 1 })).toEqual({ n: 1, m: 2 });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a list', [1]],
    ['a text', 'state'],
    ['a promise, as an async migration does', Promise.resolve({ n: 1 })],
    ['a Map', new Map([['n', 1]])],
    ['a function', () => ({})],
  ])('migrateState refuses a migration that returns %s: a state would be lost', (_what, returned) => {
    expect(() => migrateState(planWith(2, { 1: () => returned }), from, { n: 1 })).toThrow(
      IncompatibleStateError,
    );
  });

  it('migrateState takes a state of another realm or without a prototype', () => {
    expect(
      migrateState(planWith(2, { 1: () => Object.assign(Object.create(null), { n: 2 }) }), from, { n: 1 }),
    ).toEqual({ n: 2 });
  });

  it('migrateState says which migration is missing, failed or returned nothing, and keeps the cause', () => {
    const cause = new Error('boom');
    const raise = () => {
      throw cause;
    };
    const missing = catchError(() => migrateState(planWith(3, { 1: (state: object) => state }), from, {}));
    const failed = catchError(() => migrateState(planWith(2, { 1: raise }), from, {}));
    const empty = catchError(() => migrateState(planWith(2, { 1: () => undefined }), from, {}));
    expect(missing.details).toEqual({ executionId: 'execution-1', expected: 3, received: 2 });
    expect(failed.cause).toBe(cause);
    expect(missing.message).toMatchInlineSnapshot(`
"Execution execution-1 has a state of version 2, job Reconcile is at version 3, and migration 2 is missing.
→ Give @LongRunning migrations: { 2: (state) => state, … } a function that returns the state of version 3."
`);
    expect(failed.message).toMatchInlineSnapshot(`
"Execution execution-1 has a state of version 1, job Reconcile is at version 2, and migration 1 failed.
→ Give @LongRunning migrations: { 1: (state) => state, … } a function that returns the state of version 2."
`);
    expect(empty.message).toMatchInlineSnapshot(`
"Execution execution-1 has a state of version 1, job Reconcile is at version 2, and migration 1 did not return a state.
→ Give @LongRunning migrations: { 1: (state) => state, … } a function that returns the state of version 2."
`);
  });
});
