import jestConfig from './jest.config.mjs';

const [unit] = jestConfig.projects;

/**
 * Mutation testing of the core by the core's own tests: `npm run test:mutation`; of one file by `-- --mutate src/runtime/core/execution/decide.ts`.
 * The scores, and why what survives may, are in docs/adr/0011-mutation-testing.md.
 */
export default {
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    enableFindRelatedTests: false,
    config: {
      ...unit,
      testMatch: ['<rootDir>/test/helpers/all-core-tests.ts'],
      setupFiles: [...unit.setupFiles, '<rootDir>/test/helpers/hurry-laws.ts'],
    },
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  mutate: ['src/runtime/core/**/*.ts'],
  ignorePatterns: ['/*', '!/src', '!/test', '!/package.json'],
  tempDirName: 'reports/mutation/sandbox',
  disableTypeChecks: false,
  ignoreStatic: true,
  timeoutMS: 15_000,
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  clearTextReporter: { reportTests: false, allowEmojis: false },
  thresholds: { high: 95, low: 90, break: 85 },
};
