import { hostileProjects } from './test/hostile/projects.mjs';

/** What all projects share: TypeScript by swc, without emitted metadata, as most Lambda users bundle. */
const shared = {
  testEnvironment: 'node',
  setupFiles: ['reflect-metadata'],
  // What a mutation run copies is no second package, also while it runs.
  modulePathIgnorePatterns: ['<rootDir>/reports/'],
  moduleNameMapper: {
    '^lambda-baton$': '<rootDir>/src/index.ts',
    '^lambda-baton/local$': '<rootDir>/src/local/index.ts',
    '^lambda-baton/testing$': '<rootDir>/src/testing/index.ts',
    '^lambda-baton/cdk$': '<rootDir>/src/cdk/index.ts',
    '^lambda-baton/observe$': '<rootDir>/src/observe/index.ts',
  },
  transform: {
    '\\.(ts|mts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: true },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(devalue|log-update|string-width|wrap-ansi|slice-ansi|strip-ansi|ansi-[a-z]+|cli-cursor|restore-cursor|get-east-asian-width|is-fullwidth-code-point|environment|onetime|mimic-function|signal-exit)/)',
  ],
};

const slow = [
  '<rootDir>/test/integration/',
  '<rootDir>/test/local/',
  '<rootDir>/test/cdk/',
  '<rootDir>/test/samples/',
  '<rootDir>/samples/',
];
const packaging = ['<rootDir>/test/package/'];
/** Only with the emulators that `npm run check:emulators` starts. */
const emulators = ['<rootDir>/test/emulators/'];

/** Whether this run repeats on a further Node what was run whole on another: a search through many worlds finds the same there. */
const isRunAgain = Boolean(process.env.BATON_OTHER_NODE);
const sameOnEveryNode = [
  '<rootDir>/test/cli/',
  '<rootDir>/test/contract/cost-of-listing',
  '<rootDir>/test/random/',
  '<rootDir>/test/unit/(cdk|docs|metadata|testing)/',
  '<rootDir>/test/unit/observe/one-truth',
  '<rootDir>/test/unit/runtime/core/(execution|message|record)/',
  '<rootDir>/test/unit/runtime/(among/slots.laws|concurrency|fuses.laws|hostile-configuration|observe/agreement|poison)',
];

/** Longest that a test may take, in milliseconds: some start processes, and the machine may be busy. Jest reads it here only, not in a project. */
const testTimeout = 120_000;

/** Where `verify` counts: every run adds a file of totals to this folder. */
const totalsFolder = process.env.BATON_TOTALS;

/** @type {import('jest').Config} */
export default {
  testTimeout,
  // What every test file loads stays in its worker: one that has grown is replaced, or collecting garbage takes longer than the tests.
  workerIdleMemoryLimit: '500MB',
  reporters: [
    'default',
    '<rootDir>/test/hostile/reporter.mjs',
    ...(totalsFolder ? [['<rootDir>/scripts/lib/totals-reporter.mjs', { folder: totalsFolder }]] : []),
  ],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      setupFiles: [...shared.setupFiles, ...(isRunAgain ? ['<rootDir>/test/helpers/hurry-laws.ts'] : [])],
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [...slow, ...packaging, ...emulators, ...(isRunAgain ? sameOnEveryNode : [])],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['**/*.test.ts'],
      roots: ['<rootDir>/test', '<rootDir>/samples'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(?!integration|local|samples|cdk)'],
    },
    {
      ...shared,
      displayName: 'package',
      testMatch: ['<rootDir>/test/package/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'emulators',
      testMatch: ['<rootDir>/test/emulators/**/*.test.ts'],
    },
    ...hostileProjects(shared),
  ],
};
