/** What a configuration asks for unless it says otherwise. @type {import('./configuration').HostileConfiguration} */
const quiet = { name: 'quiet', handsOff: false, isByQueue: false, hasStore: false, isTwice: false };

/** How the suite of behaviour is run again by `npm run test:hostile`. Most tests have no store, and get none but in the last one. */
const configurations = [
  { ...quiet, name: 'hand-off', handsOff: true },
  { ...quiet, name: 'queue', isByQueue: true },
  { ...quiet, name: 'twice', hasStore: true, isTwice: true },
];

/** The suite: what runs whole jobs on virtual time, by the package's own entries. */
const suite = [
  '<rootDir>/test/unit/handler/*.test.ts',
  '<rootDir>/test/unit/runtime/*.test.ts',
  '<rootDir>/test/unit/runtime/among/*.test.ts',
  '<rootDir>/test/unit/runtime/compensation/*.test.ts',
  '<rootDir>/test/unit/client/*.test.ts',
  '<rootDir>/test/unit/docs/testing.test.ts',
  '<rootDir>/test/samples/**/job.test.ts',
  '<rootDir>/samples/**/job.test.ts',
];
/** It chooses its configurations itself. */
const hostileAlready = '<rootDir>/test/unit/runtime/hostile-configuration.test.ts';
/** These deliver by hand what a configuration would: duplicates, deaths, deliveries to another version. */
const deliverers = ['duplicates', 'give-back', 'pinned', 'versions'].map(
  (name) => `<rootDir>/test/unit/runtime/${name}.test.ts`,
);
/** These run no job. */
const jobless = ['runtime/hand-off-channels', 'handler/read-settings'].map(
  (name) => `<rootDir>/test/unit/${name}.test.ts`,
);

/** A Jest project for each configuration: the suite, with entries to the package that call its handlers in a hostile way. */
export function hostileProjects(shared) {
  return configurations.map((configuration) => ({
    ...shared,
    displayName: `hostile-${configuration.name}`,
    globals: { batonHostile: configuration },
    testEnvironment: '<rootDir>/test/hostile/environment.ts',
    setupFiles: [...shared.setupFiles, '<rootDir>/test/helpers/hurry-laws.ts'],
    moduleNameMapper: {
      ...shared.moduleNameMapper,
      '^((\\.\\./)+src|lambda-baton)$': '<rootDir>/test/hostile/index.ts',
      '^((\\.\\./)+src|lambda-baton)/testing$': '<rootDir>/test/hostile/testing.ts',
      '^\\.\\./(runtime/)?core/record/describe-error$': '<rootDir>/test/hostile/describe-error.ts',
    },
    testMatch: suite,
    testPathIgnorePatterns: ['/node_modules/', hostileAlready, ...deliverers, ...jobless],
  }));
}
