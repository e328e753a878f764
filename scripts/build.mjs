#!/usr/bin/env node
/**
 * Builds dist/: ESM and CJS in chunks, so that what is imported lazily is loaded lazily, types for each of the two, and the sweeper.
 * `--no-types` leaves the types out (the demo needs none).
 */
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { readEntries } from './lib/entries.mjs';
import { fromRoot } from './lib/from-root.mjs';
import {
  inlinedDirectories,
  inlineLibraries,
  locateFiles,
  resolveSource,
  stripTypes,
} from './lib/rollup-plugins.mjs';

const staging = fromRoot(`dist.${process.pid}.tmp`);
const entries = readEntries();
const libraries = Object.fromEntries(Object.entries(entries).filter(([name]) => name !== 'baton'));

try {
  await Promise.all([
    buildCode(),
    buildSweeper(),
    process.argv.includes('--no-types') ? undefined : buildTypes(),
  ]);
  copyNotices();
  rmSync(fromRoot('dist'), { recursive: true, force: true });
  renameSync(staging, fromRoot('dist'));
} catch (error) {
  console.error(`✖ ${error.message}\n${error.frame ?? ''}`);
  process.exitCode = 1;
} finally {
  rmSync(staging, { recursive: true, force: true });
}

/** Writes the ESM of every entry, and the CJS of those that are libraries: the CLI is only ever run as ESM. */
async function buildCode() {
  await bundleCode(entries, { format: 'es', extension: 'js' });
  await bundleCode(libraries, { format: 'cjs', extension: 'cjs' });
}

/** Writes the sweeper as one file, to be deployed as it is: the AWS SDK is in Lambda's runtimes. */
async function buildSweeper() {
  await build({
    entryPoints: [fromRoot('src/sweeper/index.ts')],
    outfile: `${staging}/sweeper/index.mjs`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@aws-sdk/*'],
    logLevel: 'warning',
  });
}

async function bundleCode(input, { format, extension }) {
  const bundle = await rollup({
    input,
    plugins: [inlineLibraries(), resolveSource(), stripTypes(), locateFiles()],
    onwarn: failOnWarning,
    treeshake: { moduleSideEffects: (id, isExternal) => !isExternal || id === 'reflect-metadata' },
  });
  await bundle.write({
    dir: staging,
    format,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `chunks/[name].${extension}`,
    sourcemap: true,
    exports: 'named',
    esModule: true,
    interop: 'auto',
    generatedCode: 'es2015',
    externalLiveBindings: false,
    minifyInternalExports: false,
    hoistTransitiveImports: false,
  });
  await bundle.close();
}

/**
 * Rolls the declarations up. The construct's are rolled up by themselves: rollup lets one entry import from another what both
 * mention, and the other entries must compile where no CDK is installed.
 */
async function buildTypes() {
  const { cdk, ...others } = libraries;
  await bundleTypes(others);
  await bundleTypes({ cdk });
}

/**
 * Writes the declarations once with the extension that ESM reads and once with the one that CJS reads.
 * What a public type mentions and no entry exports is said by check:api, in the reports.
 */
async function bundleTypes(input) {
  const bundle = await rollup({
    input,
    plugins: [resolveSource(), dts({ tsconfig: fromRoot('tsconfig.build.json') })],
    onwarn: (warning) => warning.plugin === 'dts' || failOnWarning(warning),
  });
  for (const extension of ['d.ts', 'd.cts']) {
    await bundle.write({
      dir: staging,
      format: 'es',
      entryFileNames: `[name].${extension}`,
      chunkFileNames: `chunks/[name].${extension}`,
    });
  }
  await bundle.close();
}

/** The licence of what is inlined travels with it. */
function copyNotices() {
  mkdirSync(`${staging}/licenses`, { recursive: true });
  for (const [name, directory] of inlinedDirectories)
    copyFileSync(findLicense(directory), `${staging}/licenses/${name.replace('/', '__')}.txt`);
}

function findLicense(directory) {
  const file = readdirSync(directory).find((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
  if (file === undefined) throw new Error(`${directory} has no licence, and its code is taken in.`);
  return `${directory}/${file}`;
}

function failOnWarning(warning) {
  throw new Error(`${warning.code}: ${warning.message}`);
}
