#!/usr/bin/env node
/**
 * Bundles a minimal job over dist/ and holds it to its limits: in one file, and in chunks, of which a cold start loads some.
 * `--why` lists what the bundle is made of.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { analyzeMetafile } from 'esbuild';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { fromRoot } from './lib/from-root.mjs';
import { bundleMinimalJob, minimalEntry } from './lib/minimal-job.mjs';

/** The aim is 52 KB; docs/adr/0006-cold-start.md says what stands in the way. The limits keep the distance from growing. */
const maxBytes = 111.5 * 1024;
const maxStartBytes = 103.2 * 1024;

ensureBuilt();
const whole = await bundleMinimalJob({});
const split = await bundleMinimalJob({ splitting: true, outExtension: { '.js': '.mjs' } });
await load(split);
if (process.argv.includes('--why')) console.log(await analyzeMetafile(whole.metafile));
const isSmall = [
  hold('a minimal job is', gzip(whole.outputFiles), maxBytes),
  hold('split into chunks, a cold start loads', gzip(loadedAtStart(split)), maxStartBytes),
].every(Boolean);
if (!isSmall) console.error('→ npm run check:size -- --why');
process.exitCode = isSmall ? 0 : 1;

function hold(what, bytes, limit) {
  const isHeld = bytes <= limit;
  console.log(`${isHeld ? '✔' : '✖'} ${what} ${kilobytes(bytes)} gzipped, at most ${kilobytes(limit)}`);
  return isHeld;
}

/** Imports what a bundler has split: chunks may be evaluated in another order than the files they are made of. */
async function load({ outputFiles }) {
  const folder = mkdtempSync(join(tmpdir(), 'check-size-'));
  try {
    for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
    await import(pathToFileURL(join(folder, 'stdin.mjs')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The files that the entry imports statically, with what these import in turn. What is imported lazily is an entry of esbuild's, too. */
function loadedAtStart({ outputFiles, metafile }) {
  const names = new Set();
  const add = (name) => {
    if (names.has(name)) return;
    names.add(name);
    for (const { path, kind, external } of metafile.outputs[name].imports)
      if (!external && kind === 'import-statement') add(path);
  };
  add(Object.keys(metafile.outputs).find((name) => metafile.outputs[name].entryPoint === minimalEntry));
  return outputFiles.filter(({ path }) => names.has(relative(fromRoot(), path)));
}

/** Bytes of these files after gzip, each for itself. */
function gzip(files) {
  return files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

function kilobytes(count) {
  return `${(count / 1024).toFixed(1)} KB`;
}
