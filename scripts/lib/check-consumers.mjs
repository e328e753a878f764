/** Compiles programs of users against the packed package: every entry in every module mode, strict, declarations of libraries included. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { fromRoot } from './from-root.mjs';
import { installPacked, linkPackage } from './install-packed.mjs';

const { ModuleKind, ModuleResolutionKind } = ts;

/** How projects resolve modules. Node10 is what ts-jest projects have: it knows `typesVersions` and no `exports`. */
const modes = [
  {
    mode: 'CommonJS, node10',
    type: 'commonjs',
    module: ModuleKind.CommonJS,
    moduleResolution: ModuleResolutionKind.Node10,
  },
  ...['commonjs', 'module'].flatMap((type) => [
    {
      mode: `Node16, ${type}`,
      type,
      module: ModuleKind.Node16,
      moduleResolution: ModuleResolutionKind.Node16,
    },
    {
      mode: `NodeNext, ${type}`,
      type,
      module: ModuleKind.NodeNext,
      moduleResolution: ModuleResolutionKind.NodeNext,
    },
  ]),
  {
    mode: 'bundler',
    type: 'module',
    module: ModuleKind.ESNext,
    moduleResolution: ModuleResolutionKind.Bundler,
  },
];

/** The entries, and what is added to the app for each: the CDK comes last, so that nothing else can need it unnoticed. */
const entries = [
  { entry: 'index', packages: ['@types/node'] },
  { entry: 'local', packages: [] },
  { entry: 'observe', packages: [] },
  { entry: 'testing', packages: [] },
  { entry: 'testing', packages: ['@types/jest'], types: ['node', 'jest'] },
  { entry: 'cdk', packages: ['aws-cdk-lib', 'constructs'] },
];

const strict = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  declaration: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  experimentalDecorators: true,
  esModuleInterop: true,
  ignoreDeprecations: '6.0',
};

/** How many of a program's errors are shown. */
const shownCount = 10;

/** Says whether every entry compiles in every mode. */
export function checkConsumers(tarball) {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-baton-consumers-'));
  try {
    installPacked(tarball, folder);
    return entries.map((entry) => checkEntry(folder, entry)).every(Boolean);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkEntry(app, { entry, packages, types = ['node'] }) {
  for (const name of packages) linkPackage(name, app);
  const file = join(app, `${entry}.ts`);
  cpSync(fromRoot(`test/package/fixtures/consumers/${entry}.ts`), file);
  const label = `${entry}${types.includes('jest') ? ' beside @types/jest' : ''}`;
  return modes
    .map(({ mode, type, ...options }) => {
      writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', type }));
      const faults = compile(
        file,
        { ...strict, ...options, types, typeRoots: [join(app, 'node_modules/@types')] },
        app,
      );
      console.log(`${faults.length ? '✖' : '✔'} ${label} compiles as ${mode}`);
      if (faults.length) console.error(faults.slice(0, shownCount).join('\n'));
      return faults.length === 0;
    })
    .every(Boolean);
}

/** Lists what is wrong with the program and our declarations. What is wrong with other packages' own is theirs. */
function compile(file, options, app) {
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => app;
  const program = ts.createProgram([file], options, host);
  const ours = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === file || fileName.includes('/node_modules/lambda-baton/'));
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...ours.flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]),
    // What a user's class returns must have a name that the user's own declarations can give.
    ...program.getDeclarationDiagnostics(program.getSourceFile(file)),
  ];
  return diagnostics.map((diagnostic) =>
    ts
      .formatDiagnostic(diagnostic, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => app,
        getNewLine: () => '\n',
      })
      .trimEnd(),
  );
}
