// What importing a bundled job adds to the import of an empty module, in processes of their own; and the bundle's size.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleMinimalJob } from '../scripts/lib/minimal-job.mjs';
import { figure, median } from './lib/measure.mjs';

const hasCompileCache = process.getBuiltinModule('node:module').enableCompileCache !== undefined;

const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));

try {
  const { outputFiles } = await bundleMinimalJob({ outfile: join(folder, 'job.mjs'), outdir: undefined });
  const [{ contents, path }] = outputFiles;
  writeFileSync(path, contents);
  writeFileSync(join(folder, 'empty.mjs'), 'export const handler = async () => {};');
  const files = [path, join(folder, 'empty.mjs')];
  const plain = await measureOver(files);
  const cached = hasCompileCache ? await measureCached(files) : undefined;
  console.log(
    JSON.stringify({
      'a minimal job, bundled and minified, gzipped': figure(
        gzipSync(contents, { level: 9 }).length / 1_024,
        'KB',
        52,
      ),
      'its import, createHandler included, over an empty module: processor time': figure(
        plain.cpuMs,
        'ms',
        7.5,
      ),
      'the duration of that': figure(plain.wallMs, 'ms'),
      ...(cached && {
        'the same with a compile cache: processor time': figure(cached.cpuMs, 'ms'),
        'the duration of it': figure(cached.wallMs, 'ms'),
      }),
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** The same with a compile cache that an earlier process has left: what a shipped one would save where everything matches. */
async function measureCached(files) {
  process.env.NODE_COMPILE_CACHE = join(folder, 'compile-cache');
  for (const file of files) importFile(file);
  const measured = await measureOver(files);
  delete process.env.NODE_COMPILE_CACHE;
  return measured;
}

/** Median times of the first file's import over those of the second; in turns, so that a busy moment hits both. */
async function measureOver(files) {
  const times = files.map(() => []);
  for (let round = 0; round < 31; round += 1)
    for (const [index, file] of files.entries()) times[index].push(importFile(file));
  const over = async (part) => {
    const [one, other] = await Promise.all(times.map((runs) => medianOf(runs.map((run) => run[part]))));
    return one - other;
  };
  return { wallMs: await over('wallMs'), cpuMs: await over('cpuMs') };
}

function medianOf(values) {
  return median(values.length, async () => values.pop());
}

/** How long the import takes, and how much processor time of all threads, in milliseconds. */
function importFile(file) {
  const script = `
    const cpu = process.cpuUsage();
    const start = performance.now();
    await import(${JSON.stringify(file)});
    const wallMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1_000 }));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
  );
}
