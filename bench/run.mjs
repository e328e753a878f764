// Runs every benchmark and writes bench/results/node-<version>.json. Run: npm run bench
// `npm run bench -- --peers` runs the one beside other engines instead, and writes bench/results/peers.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../scripts/lib/ensure-built.mjs';

const isPeers = process.argv.includes('--peers');
const benchmarks = [
  'steps',
  'resume',
  'scale',
  'watchdog',
  'cold-start',
  'hand-off',
  'stores',
  'events',
  'children',
  'durable-functions',
];

ensureBuilt();
const results = {};
for (const name of isPeers ? ['peers'] : benchmarks) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', fileURLToPath(new URL(`${name}.mjs`, import.meta.url))],
    {
      encoding: 'utf8',
      env: { ...process.env, BATON_LOG_LEVEL: 'error' },
    },
  );
  if (status !== 0) throw new Error(`${name} failed\n${stderr}`);
  // Metrics are written to standard output, too.
  results[name] = JSON.parse(stdout.trimEnd().split('\n').at(-1));
  console.log(`\n${name}`);
  for (const [what, { value, unit, limit }] of Object.entries(results[name])) {
    const decision = limit === undefined ? ' ' : value <= limit ? '✔' : '✖';
    console.log(
      `  ${decision} ${what}: ${value} ${unit}${limit === undefined ? '' : ` (aim: at most ${limit})`}`,
    );
  }
}
const machine = {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  date: new Date().toISOString().slice(0, 10),
};
const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(
  new URL(`${isPeers ? 'peers' : `node-${process.versions.node.split('.')[0]}`}.json`, folder),
  `${JSON.stringify({ machine, results }, null, 2)}\n`,
);
console.log(`\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.date}`);
