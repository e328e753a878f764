#!/usr/bin/env node
/**
 * Bundles a minimal job as the construct and `baton dev` do (esbuild, ESM of packages first, AWS SDK external, everything else in), minified, and holds it to its limit.
 * `--why` lists what the bundle is made of.
 */
import { relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { analyzeMetafile, build } from 'esbuild';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { fromRoot } from './lib/from-root.mjs';

/** The aim is 40 KB; docs/adr/0006-cold-start.md says what stands in the way. The limit keeps the distance from growing. */
const maxBytes = 113 * 1024;
const job = `
  import { createHandler, LongRunning, State, Step, Terminate } from 'lambda-baton';
  class Count {
    left = 3;
    countDown() { this.left -= 1; }
    isDone() { return this.left === 0; }
  }
  State()(Count.prototype, 'left');
  Step()(Count.prototype, 'countDown', Object.getOwnPropertyDescriptor(Count.prototype, 'countDown'));
  Terminate()(Count.prototype, 'isDone', Object.getOwnPropertyDescriptor(Count.prototype, 'isDone'));
  LongRunning({ name: 'count', safeMs: 60_000, intervalMs: 5_000 })(Count);
  export const handler = createHandler(Count);`;

ensureBuilt();
const whole = await bundle({});
const split = await bundle({ splitting: true });
if (process.argv.includes('--why')) console.log(await analyzeMetafile(whole.metafile));
const bytes = gzip(whole.outputFiles);
console.log(
  `${bytes <= maxBytes ? '✔' : '✖'} a minimal job is ${kilobytes(bytes)} gzipped, at most ${kilobytes(maxBytes)}`,
);
console.log(`  split into chunks, a cold start loads ${kilobytes(gzip(loadedAtStart(split)))} of it`);
if (bytes > maxBytes) console.error('→ npm run check:size -- --why');
process.exitCode = bytes <= maxBytes ? 0 : 1;

function bundle(options) {
  return build({
    stdin: { contents: job, resolveDir: fromRoot(), loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    external: ['@aws-sdk/*'],
    metafile: true,
    write: false,
    outdir: 'bundle',
    absWorkingDir: fromRoot(),
    ...options,
  });
}

/** The files that the entry imports statically, with what these import in turn. */
function loadedAtStart({ outputFiles, metafile }) {
  const names = new Set();
  const add = (name) => {
    if (names.has(name)) return;
    names.add(name);
    for (const { path, kind, external } of metafile.outputs[name].imports)
      if (!external && kind === 'import-statement') add(path);
  };
  add(Object.keys(metafile.outputs).find((name) => metafile.outputs[name].entryPoint));
  return outputFiles.filter(({ path }) => names.has(relative(fromRoot(), path)));
}

/** Bytes of these files after gzip, each for itself. */
function gzip(files) {
  return files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

function kilobytes(count) {
  return `${(count / 1024).toFixed(1)} KB`;
}
