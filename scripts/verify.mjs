#!/usr/bin/env node
/**
 * Runs every gate, says how each went and how long it took, and leaves the counts in reports/verify.json.
 * `-- lint typecheck` runs these only. What a gate prints is in reports/<gate>.log, and shown when it fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fromRoot } from './lib/from-root.mjs';

// `test` is in test:matrix, which runs the same tests on this Node and on others.
const gates = [
  'lint',
  'typecheck',
  'check:arch',
  'check:unused',
  'build',
  'check:package',
  'check:api',
  'check:size',
  'check:model',
  'check:mutation',
  'docs',
  'test:hostile',
  'test:integration',
  'test:matrix',
];
/** A gate that lacks a tool which npm does not have ends with this: it counts neither way. */
const notRun = 77;
const asked = process.argv.slice(2);

rmSync(fromRoot('reports/gates'), { recursive: true, force: true });
mkdirSync(fromRoot('reports/gates'), { recursive: true });
const results = (asked.length ? asked : gates).map(runGate);
const failed = results.filter((result) => !result.isGreen).map(({ gate }) => gate);
const counts = { passed: sum('passed'), failed: sum('failed') };
writeFileSync(fromRoot('reports/verify.json'), JSON.stringify({ ...counts, gates: results }, null, 2));
console.log(failed.length ? `\n✖ ${failed.join(', ')} failed` : `\n✔ all ${results.length} gates are green`);
process.exitCode = failed.length ? 1 : 0;

function runGate(gate) {
  const name = gate.replace(':', '-');
  const log = fromRoot(`reports/gates/${name}.log`);
  const totals = fromRoot(`reports/gates/${name}`);
  const started = Date.now();
  const output = openSync(log, 'w');
  const env = { ...process.env, BATON_TOTALS: totals };
  const { status } = spawnSync('npm', ['run', '--silent', gate], {
    cwd: fromRoot(),
    stdio: ['ignore', output, output],
    env,
  });
  const isNotRun = status === notRun;
  const result = {
    gate,
    isNotRun,
    isGreen: status === 0 || isNotRun,
    seconds: (Date.now() - started) / 1_000,
    ...(isNotRun ? { passed: 0, failed: 0 } : count(totals, status === 0)),
  };
  report(result, log);
  return result;
}

/** A gate that runs tests counts its tests, any other counts as one; red without a failed test counts as one failed. */
function count(totals, isGreen) {
  const runs = existsSync(totals)
    ? readdirSync(totals).map((name) => JSON.parse(readFileSync(`${totals}/${name}`, 'utf8')))
    : [];
  if (!runs.length) return { passed: isGreen ? 1 : 0, failed: isGreen ? 0 : 1 };
  const [passed, failed] = ['passed', 'failed'].map((key) =>
    runs.reduce((total, run) => total + run[key], 0),
  );
  return { passed, failed: isGreen ? failed : Math.max(failed, 1) };
}

function report({ gate, isGreen, isNotRun, seconds, passed, failed }, log) {
  const tests = passed + failed > 1 ? `${passed} passed${failed ? `, ${failed} failed` : ''}` : '';
  console.log(
    `${isNotRun ? '–' : isGreen ? '✔' : '✖'} ${gate.padEnd(17)} ${seconds.toFixed(1).padStart(6)} s  ${tests}`,
  );
  if (!isGreen || isNotRun) console.log(readFileSync(log, 'utf8').replace(/^/gm, '    '));
}

function sum(key) {
  return results.reduce((total, result) => total + result[key], 0);
}
