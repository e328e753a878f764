#!/usr/bin/env node
/**
 * Runs every story on the local Lambda, undisturbed and with faults, and compares each with a computation in one pass.
 * `npm run samples -- access-logs --chaos --scale 10 --seed 7` runs one of them, disturbed, with ten times the data.
 * `--record bench/results/stories.json` writes what was seen to a file, with the memory of every invocation.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/lib/ensure-built.mjs';

const stories = [
  'backfill-warehouse',
  'access-logs',
  'access-logs/with-children',
  'reconcile-payments',
  'move-files',
  'poll-service',
  'poll-service/with-signal',
  'triggers',
  'triggers/per-tenant',
];
/** Of a story that broke off. */
const nothingSeen = {
  invocationCount: 0,
  interruptionCount: 0,
  duplicateCount: 0,
  maxMemoryMb: 0,
  wallMs: 0,
};
/** A story waits more than it computes. */
const atATime = 3;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chaos: { type: 'boolean' },
    calm: { type: 'boolean' },
    scale: { type: 'string', default: '1' },
    seed: { type: 'string', default: '20261129' },
    log: { type: 'boolean' },
    record: { type: 'string' },
  },
});
const chosen = positionals.length ? positionals : stories;
const disturbances = values.chaos ? [true] : values.calm ? [false] : [false, true];

ensureBuilt();
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
const { runJob } = await import('./lib/run-job.mjs');
const rows = [];
const runs = chosen.flatMap((story) => disturbances.map((isChaotic) => () => runStory(story, isChaotic)));
const left = runs.entries();
await Promise.all(Array.from({ length: atATime }, takeRuns));
print(rows);
if (values.record !== undefined) record(rows, values.record);
process.exitCode = rows.every(({ differences }) => differences.length === 0) ? 0 : 1;

async function takeRuns() {
  for (const [index, run] of left) rows[index] = await run();
}

async function runStory(story, isChaotic) {
  const module = await import(`./${story}/story.mjs`);
  const prepared = await module.prepare({ scale: Number(values.scale), seed: Number(values.seed) });
  try {
    const run = module.run ?? runJob;
    const seen = await run({
      ...prepared,
      isChaotic,
      seed: Number(values.seed),
    });
    if (values.log) console.error(seen.log.join('\n'));
    const failures = seen.failures.filter((failure) => !prepared.isExpectedFailure?.(failure));
    const differences = [...failures, ...(await prepared.findDifferences(seen))];
    if (seen.results.size === 0) differences.push('no execution has completed');
    const { itemCount, itemBytes } = prepared;
    return { story, isChaotic, itemCount, itemBytes, seen, differences };
  } catch (error) {
    return { story, isChaotic, itemCount: prepared.itemCount, seen: nothingSeen, differences: [error.stack] };
  } finally {
    await prepared.stop();
  }
}

function record(rows, file) {
  const machine = {
    ...{ node: process.version, cpu: cpus()[0]?.model, cores: cpus().length },
    date: new Date().toISOString().slice(0, 10),
  };
  const results = rows.map(({ story, isChaotic, itemCount, itemBytes, seen, differences }) => ({
    ...{ story, isChaotic, itemCount, itemBytes, isEqual: differences.length === 0 },
    ...{ invocationCount: seen.invocationCount, wallMs: seen.wallMs, memoryMb: seen.memoryMb },
  }));
  writeFileSync(file, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}

function print(rows) {
  const head = [
    'story',
    'faults',
    'items',
    'invocations',
    'interruptions',
    'duplicates',
    'memory',
    'time',
    'equal',
  ];
  const lines = rows.map(({ story, isChaotic, itemCount, seen, differences }) => [
    story,
    isChaotic ? 'yes' : 'no',
    itemCount.toLocaleString('en-US'),
    String(seen.invocationCount),
    String(seen.interruptionCount),
    String(seen.duplicateCount),
    `${seen.maxMemoryMb} MB`,
    `${(seen.wallMs / 1_000).toFixed(1)} s`,
    differences.length === 0 ? 'yes' : 'NO',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  for (const line of [head, ...lines])
    console.log(
      line
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join('  '),
    );
  for (const { story, isChaotic, differences } of rows)
    for (const difference of differences.slice(0, 6))
      console.error(`✖ ${story}${isChaotic ? ' with faults' : ''}: ${difference}`);
}
