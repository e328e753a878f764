#!/usr/bin/env node
/** Runs the tests of the built package and of the core on every Node version that is supported. `-- 22` runs one version only. */
import { execFileSync, spawnSync } from 'node:child_process';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { findNode, supportedNodes as supported } from './lib/find-node.mjs';
import { fromRoot } from './lib/from-root.mjs';

const asked = process.argv.slice(2).filter((version) => supported.includes(version));

ensureBuilt();
const failed = (asked.length ? asked : supported).filter((version) => !passesOn(version));
if (failed.length) console.error(`\n✖ failed on Node ${failed.join(', ')}`);
process.exitCode = failed.length ? 1 : 0;

function passesOn(version) {
  const node = findNode(version);
  console.log(`\n── Node ${version} (${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()})`);
  const isThisOne = node === process.execPath;
  const jest = [
    fromRoot('node_modules/jest/bin/jest.js'),
    '--selectProjects',
    'unit',
    'package',
    '--maxWorkers=2',
  ];
  const { status } = spawnSync(node, jest, {
    cwd: fromRoot(),
    stdio: 'inherit',
    env: isThisOne ? process.env : { ...process.env, BATON_OTHER_NODE: '1' },
  });
  return status === 0;
}
