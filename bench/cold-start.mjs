// What importing a bundled job adds to the import of an empty module, in processes of their own; and the bundle's size.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { figure, median } from './lib/measure.mjs';

const hasCompileCache = process.getBuiltinModule('node:module').enableCompileCache !== undefined;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
const job = `
  import { createHandler } from './dist/index.js';
  import { defineJob } from './bench/lib/define-job.mjs';
  export const handler = createHandler(defineJob({ cursor: '' }, 10));`;

try {
  const { outputFiles } = await build({
    stdin: { contents: job, resolveDir: root, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    external: ['@aws-sdk/*'],
    outfile: join(folder, 'job.mjs'),
    write: false,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const [{ contents, path }] = outputFiles;
  writeFileSync(path, contents);
  writeFileSync(join(folder, 'empty.mjs'), 'export const handler = async () => {};');
  const files = [path, join(folder, 'empty.mjs')];
  const [jobMs, emptyMs] = await measureInTurns(files);
  const cached = hasCompileCache ? await measureCached(files) : {};
  console.log(
    JSON.stringify({
      'a minimal job, bundled and minified, gzipped': figure(gzipSync(contents).length / 1_024, 'KB', 52),
      'its import, createHandler included, over an empty module': figure(jobMs - emptyMs, 'ms', 7.5),
      ...cached,
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** The same with a compile cache that an earlier process has left: what a shipped one would save where everything matches. */
async function measureCached(files) {
  process.env.NODE_COMPILE_CACHE = join(folder, 'compile-cache');
  for (const file of files) importMs(file);
  const [jobMs, emptyMs] = await measureInTurns(files);
  delete process.env.NODE_COMPILE_CACHE;
  return { 'the same with a compile cache': figure(jobMs - emptyMs, 'ms') };
}

/** Median import times; in turns, so that a busy moment hits both. */
async function measureInTurns(files) {
  const times = files.map(() => []);
  for (let round = 0; round < 31; round += 1)
    for (const [index, file] of files.entries()) times[index].push(importMs(file));
  return Promise.all(times.map((values) => median(values.length, async () => values.pop())));
}

function importMs(file) {
  const script = `const start = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - start);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}
