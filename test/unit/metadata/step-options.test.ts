import { defineJob } from './define-job';
import { faultsOf } from './faults-of';

describe('The options of @Step', () => {
  it.each<[string, unknown, string[]]>([
    [
      "'once'",
      'once',
      [
        '@Step on Reconcile.reconcilePage: the options ("once") must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      'null',
      null,
      [
        '@Step on Reconcile.reconcilePage: the options (null) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      "{ once: 'yes' }",
      { once: 'yes' },
      [
        '@Step on Reconcile.reconcilePage: once ("yes") must be true or false.\n→ Set once to true, or leave it out.',
      ],
    ],
    [
      '{ timeoutMs: 0 }',
      { timeoutMs: 0 },
      [
        '@Step on Reconcile.reconcilePage: timeoutMs (0) must be a whole number of milliseconds, 1 or more.\n→ Set timeoutMs to the longest that one attempt may take, for example 30_000, or leave it out.',
      ],
    ],
    [
      '{ timeoutMs: 3_000_000_000 }',
      { timeoutMs: 3_000_000_000 },
      [
        '@Step on Reconcile.reconcilePage: timeoutMs (3000000000) is longer than a timer can wait, 2147483647 milliseconds (24.8 days).\n→ Set timeoutMs to the longest that one attempt may take, for example 30_000, or leave it out.',
      ],
    ],
    [
      '{ minBudgetMs: -1 }',
      { minBudgetMs: -1 },
      [
        '@Step on Reconcile.reconcilePage: minBudgetMs (-1) must be a whole number of milliseconds, 0 or more.\n→ Set minBudgetMs to the time that the step needs, for example 10_000, or leave it out.',
      ],
    ],
    [
      '{ timeout: 5 }',
      { timeout: 5 },
      [
        '@Step on Reconcile.reconcilePage: timeout is not an option; did you mean timeoutMs?\n→ Write timeoutMs in place of timeout.',
      ],
    ],
    [
      '{ retries: 3 }',
      { retries: 3 },
      [
        '@Step on Reconcile.reconcilePage: retries is not an option.\n→ Remove it, or use one of once, timeoutMs, minBudgetMs, compensate, retry.',
      ],
    ],
    [
      '{ maxAttempts: 5 }',
      { maxAttempts: 5 },
      ['@Step on Reconcile.reconcilePage: maxAttempts belongs in retry.\n→ Write retry: { maxAttempts: … }.'],
    ],
    [
      '{ retry: 3 }',
      { retry: 3 },
      [
        '@Step on Reconcile.reconcilePage: retry (3) must be a plain object that can be read.\n→ Write retry: { … }.',
      ],
    ],
    [
      '{ retry: { attempts: 5 } }',
      { retry: { attempts: 5 } },
      [
        '@Step on Reconcile.reconcilePage: retry.attempts is not an option; did you mean maxAttempts?\n→ Write maxAttempts in place of attempts.',
      ],
    ],
    [
      '{ retry: { maxAttempts: 0, initialDelayMs: -1, backoffFactor: 0.5, maxDelayMs: Number.NaN } }',
      { retry: { maxAttempts: 0, initialDelayMs: -1, backoffFactor: 0.5, maxDelayMs: Number.NaN } },
      [
        '@Step on Reconcile.reconcilePage: retry.maxAttempts (0) must be a whole number, 1 or more.\n→ Set maxAttempts to the attempts in all, the first included, for example 3, or leave it out.',
        '@Step on Reconcile.reconcilePage: retry.initialDelayMs (-1) must be a whole number of milliseconds, 0 or more.\n→ Set initialDelayMs to the longest wait after the first failure, for example 1_000, or leave it out.',
        '@Step on Reconcile.reconcilePage: retry.backoffFactor (0.5) must be a number, 1 or more.\n→ Set backoffFactor to 2, or leave it out.',
        '@Step on Reconcile.reconcilePage: retry.maxDelayMs (NaN) must be a whole number of milliseconds, 0 or more.\n→ Set maxDelayMs to the longest wait between two attempts, for example 60_000, or leave it out.',
      ],
    ],
    [
      '{ retry: { backoffFactor: Number.POSITIVE_INFINITY } }',
      { retry: { backoffFactor: Number.POSITIVE_INFINITY } },
      [
        '@Step on Reconcile.reconcilePage: retry.backoffFactor (Infinity) must be a number, 1 or more.\n→ Set backoffFactor to 2, or leave it out.',
      ],
    ],
    [
      '{ retry: { initialDelayMs: 5_000, maxDelayMs: 100 } }',
      { retry: { initialDelayMs: 5_000, maxDelayMs: 100 } },
      [
        '@Step on Reconcile.reconcilePage: retry.initialDelayMs (5000) must not be greater than maxDelayMs (100).\n→ Set maxDelayMs to 5000 or more.',
      ],
    ],
    [
      '{ retry: { initialDelayMs: 5, maxDelayMs: 0 } }',
      { retry: { initialDelayMs: 5, maxDelayMs: 0 } },
      [
        '@Step on Reconcile.reconcilePage: retry.initialDelayMs (5) must not be greater than maxDelayMs (0).\n→ Set maxDelayMs to 5 or more.',
      ],
    ],
  ])('The options of @Step are refused: %s', (_title, given, faults) => {
    expect(faultsOf(defineJob({ step: given }))).toEqual(faults);
  });
});
