#!/usr/bin/env node
/** The demo: runs the backfill on the local Lambda, then compares the warehouse with a plain loop over the same file. `--chaos` disturbs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeAgreement, findDifferences, readWarehouse, sumInOnePass } from './verify.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'backfill-warehouse-'));
const flightsFile = join(root, 'node_modules/vega-datasets/data/flights-200k.json');
const warehouseFile = join(scratch, 'flights.duckdb');

/** Invocations are killed, continuations delivered twice, answers lost, calls refused: always the same ones. */
const chaos = [
  ['--crash', '0.1'],
  ['--duplicate', '0.15'],
  ['--lost-reply', '0.1'],
  ['--throttle', '0.2'],
  ['--seed', '238053'],
];
const given = process.argv.slice(2).filter((argument) => argument !== '--chaos');
const isChaos = process.argv.includes('--chaos');

// The run ends by itself on Ctrl-C; this process has to outlive it, to clean up.
process.on('SIGINT', () => {});
try {
  process.exitCode = (await runJob()) || (await verify());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Answers the exit code of `baton dev`. What was given on the command line goes on to it, and wins. */
async function runJob() {
  const job = relative(process.cwd(), join(here, 'job.ts'));
  const options = [
    ['--event', '{"batchSize":1000}'],
    ['--timeout', '3s'],
    ['--memory', '512'],
    ...(isChaos ? chaos : []),
  ];
  const defaults = options
    .filter(([name]) => !given.some((argument) => argument.split('=')[0] === name))
    .flat();
  const environment = ['--env', `FLIGHTS_FILE=${flightsFile}`, '--env', `WAREHOUSE_FILE=${warehouseFile}`];
  const args = ['dev', job, ...environment, ...defaults, ...given];
  const [code] = await once(
    spawn(process.execPath, [join(root, 'dist/baton.js'), ...args], { stdio: 'inherit' }),
    'exit',
  );
  return code ?? 1;
}

/** Says whether the warehouse agrees with one pass; on standard error when `--json` wants standard output for itself. */
async function verify() {
  const expected = await sumInOnePass(flightsFile);
  const actual = await readWarehouse(warehouseFile);
  const differences = findDifferences(expected, actual);
  const say = given.includes('--json') ? console.error : console.log;
  if (differences.length === 0) say(`\n✔ ${describeAgreement(expected, actual)}`);
  else
    console.error(`\n✖ The warehouse is not what one pass over the file gives.\n${differences.join('\n')}`);
  return differences.length === 0 ? 0 : 1;
}
