import { defineJob, defineJobWith } from './define-job';
import { faultsOf } from './faults-of';

const unreadable = {
  get safeMs(): number {
    throw new Error('not yet');
  },
};

const revoked = new Proxy(
  {},
  {
    getPrototypeOf() {
      throw new Error('revoked');
    },
  },
);

const migrate = (state: Record<string, unknown>) => state;

const unreadableSchema = {
  get '~standard'(): unknown {
    throw new Error('not yet');
  },
};

describe('The options of @LongRunning', () => {
  it.each<[string, unknown, string[]]>([
    [
      '{}',
      {},
      [
        '@LongRunning on class Reconcile: safeMs is missing.\n→ Set safeMs to the length of the safe window, for example 60_000.',
        '@LongRunning on class Reconcile: intervalMs is missing.\n→ Set intervalMs to how often the watchdog looks, for example 5_000.',
      ],
    ],
    [
      '{ safeMs: 2_000 }',
      { safeMs: 2_000 },
      [
        '@LongRunning on class Reconcile: intervalMs is missing.\n→ Set intervalMs to how often the watchdog looks, for example 5_000.',
      ],
    ],
    [
      '{ intervalMs: 500 }',
      { intervalMs: 500 },
      [
        '@LongRunning on class Reconcile: safeMs is missing.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: Number.NaN, intervalMs: 1 }',
      { safeMs: Number.NaN, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (NaN) must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: Number.POSITIVE_INFINITY, intervalMs: 1 }',
      { safeMs: Number.POSITIVE_INFINITY, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (Infinity) must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: -1, intervalMs: 1 }',
      { safeMs: -1, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (-1) must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: 0, intervalMs: 1 }',
      { safeMs: 0, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (0) must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: 1.5, intervalMs: 1 }',
      { safeMs: 1.5, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (1.5) must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      "{ safeMs: '60000', intervalMs: 1 }",
      { safeMs: '60000', intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs ("60000") must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: 60_000n, intervalMs: 1 }',
      { safeMs: 60_000n, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (60000n) must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: null, intervalMs: 1 }',
      { safeMs: null, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (null) must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: 2_147_483_648, intervalMs: 1 }',
      { safeMs: 2_147_483_648, intervalMs: 1 },
      [
        '@LongRunning on class Reconcile: safeMs (2147483648) is longer than a timer can wait, 2147483647 milliseconds (24.8 days).\n→ Set safeMs to the length of the safe window, for example 60_000.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervalMs: Number.NaN }',
      { safeMs: 2_000, intervalMs: Number.NaN },
      [
        '@LongRunning on class Reconcile: intervalMs (NaN) must be a whole number of milliseconds, 1 or more.\n→ Set intervalMs to how often the watchdog looks, for example 5_000.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervalMs: 0 }',
      { safeMs: 2_000, intervalMs: 0 },
      [
        '@LongRunning on class Reconcile: intervalMs (0) must be a whole number of milliseconds, 1 or more.\n→ Set intervalMs to how often the watchdog looks, for example 5_000.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervalMs: 5_000 }',
      { safeMs: 2_000, intervalMs: 5_000 },
      [
        '@LongRunning on class Reconcile: intervalMs (5000) must be smaller than safeMs (2000), or the watchdog looks too late.\n→ Set intervalMs to 1000 or less.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervalMs: 2_000 }',
      { safeMs: 2_000, intervalMs: 2_000 },
      [
        '@LongRunning on class Reconcile: intervalMs (2000) must be smaller than safeMs (2000), or the watchdog looks too late.\n→ Set intervalMs to 1000 or less.',
      ],
    ],
    [
      '{ safeMs: 1, intervalMs: 1, reserveMs: 1 }',
      { safeMs: 1, intervalMs: 1, reserveMs: 1 },
      [
        '@LongRunning on class Reconcile: intervalMs (1) must be smaller than safeMs (1), or the watchdog looks too late.\n→ Set safeMs to 2 or more.',
        '@LongRunning on class Reconcile: reserveMs (1) must be smaller than safeMs (1), or a step is abandoned before it is asked to stop.\n→ Set safeMs to 2 or more.',
      ],
    ],
    [
      "{ safeMs: '1', intervalMs: '2' }",
      { safeMs: '1', intervalMs: '2' },
      [
        '@LongRunning on class Reconcile: safeMs ("1") must be a whole number of milliseconds, 1 or more.\n→ Set safeMs to the length of the safe window, for example 60_000.',
        '@LongRunning on class Reconcile: intervalMs ("2") must be a whole number of milliseconds, 1 or more.\n→ Set intervalMs to how often the watchdog looks, for example 5_000.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervalMs: 500, reserveMs: 2_000 }',
      { safeMs: 2_000, intervalMs: 500, reserveMs: 2_000 },
      [
        '@LongRunning on class Reconcile: reserveMs (2000) must be smaller than safeMs (2000), or a step is abandoned before it is asked to stop.\n→ Set reserveMs to 500, or leave it out.',
      ],
    ],
    [
      '{ safeMs: 3, intervalMs: 1, reserveMs: 3 }',
      { safeMs: 3, intervalMs: 1, reserveMs: 3 },
      [
        '@LongRunning on class Reconcile: reserveMs (3) must be smaller than safeMs (3), or a step is abandoned before it is asked to stop.\n→ Set reserveMs to 1, or leave it out.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervalMs: 500, reserveMs: 0 }',
      { safeMs: 2_000, intervalMs: 500, reserveMs: 0 },
      [
        '@LongRunning on class Reconcile: reserveMs (0) must be a whole number of milliseconds, 1 or more.\n→ Set reserveMs to the time kept for saving and handing over, for example 5_000, or leave it out.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervalMs: 500, reserveMs: 2.5 }',
      { safeMs: 2_000, intervalMs: 500, reserveMs: 2.5 },
      [
        '@LongRunning on class Reconcile: reserveMs (2.5) must be a whole number of milliseconds, 1 or more.\n→ Set reserveMs to the time kept for saving and handing over, for example 5_000, or leave it out.',
      ],
    ],
    [
      '{ safeMs: 2_000, intervallMs: 500 }',
      { safeMs: 2_000, intervallMs: 500 },
      [
        '@LongRunning on class Reconcile: intervallMs is not an option; did you mean intervalMs?\n→ Write intervalMs in place of intervallMs.',
        '@LongRunning on class Reconcile: intervalMs is missing.\n→ Set intervalMs to how often the watchdog looks, for example 5_000.',
      ],
    ],
    [
      '[]',
      [],
      [
        '@LongRunning on class Reconcile: the options (an array) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      'null',
      null,
      [
        '@LongRunning on class Reconcile: the options (null) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      '5',
      5,
      [
        '@LongRunning on class Reconcile: the options (5) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      "'fast'",
      'fast',
      [
        '@LongRunning on class Reconcile: the options ("fast") must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      'new Date(0)',
      new Date(0),
      [
        '@LongRunning on class Reconcile: the options (an object) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      'unreadable',
      unreadable,
      [
        '@LongRunning on class Reconcile: the options (an object) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
    [
      'revoked',
      revoked,
      [
        '@LongRunning on class Reconcile: the options (an object) must be a plain object that can be read.\n→ Write the options as { … }.',
      ],
    ],
  ])('The options of @LongRunning are refused: %s', (_title, given, faults) => {
    expect(faultsOf(defineJob({ job: given }))).toEqual(faults);
  });

  it.each<[string, unknown, string[]]>([
    [
      "{ Name: 'reconcile' }",
      { Name: 'reconcile' },
      [
        '@LongRunning on class Reconcile: Name is not an option; did you mean name?\n→ Write name in place of Name.',
      ],
    ],
    [
      '{ banana: 1 }',
      { banana: 1 },
      [
        '@LongRunning on class Reconcile: banana is not an option.\n→ Remove it, or use one of safeMs, intervalMs, reserveMs, name, version, migrations, durability, continueOn, input, limits, concurrency.',
      ],
    ],
    [
      "{ 'two\\nlines': 1 }",
      { 'two\nlines': 1 },
      [
        '@LongRunning on class Reconcile: "two\\nlines" is not an option.\n→ Remove it, or use one of safeMs, intervalMs, reserveMs, name, version, migrations, durability, continueOn, input, limits, concurrency.',
      ],
    ],
    [
      '{ maxInvocations: 3 }',
      { maxInvocations: 3 },
      [
        '@LongRunning on class Reconcile: maxInvocations belongs in limits.\n→ Write limits: { maxInvocations: … }.',
      ],
    ],
    [
      'JSON.parse(\'{ "__proto__": 1 }\')',
      JSON.parse('{ "__proto__": 1 }'),
      [
        '@LongRunning on class Reconcile: __proto__ is not an option.\n→ Remove it, or use one of safeMs, intervalMs, reserveMs, name, version, migrations, durability, continueOn, input, limits, concurrency.',
      ],
    ],
    [
      "{ name: '' }",
      { name: '' },
      [
        '@LongRunning on class Reconcile: name ("") must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.\n→ Set name to a text such as \'reconcile-payments\'.',
      ],
    ],
    [
      "{ name: '-reconcile' }",
      { name: '-reconcile' },
      [
        '@LongRunning on class Reconcile: name ("-reconcile") must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.\n→ Set name to a text such as \'reconcile-payments\'.',
      ],
    ],
    [
      "{ name: 'reconcile payments' }",
      { name: 'reconcile payments' },
      [
        '@LongRunning on class Reconcile: name ("reconcile payments") must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.\n→ Set name to a text such as \'reconcile-payments\'.',
      ],
    ],
    [
      "{ name: 'reconcile\\n' }",
      { name: 'reconcile\n' },
      [
        '@LongRunning on class Reconcile: name ("reconcile\\n") must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.\n→ Set name to a text such as \'reconcile-payments\'.',
      ],
    ],
    [
      "{ name: 'r'.repeat(81) }",
      { name: 'r'.repeat(81) },
      [
        '@LongRunning on class Reconcile: name ("rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr…") must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.\n→ Set name to a text such as \'reconcile-payments\'.',
      ],
    ],
    [
      '{ name: 5 }',
      { name: 5 },
      [
        "@LongRunning on class Reconcile: name (5) must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.\n→ Set name to a text such as 'reconcile-payments'.",
      ],
    ],
    [
      '{ name: null }',
      { name: null },
      [
        "@LongRunning on class Reconcile: name (null) must be a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens.\n→ Set name to a text such as 'reconcile-payments'.",
      ],
    ],
    [
      '{ version: 0 }',
      { version: 0 },
      [
        '@LongRunning on class Reconcile: version (0) must be a whole number, 1 or more.\n→ Set version to 1 or the next number up, or leave it out.',
      ],
    ],
    [
      '{ version: 1.5 }',
      { version: 1.5 },
      [
        '@LongRunning on class Reconcile: version (1.5) must be a whole number, 1 or more.\n→ Set version to 1 or the next number up, or leave it out.',
      ],
    ],
    [
      "{ version: '2' }",
      { version: '2' },
      [
        '@LongRunning on class Reconcile: version ("2") must be a whole number, 1 or more.\n→ Set version to 1 or the next number up, or leave it out.',
      ],
    ],
    [
      '{ migrations: [] }',
      { migrations: [] },
      [
        '@LongRunning on class Reconcile: migrations (an array) must be an object of functions by version.\n→ Write migrations: { 1: (state) => … }.',
      ],
    ],
    [
      '{ migrations: { 1: migrate } }',
      { migrations: { 1: migrate } },
      [
        '@LongRunning on class Reconcile: migrations has the key 1, but the version is 1, so nothing is migrated from there.\n→ Set version to 2, or remove the migration.',
      ],
    ],
    [
      '{ version: 3, migrations: { 3: migrate } }',
      { version: 3, migrations: { 3: migrate } },
      [
        '@LongRunning on class Reconcile: migrations has the key 3, but the version is 3, so nothing is migrated from there.\n→ Set version to 4, or remove the migration.',
      ],
    ],
    [
      '{ version: 3, migrations: { 0: migrate } }',
      { version: 3, migrations: { 0: migrate } },
      [
        '@LongRunning on class Reconcile: migrations has the key "0", which is no version.\n→ Use the numbers of older versions as keys: 1, 2, ….',
      ],
    ],
    [
      '{ version: 3, migrations: { first: migrate } }',
      { version: 3, migrations: { first: migrate } },
      [
        '@LongRunning on class Reconcile: migrations has the key "first", which is no version.\n→ Use the numbers of older versions as keys: 1, 2, ….',
      ],
    ],
    [
      "{ version: 3, migrations: { '01': migrate } }",
      { version: 3, migrations: { '01': migrate } },
      [
        '@LongRunning on class Reconcile: migrations has the key "01", which is no version.\n→ Use the numbers of older versions as keys: 1, 2, ….',
      ],
    ],
    [
      "{ version: 3, migrations: { 2: 'drop the column' } }",
      { version: 3, migrations: { 2: 'drop the column' } },
      [
        '@LongRunning on class Reconcile: migrations[2] ("drop the column") must be a function.\n→ Write 2: (state) => … and return the state of version 3.',
      ],
    ],
    [
      "{ version: 'x', migrations: { 2: migrate } }",
      { version: 'x', migrations: { 2: migrate } },
      [
        '@LongRunning on class Reconcile: version ("x") must be a whole number, 1 or more.\n→ Set version to 1 or the next number up, or leave it out.',
      ],
    ],
    [
      "{ durability: 'always' }",
      { durability: 'always' },
      [
        "@LongRunning on class Reconcile: durability (\"always\") must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.\n→ Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
      ],
    ],
    [
      '{ durability: { everyMs: 0 } }',
      { durability: { everyMs: 0 } },
      [
        "@LongRunning on class Reconcile: durability ({ everyMs: 0 }) must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.\n→ Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
      ],
    ],
    [
      '{ durability: { everyMs: 5, jitter: true } }',
      { durability: { everyMs: 5, jitter: true } },
      [
        "@LongRunning on class Reconcile: durability ({ everyMs: 5, jitter: true }) must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.\n→ Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
      ],
    ],
    [
      '{ durability: {} }',
      { durability: {} },
      [
        "@LongRunning on class Reconcile: durability ({}) must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.\n→ Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
      ],
    ],
    [
      '{ durability: null }',
      { durability: null },
      [
        "@LongRunning on class Reconcile: durability (null) must be 'step', 'handoff' or { everyMs } with a whole number of milliseconds, 1 or more.\n→ Set durability to 'step', 'handoff' or for example { everyMs: 1_000 }, or leave it out.",
      ],
    ],
    [
      "{ continueOn: 'newest' }",
      { continueOn: 'newest' },
      [
        "@LongRunning on class Reconcile: continueOn (\"newest\") must be 'pinned' or 'latest'.\n→ Set continueOn to 'pinned' or 'latest', or leave it out.",
      ],
    ],
    [
      "{ input: 'ReconcileInput' }",
      { input: 'ReconcileInput' },
      [
        '@LongRunning on class Reconcile: input ("ReconcileInput") must be a class or a Standard Schema.\n→ Give input a class with class-validator\'s decorators, or a schema of Zod, Valibot or ArkType.',
      ],
    ],
    [
      '{ input: {} }',
      { input: {} },
      [
        "@LongRunning on class Reconcile: input (an object) must be a class or a Standard Schema.\n→ Give input a class with class-validator's decorators, or a schema of Zod, Valibot or ArkType.",
      ],
    ],
    [
      '{ input: () => true }',
      { input: () => true },
      [
        "@LongRunning on class Reconcile: input (a function) must be a class or a Standard Schema.\n→ Give input a class with class-validator's decorators, or a schema of Zod, Valibot or ArkType.",
      ],
    ],
    [
      '{ input: class Undecorated {} }',
      { input: class Undecorated {} },
      [
        '@LongRunning on class Reconcile: input (class Undecorated) has no decorators of class-validator, so every input would be refused.\n→ Decorate the properties of Undecorated, or make sure that one copy of class-validator is installed.',
      ],
    ],
    [
      "{ input: { '~standard': {} } }",
      { input: { '~standard': {} } },
      [
        "@LongRunning on class Reconcile: input (an object) must be a class or a Standard Schema.\n→ Give input a class with class-validator's decorators, or a schema of Zod, Valibot or ArkType.",
      ],
    ],
    [
      '{ input: null }',
      { input: null },
      [
        "@LongRunning on class Reconcile: input (null) must be a class or a Standard Schema.\n→ Give input a class with class-validator's decorators, or a schema of Zod, Valibot or ArkType.",
      ],
    ],
    [
      '{ input: unreadableSchema }',
      { input: unreadableSchema },
      ['@LongRunning on class Reconcile: input cannot be read: it throws.\n→ Give input a plain value.'],
    ],
    [
      "{ concurrency: { limit: 0, key: 'tenant', whenBusy: 'wait', max: 1 } }",
      { concurrency: { limit: 0, key: 'tenant', whenBusy: 'wait', max: 1 } },
      [
        '@LongRunning on class Reconcile: concurrency.max is not an option.\n→ Remove it, or use one of limit, key, whenBusy.',
        '@LongRunning on class Reconcile: concurrency.limit (0) must be a whole number from 1 to 1000.\n→ Set limit to the most executions at the same time, for example 1.',
        '@LongRunning on class Reconcile: concurrency.key ("tenant") must be a function.\n→ Write key: (input) => input.tenant, or leave it out.',
        "@LongRunning on class Reconcile: concurrency.whenBusy (\"wait\") must be 'queue' or 'skip' or 'cancel-running'.\n→ Set whenBusy to 'queue' or 'skip' or 'cancel-running', or leave it out.",
      ],
    ],
    [
      '{ concurrency: {} }',
      { concurrency: {} },
      [
        '@LongRunning on class Reconcile: concurrency.limit is missing.\n→ Set limit to the most executions at the same time, for example 1.',
      ],
    ],
    [
      '{ concurrency: { limit: 1001 } }',
      { concurrency: { limit: 1_001 } },
      [
        '@LongRunning on class Reconcile: concurrency.limit (1001) must be a whole number from 1 to 1000.\n→ Set limit to the most executions at the same time, for example 1.',
      ],
    ],
    [
      '{ limit: 1 }',
      { limit: 1 },
      ['@LongRunning on class Reconcile: limit belongs in concurrency.\n→ Write concurrency: { limit: … }.'],
    ],
    [
      '{ limits: [] }',
      { limits: [] },
      [
        '@LongRunning on class Reconcile: limits (an array) must be a plain object that can be read.\n→ Write limits: { … }.',
      ],
    ],
    [
      '{ limits: null }',
      { limits: null },
      [
        '@LongRunning on class Reconcile: limits (null) must be a plain object that can be read.\n→ Write limits: { … }.',
      ],
    ],
    [
      '{ limits: { maxInvocation: 1 } }',
      { limits: { maxInvocation: 1 } },
      [
        '@LongRunning on class Reconcile: limits.maxInvocation is not an option; did you mean maxInvocations?\n→ Write maxInvocations in place of maxInvocation.',
      ],
    ],
    [
      "{ limits: { maxInvocations: 0, maxDurationMs: -1, maxIdleInvocations: 1.5, maxInterruptions: '2', maxCostUsd: 0 } }",
      {
        limits: {
          maxInvocations: 0,
          maxDurationMs: -1,
          maxIdleInvocations: 1.5,
          maxInterruptions: '2',
          maxCostUsd: 0,
        },
      },
      [
        '@LongRunning on class Reconcile: limits.maxInvocations (0) must be a whole number, 1 or more.\n→ Set maxInvocations to the most invocations of one execution, for example 1_000, or leave it out.',
        '@LongRunning on class Reconcile: limits.maxDurationMs (-1) must be a whole number of milliseconds, 1 or more.\n→ Set maxDurationMs to the longest that an execution may take, for example 3_600_000, or leave it out.',
        '@LongRunning on class Reconcile: limits.maxIdleInvocations (1.5) must be a whole number, 1 or more.\n→ Set maxIdleInvocations to the most hand-offs in a row without progress, for example 3, or leave it out.',
        '@LongRunning on class Reconcile: limits.maxInterruptions ("2") must be a whole number, 1 or more.\n→ Set maxInterruptions to the most deaths in a row in the same step, for example 2, or leave it out.',
        '@LongRunning on class Reconcile: limits.maxCostUsd (0) must be a number greater than 0.\n→ Set maxCostUsd to an amount in US dollars, for example 5, or leave it out.',
      ],
    ],
    [
      '{ limits: { maxInvocations: Number.POSITIVE_INFINITY, maxCostUsd: Number.POSITIVE_INFINITY } }',
      { limits: { maxInvocations: Number.POSITIVE_INFINITY, maxCostUsd: Number.POSITIVE_INFINITY } },
      [
        '@LongRunning on class Reconcile: limits.maxInvocations (Infinity) must be a whole number, 1 or more.\n→ Set maxInvocations to the most invocations of one execution, for example 1_000, or leave it out.',
        '@LongRunning on class Reconcile: limits.maxCostUsd (Infinity) must be a number greater than 0.\n→ Set maxCostUsd to an amount in US dollars, for example 5, or leave it out.',
      ],
    ],
    [
      '{ limits: { maxCostUsd: -0.5 } }',
      { limits: { maxCostUsd: -0.5 } },
      [
        '@LongRunning on class Reconcile: limits.maxCostUsd (-0.5) must be a number greater than 0.\n→ Set maxCostUsd to an amount in US dollars, for example 5, or leave it out.',
      ],
    ],
  ])('The options of @LongRunning are refused next to sound times: %s', (_title, given, faults) => {
    expect(faultsOf(defineJobWith(given as object))).toEqual(faults);
  });
});
