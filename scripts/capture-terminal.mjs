#!/usr/bin/env node
/** Writes what the terminal shows in the tutorial into docs/captured, from real runs. To be run by hand when it changes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { fromRoot } from './lib/from-root.mjs';

const job = 'samples/starter/job.ts';
const runs = {
  'first-run': ['dev', job, '--timeout', '3500ms'],
  'killed-run': ['dev', job, '--timeout', '3500ms', '--crash', '0.3', '--duplicate', '0.3', '--seed', '106'],
};

ensureBuilt();
for (const [name, args] of Object.entries(runs)) {
  const directory = mkdtempSync(join(tmpdir(), 'baton-capture-'));
  const options = [...args, '--env', `BATON_DIRECTORY=${directory}`];
  const { stdout, stderr, status } = spawnSync(process.execPath, [fromRoot('dist/baton.js'), ...options], {
    cwd: fromRoot(),
    encoding: 'utf8',
  });
  rmSync(directory, { recursive: true, force: true });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  writeFileSync(fromRoot(`docs/captured/${name}.txt`), stdout.replaceAll(job, 'src/job.ts'));
  console.log(`✔ docs/captured/${name}.txt`);
}
