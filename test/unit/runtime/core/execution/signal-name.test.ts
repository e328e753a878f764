import { InvalidDirectiveError } from '../../../../../src/errors';
import {
  isSignalName,
  needsStoreError,
  signalNameError,
} from '../../../../../src/runtime/core/execution/directives';
import { makePlan } from '../core.helpers';

describe('isSignalName', () => {
  it.each([['a'], ['approved'], ['order:9.x_y-Z'], ['x'.repeat(64)]])(
    'isSignalName says yes to %s',
    (name) => {
      expect(isSignalName(name)).toBe(true);
    },
  );

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a character too many', 'x'.repeat(65)],
    ['a space', 'a b'],
    ['a space in front', ' a'],
    ['a line break at the end', 'a\n'],
    ['a list', ['approved']],
    ['a number', 7],
  ])('isSignalName says no to %s', (_what, name) => {
    expect(isSignalName(name)).toBe(false);
  });
});

describe('what is wrong with a signal', () => {
  it('What is wrong with a signal is said in the name of the method', () => {
    for (const error of [
      needsStoreError(makePlan(), 'read', 'waitForSignal'),
      signalNameError(makePlan(), 'read'),
    ]) {
      expect(error).toBeInstanceOf(InvalidDirectiveError);
      expect(error.details).toEqual({ method: 'read' });
    }
  });

  it('What is wrong with a signal is that there is no store', () => {
    expect(needsStoreError(makePlan(), 'read', 'waitForSignal').message).toMatchInlineSnapshot(`
"read of job Reconcile used waitForSignal, which needs a checkpoint store, and there is none.
→ Set BATON_TABLE, BATON_BUCKET or BATON_DIRECTORY, or provide CHECKPOINT_STORE."
`);
  });

  it('What is wrong with a signal is that its name is none', () => {
    expect(signalNameError(makePlan(), 'read').message).toMatchInlineSnapshot(`
"read of job Reconcile named a signal by what is no name of one.
→ Name the signal by 1 to 64 letters, digits, dots, underscores, colons or hyphens."
`);
  });
});
