#!/usr/bin/env node
/**
 * Runs random programs at length: `npm run test:random -- --seeds 20000`, `-- --seed 76` one alone, `-- --first 5000 --seeds 100` from there on.
 * `--among`: executions among each other, with signals, waits, children, slots and compensation, under faults, and while stores and channels
 * are throttled.
 * What fails is printed with its program; its seed belongs into test/random/kept-seeds.json (kept-among-seeds.json), which every test run
 * replays.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fromRoot } from './lib/from-root.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    first: { type: 'string' },
    seed: { type: 'string' },
    among: { type: 'boolean', default: false },
  },
});
const [first, count] =
  values.seed === undefined
    ? [values.first ?? '1', values.seeds ?? (values.among ? '2000' : '5000')]
    : [values.seed, '1'];
for (const number of [first, count]) {
  if (/^[1-9]\d*$/.test(number)) continue;
  console.error(`✖ ${number} is no whole number from 1\n→ npm run test:random -- --seeds 20000`);
  process.exit(1);
}
const env = { ...process.env, BATON_RANDOM_FIRST: first, BATON_RANDOM_SEEDS: count };
const file = values.among ? 'test/random/among/' : 'test/random/random-programs';
const args = [file, '--selectProjects', 'unit', '--testNamePattern', 'as the model predicts'];
const { status } = spawnSync(process.execPath, [fromRoot('node_modules/jest/bin/jest.js'), ...args], {
  cwd: fromRoot(),
  stdio: 'inherit',
  env,
});
process.exitCode = status ?? 1;
