/** Which folder may import which. The layout is explained in CONTRIBUTING.md. */

const own = (folders) => `^src/(${folders})`;
const vendor = [
  'core',
  'npm',
  'npm-dev',
  'npm-peer',
  'npm-optional',
  'npm-bundled',
  'npm-no-pkg',
  'npm-unknown',
  'undetermined',
];

/** Everything outside `allowed` is out of bounds for `folder`. */
function only(name, folder, allowed, why) {
  return {
    name,
    severity: 'error',
    comment: why,
    from: { path: own(folder) },
    to: { pathNot: own(allowed) },
  };
}

/** Rooms from the top down: each uses those below it. */
function staircase(folder, rooms) {
  return rooms.slice(1).map((room, index) => ({
    name: `${folder}/${room}-looks-down`,
    severity: 'error',
    comment: 'Each room uses those below it only.',
    from: { path: own(`${folder}/${room}/`) },
    to: { path: own(`${folder}/(${rooms.slice(0, index + 1).join('|')})/`) },
  }));
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...staircase('runtime', [
      'delivery',
      'invocation',
      'hand-off',
      'checkpoint',
      'time',
      'step',
      'observe',
      'among',
      'adapters',
      'ports',
      'core',
    ]),
    ...staircase('runtime/core', ['record', 'message', 'cost', 'execution', 'state']),

    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no bottom to begin reading at.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'all-imports-resolve',
      severity: 'error',
      comment: 'It would not load.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      comment: 'Users get src only.',
      from: { path: '^src/' },
      to: { path: '^(test|samples|bench|scripts)/' },
    },
    {
      name: 'index-is-for-users',
      severity: 'error',
      comment: 'Import the file that has it.',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },

    only('errors-import-nothing', 'errors/', 'errors/', 'Everything else may throw them.'),
    only('core-is-pure', 'runtime/core/', 'runtime/core/|errors/', 'It decides; others do.'),
    only(
      'ports-are-interfaces',
      'runtime/ports/',
      'runtime/ports/|runtime/core/|errors/',
      'They name what the core speaks about.',
    ),
    {
      name: 'ports-import-types',
      severity: 'error',
      comment: 'An interface needs no code.',
      from: { path: own('runtime/ports/') },
      to: { pathNot: own('runtime/ports/'), dependencyTypesNot: ['type-only'] },
    },
    only(
      'decorators-only-declare',
      'decorators/',
      'decorators/|metadata/|runtime/core/|errors/|runtime/step/step-context',
      'What is declared is acted upon elsewhere.',
    ),
    {
      name: 'metadata-knows-no-runtime',
      severity: 'error',
      comment: 'It reads definitions.',
      from: { path: own('metadata/') },
      to: { path: own('di/|decorators/|local/|cli/|runtime/(?!core/|ports/|step/step-context)') },
    },
    {
      name: 'adapters-stand-alone',
      severity: 'error',
      comment: 'One vendor each, behind one port.',
      from: { path: own('runtime/adapters/') },
      to: { path: own('di/|metadata/|decorators/|local/|cli/|runtime/(?!core/|ports/|adapters/)') },
    },
    {
      name: 'runtime-knows-no-di',
      severity: 'error',
      comment: 'It is given ports.',
      from: { path: own('runtime/') },
      to: { path: own('di/|decorators/|handler/') },
    },
    only(
      'client-knows-no-job',
      'client/',
      'client/|errors/|runtime/core/|runtime/ports/|runtime/adapters/|runtime/among/',
      'It works where the job is not, on what the store has.',
    ),
    {
      name: 'library-knows-no-tools',
      severity: 'error',
      comment: 'The local Lambda, the test kit and the construct never get into a bundle.',
      from: { path: '^src/(?!local/|cli/|testing/|cdk/)' },
      to: { path: own('local/|cli/|testing/|cdk/') },
    },
    {
      name: 'local-stands-alone',
      severity: 'error',
      comment: 'It is AWS, which does not know us.',
      from: { path: own('local/') },
      to: { path: '^src/(?!local/|errors/)' },
    },
    {
      name: 'cli-is-thin',
      severity: 'error',
      comment: 'It shows what the local Lambda and the client do.',
      from: { path: own('cli/') },
      to: {
        path: '^src/(?!cli/|local/|client/|errors/|runtime/adapters/|runtime/ports/|runtime/core/(cost/|execution/|record/(sweep|describe-error))|runtime/observe/runtime-event|handler/read-settings)',
      },
    },

    only(
      'sweeper-drives-the-client',
      'sweeper/',
      'sweeper/|client/|errors/|runtime/adapters/|runtime/ports/|runtime/core/record/sweep|handler/read-settings',
      'It is the client with an environment.',
    ),
    {
      name: 'cdk-reads-definitions',
      severity: 'error',
      comment: 'It describes infrastructure, by what a job says of itself.',
      from: { path: own('cdk/') },
      to: {
        path: '^src/(?!cdk/|metadata/|errors/|observe/metric-names|runtime/core/|runtime/adapters/store/stores)',
      },
    },

    {
      name: 'vendors-in-adapters',
      severity: 'error',
      comment: 'npm packages and node: modules stay behind ports.',
      from: { path: '^src/', pathNot: own('runtime/adapters/|local/|cli/|testing/|cdk/') },
      to: { dependencyTypes: vendor, pathNot: 'node_modules/(class-validator|reflect-metadata|tsyringe)/' },
    },
    {
      name: 'class-validator-by-one-door',
      severity: 'error',
      comment: 'A cold start loads the pieces that are used, by deep path, in one file.',
      from: { path: '^src/', pathNot: own('runtime/adapters/|metadata/option-rules/class-validator\\.ts') },
      to: { path: 'node_modules/class-validator/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tsyringe-in-di',
      severity: 'error',
      comment: 'One container per invocation, made in one place.',
      from: { path: '^src/', pathNot: own('di/|handler/|index\\.ts') },
      to: { path: 'node_modules/tsyringe/' },
    },
    {
      name: 'polyfill-in-metadata',
      severity: 'error',
      comment: 'Loaded once, before tsyringe.',
      from: { path: '^src/', pathNot: own('metadata/|di/|index\\.ts|testing/index\\.ts') },
      to: { path: 'node_modules/reflect-metadata/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
