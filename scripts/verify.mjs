#!/usr/bin/env node
/**
 * Runs every gate, says how each went and how long it took, and leaves the counts in reports/verify.json.
 * `-- lint typecheck` runs these only. What a gate prints is in reports/<gate>.log, and shown when it fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fromRoot } from './lib/from-root.mjs';

/** These keep one processor busy: two of them run at a time. The build is first, since others read what it makes. */
const lightGates = [
  'build',
  'typecheck',
  'check:arch',
  'check:unused',
  'check:mutation',
  'check:model',
  'check:package',
  'docs',
  'check:api',
  'lint',
  'check:size',
];
/** These keep every processor busy, so they run alone. `test` is in test:matrix, which runs the same tests on this Node and on others. */
const heavyGates = ['samples', 'test:hostile', 'test:integration', 'test:matrix'];
const needBuild = new Set(['check:package', 'check:api', 'check:size', 'docs', 'check:unused', 'samples']);
const lightAtATime = 2;
/** A gate that lacks a tool which npm does not have ends with this: it counts neither way. */
const notRun = 77;
const asked = process.argv.slice(2);

rmSync(fromRoot('reports/gates'), { recursive: true, force: true });
mkdirSync(fromRoot('reports/gates'), { recursive: true });
const gates = asked.length ? asked : [...lightGates, ...heavyGates];
const isLight = (gate) => lightGates.includes(gate);
let built;
const light = gates.filter(isLight).values();
const results = (await Promise.all(Array.from({ length: lightAtATime }, () => runAll(light)))).flat();
results.push(...(await runAll(gates.filter((gate) => !isLight(gate)).values())));
const failed = results.filter((result) => !result.isGreen).map(({ gate }) => gate);
const counts = { passed: sum('passed'), failed: sum('failed') };
writeFileSync(fromRoot('reports/verify.json'), JSON.stringify({ ...counts, gates: results }, null, 2));
console.log(failed.length ? `\n✖ ${failed.join(', ')} failed` : `\n✔ all ${results.length} gates are green`);
process.exitCode = failed.length ? 1 : 0;

/** Takes one gate after the other from what is left, which other callers take from too. */
async function runAll(left) {
  const finished = [];
  for (const gate of left) {
    if (needBuild.has(gate)) await built;
    const running = runGate(gate);
    if (gate === 'build') built = running;
    finished.push(await running);
  }
  return finished;
}

async function runGate(gate) {
  const name = gate.replace(':', '-');
  const log = fromRoot(`reports/gates/${name}.log`);
  const totals = fromRoot(`reports/gates/${name}`);
  const started = Date.now();
  const output = openSync(log, 'w');
  const env = { ...process.env, BATON_TOTALS: totals };
  const stdio = ['ignore', output, output];
  const [status] = await once(
    spawn('npm', ['run', '--silent', gate], { cwd: fromRoot(), stdio, env }),
    'close',
  );
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
