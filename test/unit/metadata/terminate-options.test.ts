import { defineJob } from './define-job';
import { faultsOf } from './faults-of';

describe('The options of @Terminate', () => {
  it.each<[string, unknown, string[]]>([
    [
      "{ check: 'always' }",
      { check: 'always' },
      [
        "@Terminate on Reconcile.isDone: check (\"always\") must be 'cycle' or 'step'.\n→ Set check to 'cycle' or 'step', or leave it out.",
      ],
    ],
    [
      "{ chek: 'step' }",
      { chek: 'step' },
      [
        '@Terminate on Reconcile.isDone: chek is not an option; did you mean check?\n→ Write check in place of chek.',
      ],
    ],
    [
      '() => true',
      () => true,
      [
        '@Terminate on Reconcile.isDone: the options (a function) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
  ])('The options of @Terminate are refused: %s', (_title, given, faults) => {
    expect(faultsOf(defineJob({ terminate: given }))).toEqual(faults);
  });
});
