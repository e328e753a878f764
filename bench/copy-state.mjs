// Measures copyState against JSON.stringify of the same state. Run: node bench/copy-state.mjs [--json]
// A standalone module: it bundles the source with esbuild, so that what is measured is what is published.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Short rounds, so that some run undisturbed on a busy machine.
const roundCount = 200;
const roundMs = 3;

/** One kilobyte as a job keeps it: a cursor, counters, small totals, ten rows. */
export function smallState() {
  return {
    cursor: '2024-03-01T00:00:00.000Z/000000012345',
    page: 41,
    done: false,
    totals: {
      seen: 12345,
      repaired: 12,
      skipped: 3,
      amount: 10234.57,
      byCountry: { DE: 120, FR: 80, US: 912 },
    },
    lastError: null,
    rows: Array.from({ length: 10 }, (_, index) => ({
      id: 1000 + index,
      name: `customer ${index}`,
      amount: index * 13.37 + 0.01,
      open: index % 3 === 0,
      tag: index % 2 === 0 ? 'new' : null,
    })),
  };
}

/** A hundred kilobytes: a thousand rows of five mixed fields. */
export function rowsState() {
  return {
    cursor: 'row-1000',
    rows: Array.from({ length: 1000 }, (_, index) => ({
      id: index,
      name: `customer number ${index}`,
      amount: index * 1.37 + 0.01,
      open: index % 3 === 0,
      note: index % 5 === 0 ? null : `some longer note about the row ${index}`,
    })),
  };
}

/** A hundred kilobytes in ten strings. */
export function stringsState() {
  return { parts: Array.from({ length: 10 }, (_, index) => String.fromCharCode(97 + index).repeat(10_000)) };
}

/** A dictionary with a thousand keys that no class declares. */
export function lookupState() {
  return {
    lookup: Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `customer-${index}`,
        { seen: index, name: `name ${index}` },
      ]),
    ),
  };
}

/** Ten thousand numbers. */
export function numbersState() {
  return {
    ids: Array.from({ length: 10_000 }, (_, index) => index * 7),
    weights: Array.from({ length: 1000 }, (_, index) => index / 7),
  };
}

export const states = {
  '1 KB job': smallState,
  '100 KB, 1,000 rows': rowsState,
  '100 KB, 10 strings': stringsState,
  '1,000 dynamic keys': lookupState,
  '11,000 numbers': numbersState,
};

/** The fastest of many rounds of each task, taken in turns, in microseconds per call: noise only ever adds. */
export function measureUs(...tasks) {
  const callCounts = tasks.map(countCalls);
  const bestMs = tasks.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < roundCount; round += 1) {
    for (const [index, task] of tasks.entries())
      bestMs[index] = Math.min(bestMs[index], elapsedMs(task, callCounts[index]));
  }
  return tasks.map((_, index) => (bestMs[index] * 1000) / callCounts[index]);
}

/** How many calls fill a round, once the task is warm. */
function countCalls(task) {
  elapsedMs(task, 500);
  let callCount = 1;
  while (elapsedMs(task, callCount) < roundMs) callCount *= 2;
  return callCount;
}

// Keeps the last result, so that no task is optimised away.
// biome-ignore lint/correctness/noUnusedVariables: being written is its use
let kept;

function elapsedMs(task, callCount) {
  const startMs = performance.now();
  for (let call = 0; call < callCount; call += 1) kept = task();
  return performance.now() - startMs;
}

async function loadCopyState(root) {
  const outfile = join(root, 'bench', `.copy-state.${process.pid}.mjs`);
  await build({
    entryPoints: [join(root, 'src/runtime/core/state/copy-state.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    outfile,
  });
  try {
    return (await import(outfile)).copyState;
  } finally {
    await rm(outfile, { force: true });
  }
}

/** One row per state: what is copied, its JSON bytes, microseconds of both, and their ratio. */
export async function run() {
  const copyState = await loadCopyState(fileURLToPath(new URL('..', import.meta.url)));
  // A process that runs jobs has copied states of every shape; a benchmark that copies one shape only would flatter.
  for (const create of Object.values(states))
    for (let call = 0; call < 200; call += 1) kept = copyState(create());
  return Object.entries(states).map(([name, create]) => {
    const state = create();
    const [jsonUs, copyUs] = measureUs(
      () => JSON.stringify(state),
      () => copyState(state),
    );
    return { name, bytes: JSON.stringify(state).length, jsonUs, copyUs, ratio: copyUs / jsonUs };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await run();
  if (process.argv.includes('--json')) console.log(JSON.stringify({ node: process.version, rows }));
  else {
    console.log(`Node ${process.version}`);
    for (const { name, bytes, jsonUs, copyUs, ratio } of rows) {
      console.log(
        `${name.padEnd(20)} ${String(bytes).padStart(7)} B  JSON ${jsonUs.toFixed(2).padStart(8)} µs  copy ${copyUs.toFixed(2).padStart(8)} µs  ratio ${ratio.toFixed(2)}`,
      );
    }
  }
}
