#!/usr/bin/env node
/**
 * Checks the models of the protocol (test/model) with spin, in worlds small enough for every day; `--long` adds larger ones.
 * Then takes out one rule after the other, and fails unless spin finds what that rule is for.
 * Needs spin and gcc (Debian: apt-get install spin gcc). Where they are missing it ends with 77: not run.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromRoot } from './lib/from-root.mjs';
import { protocol } from './models/protocol.mjs';
import { slots } from './models/slots.mjs';
import { waking } from './models/waking.mjs';

const notRun = 77;
if (!exists('spin') || !exists('gcc')) {
  console.error('– the model was not checked: it needs spin and gcc\n→ apt-get install spin gcc');
  process.exit(notRun);
}
const isLong = process.argv.includes('--long');
const reports = [protocol, waking, slots].flatMap(({ file, worlds, longWorlds, broken }) => {
  const model = fromRoot(file);
  const sound = isLong ? [...worlds, ...longWorlds] : worlds;
  return [
    ...sound.map(([title, world]) => report(model, `with ${title}`, world, true)),
    ...broken.map(([title, rule, world]) =>
      report(model, `that ${title}`, rule === undefined ? world : { ...world, [`BREAK_${rule}`]: 1 }, false),
    ),
  ];
});
process.exitCode = reports.every(Boolean) ? 0 : 1;

function report(model, title, world, isSound) {
  const { errors, states, trail } = check(model, world);
  const isAsExpected = isSound ? errors === 0 : errors > 0;
  const found = errors === 0 ? 'no error' : 'an error';
  console.log(
    `${isAsExpected ? '✔' : '✖'} a world ${title}: ${found} in ${states.toLocaleString('en')} states`,
  );
  if (!isAsExpected) console.log(`${JSON.stringify(world)}\n${trail}`);
  return isAsExpected;
}

function check(model, world) {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  try {
    const options = Object.entries(world).map(([name, value]) => `-D${name}=${value}`);
    run('spin', ['-a', ...options, model], folder);
    // Compiling takes longer than checking, but for the larger worlds.
    run(
      'gcc',
      [isLong ? '-O2' : '-O0', '-DSAFETY', '-DCOLLAPSE', '-DVECTORSZ=4096', '-w', '-o', 'pan', 'pan.c'],
      folder,
    );
    const output = run(join(folder, 'pan'), ['-m500000', '-w22'], folder);
    if (/max search depth too small|out of memory/.test(output)) throw new Error(output);
    const [, errors] = /errors: (\d+)/.exec(output) ?? [];
    const [, states] = /([\d.e+]+) states, stored/.exec(output) ?? [];
    if (errors === undefined) throw new Error(output);
    const trail = readdirSync(folder).find((name) => name.endsWith('.trail'));
    return {
      errors: Number(errors),
      states: Number(states),
      trail: trail ? run('spin', ['-k', join(folder, trail), '-p', '-g', ...options, model], folder) : output,
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
