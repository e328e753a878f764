#!/usr/bin/env node
/**
 * Checks the model of the protocol (test/model/protocol.pml) with spin, in worlds small enough for every day; `--long` adds larger ones.
 * The model with its fence taken out, and the one that sends before it saves, must be found broken.
 * Needs spin and gcc (Debian: apt-get install spin gcc). Where they are missing it ends with 77: not run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromRoot } from './lib/from-root.mjs';

const notRun = 77;
const model = fromRoot('test/model/protocol.pml');
const quiet = { CRASHES: 0, LOST: 0, DUPLICATES: 0, EXPIRIES: 0, CANCELS: 0 };

/** What may go wrong in each world, and how much there is to do. */
const worlds = [
  { LAST: 3, GOAL: 2, DELIVERIES: 6 },
  { LAST: 2, GOAL: 1, DELIVERIES: 3, CRASHES: 1, LOST: 1, EXPIRIES: 1 },
  { LAST: 2, GOAL: 1, DELIVERIES: 2, CRASHES: 1, LOST: 1, EXPIRIES: 1, CANCELS: 1 },
  { LAST: 3, GOAL: 1, DELIVERIES: 3, CRASHES: 1, EXPIRIES: 1 },
  { LAST: 2, GOAL: 1, DELIVERIES: 2, CRASHES: 1, DUPLICATES: 1 },
];
const longWorlds = [
  { LAST: 2, GOAL: 1, DELIVERIES: 2, CRASHES: 1, DUPLICATES: 1, EXPIRIES: 1 },
  { LAST: 3, GOAL: 2, DELIVERIES: 4, CRASHES: 1 },
  { LAST: 2, GOAL: 2, DELIVERIES: 3, CRASHES: 1, LOST: 1, EXPIRIES: 1, CANCELS: 1 },
];
/** Without the fence, or with the continuation before the checkpoint, spin has to find what is wrong. */
const broken = [
  { NOFENCE: 1, LAST: 2, GOAL: 1, DELIVERIES: 3, CRASHES: 1, EXPIRIES: 1 },
  { SENDFIRST: 1, LAST: 2, GOAL: 1, DELIVERIES: 3 },
];

if (!exists('spin') || !exists('gcc')) {
  console.error('– the model was not checked: it needs spin and gcc\n→ apt-get install spin gcc');
  process.exit(notRun);
}
const sound = process.argv.includes('--long') ? [...worlds, ...longWorlds] : worlds;
const verdicts = [...sound.map((world) => report(world, true)), ...broken.map((world) => report(world, false))];
process.exitCode = verdicts.every(Boolean) ? 0 : 1;

function report(world, isSound) {
  const { errors, states, trail } = check(world);
  const isAsExpected = isSound ? errors === 0 : errors > 0;
  const found = errors === 0 ? 'no error' : 'an error';
  const name = Object.entries(world).map(([key, value]) => `${key.toLowerCase()} ${value}`);
  console.log(`${isAsExpected ? '✔' : '✖'} ${name.join(', ')}: ${found} in ${states.toLocaleString('en')} states`);
  if (!isAsExpected) console.log(trail);
  return isAsExpected;
}

function check(world) {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  try {
    const options = Object.entries({ ...quiet, ...world }).map(([name, value]) => `-D${name}=${value}`);
    run('spin', ['-a', ...options, model], folder);
    run('gcc', ['-O2', '-DSAFETY', '-DCOLLAPSE', '-DVECTORSZ=4096', '-w', '-o', 'pan', 'pan.c'], folder);
    const output = run(join(folder, 'pan'), ['-m500000', '-w23'], folder);
    if (/max search depth too small|out of memory/.test(output)) throw new Error(output);
    const [, errors] = /errors: (\d+)/.exec(output) ?? [];
    const [, states] = /([\d.e+]+) states, stored/.exec(output) ?? [];
    if (errors === undefined) throw new Error(output);
    const hasTrail = readdirSync(folder).some((name) => name.endsWith('.trail'));
    return {
      errors: Number(errors),
      states: Number(states),
      trail: hasTrail ? run('spin', ['-t', '-p', '-g', ...options, model], folder) : output,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function exists(command) {
  return spawnSync(command, ['--version']).error === undefined;
}

function run(command, args, cwd) {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1e8 });
  if (error !== undefined) throw error;
  return stdout + stderr;
}
