// A thousand children of two seconds of I/O each, fifty at once, on the local Lambda while processes die, events come twice, and calls
// are refused or lose their replies: nothing may be lost or doubled, and it has to take a tenth of one line's time.
// Run: node bench/children-chaos.mjs [children] [at once] [seed]. Writes bench/results/children-chaos.json.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ensureBuilt } from '../scripts/lib/ensure-built.mjs';

const [count = 1_000, concurrency = 50, seed = 42] = process.argv.slice(2).map(Number);
const ioMs = 2_000;
/** As `baton dev --crash 0.02 --duplicate 0.1 --throttle 0.1 --lost-reply 0.05`. */
const faults = { crash: 0.02, duplicate: 0.1, throttle: 0.1, 'lost-reply': 0.05 };
const functionName = 'children';
const timeoutMs = 30_000;

ensureBuilt();
const { BatonClient, FileCheckpointStore } = await import('../dist/index.js');
const { LocalLambda } = await import('../dist/local.js');
const folder = mkdtempSync(join(tmpdir(), 'children-'));
const ledger = join(folder, 'ledger');
const root = fileURLToPath(new URL('..', import.meta.url));
const code = join(root, 'node_modules/.cache/lambda-baton', `children-${process.pid}`, 'index.js');
await build({
  entryPoints: [join(root, 'bench/lib/children-job.mjs')],
  outfile: code,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  external: ['@aws-sdk/*'],
  logLevel: 'error',
});

const lambda = await LocalLambda.start({
  seed,
  faults,
  concurrencyLimit: 2 * concurrency + 20,
  initTimeoutMs: 120_000,
});
const died = { count: 0 };
lambda.on('invocation-end', ({ reason }) => {
  if (reason === 'crash-fault') died.count += 1;
});
const struck = {};
lambda.on('fault', ({ kind }) => {
  struck[kind] = (struck[kind] ?? 0) + 1;
});
try {
  await lambda.createFunction({
    name: functionName,
    code,
    timeoutMs,
    recursiveLoop: 'Allow',
    // A child writes nothing during its I/O: only one that is silent for much longer is dead, on a busy machine too.
    retryDelaysMs: [6 * ioMs, 7 * ioMs],
    environment: {
      BATON_DIRECTORY: join(folder, 'store'),
      BATON_RETRY_AFTER_MS: String(5 * ioMs),
      BATON_LOG_LEVEL: 'error',
      LEDGER: ledger,
    },
  });
  const store = new FileCheckpointStore({ directory: join(folder, 'store') });
  const client = new BatonClient({ store, functionName, client: makeClient() });
  const startMs = Date.now();
  const executionId = 'parent';
  await client.start({ executionId, input: { count, concurrency, ioMs } });
  const { status, maxBytes } = await watch(store, client, executionId);
  const { error } = (await client.status(executionId)) ?? {};
  if (error) console.log(error.message);
  const wallMs = Date.now() - startMs;
  report({ status, wallMs, maxBytes, ...readLedger() });
} finally {
  await lambda.stop();
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(code, '..'), { recursive: true, force: true });
}

/** The client's calls, past the faults of the wire. */
function makeClient() {
  return {
    async send({ input: { FunctionName, Payload, InvocationType } }) {
      const payload = JSON.parse(typeof Payload === 'string' ? Payload : new TextDecoder().decode(Payload));
      await lambda.invoke({ functionName: FunctionName, payload, invocationType: InvocationType });
      return {};
    },
  };
}

/** Waits for the end; now and then it sweeps, as a deployed sweeper does. */
async function watch(store, client, executionId) {
  let maxBytes = 0;
  let nextSweepMs = Date.now() + 15_000;
  for (;;) {
    const stored = await store.load(executionId);
    maxBytes = Math.max(maxBytes, (stored?.head.length ?? 0) + (stored?.state.length ?? 0));
    if (stored !== undefined && !['running', 'waiting'].includes(stored.status))
      return { status: stored.status, maxBytes };
    if (Date.now() >= nextSweepMs) {
      const { swept } = await client.sweep({ graceMs: 60_000 });
      if (swept.length > 0) console.log(`swept ${swept.map((one) => one.executionId).join(', ')}`);
      nextSweepMs = Date.now() + 15_000;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Each line of the ledger is a child that begins or ends its I/O, or one that the parent was told of. */
function readLedger() {
  const lines = readFileSync(ledger, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (what) => lines.filter((line) => line.what === what);
  const done = new Set(of('done').map(({ id }) => id));
  const told = of('told').map(({ id }) => id);
  const end = of('end').at(-1);
  return {
    done: done.size,
    toldCount: new Set(told).size,
    repeated: of('done').length - done.size,
    most: readMost(lines),
    end,
  };
}

/** The most children that were at their I/O at the same time; one that died leaves no end. */
function readMost(lines) {
  const live = new Set();
  let most = 0;
  for (const { what, id } of lines) {
    if (what === 'begun') live.add(id);
    if (what === 'done') live.delete(id);
    most = Math.max(most, live.size);
  }
  return most;
}

function report({ status, wallMs, maxBytes, done, toldCount, repeated, most, end }) {
  const oneLineMs = count * ioMs;
  const faster = Number((oneLineMs / wallMs).toPrecision(3));
  const checks = {
    'the parent completed': status === 'completed',
    'every child did its I/O': done === count,
    'the parent was told of each once':
      toldCount === count && end?.told === count && end?.completed === count,
    'nothing was done twice but after a death': repeated <= died.count,
    'no more at once than may be': most <= concurrency,
    'the parent’s record is bounded': maxBytes < 20_000,
    'ten times as fast as one line': faster >= 10,
  };
  for (const [what, isTrue] of Object.entries(checks)) console.log(`${isTrue ? '✔' : '✖'} ${what}`);
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    date: new Date().toISOString().slice(0, 10),
  };
  const results = {
    count,
    concurrency,
    ioMs,
    seed,
    faults,
    struck,
    died: died.count,
    wallSeconds: Math.round(wallMs / 1_000),
  };
  Object.assign(results, { faster, most, repeatedAfterDeaths: repeated, parentMaxBytes: maxBytes, checks });
  console.log(JSON.stringify(results));
  mkdirSync(new URL('results/', import.meta.url), { recursive: true });
  writeFileSync(
    new URL('results/children-chaos.json', import.meta.url),
    `${JSON.stringify({ machine, results }, null, 2)}\n`,
  );
  process.exitCode = Object.values(checks).every(Boolean) ? 0 : 1;
}
