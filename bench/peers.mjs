// The same steps on DBOS (with Debian's PostgreSQL) and on Restate (with its server from npm), beside this library.
// Needs Node 22, and `apt-get install postgresql`. Installs the peers into a folder of its own. Run: npm run bench -- --peers
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { CHECKPOINT_STORE, createHandler, FileCheckpointStore } from '../dist/index.js';
import { smallState } from './copy-state.mjs';
import { defineJob } from './lib/define-job.mjs';
import { quietChannel } from './lib/make-continuation.mjs';
import { figure, median, roomyContext } from './lib/measure.mjs';

const peers = [
  '@dbos-inc/dbos-sdk@5.3.0',
  '@restatedev/restate-sdk@1.17.2',
  '@restatedev/restate-server@1.7.12',
];
const stepCounts = [100, 1_000];
const rounds = 5;
const payload = JSON.stringify(smallState());
const folder = mkdtempSync(join(tmpdir(), 'peers-'));
const ends = [() => rmSync(folder, { recursive: true, force: true })];

try {
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...peers], {
    cwd: folder,
    stdio: 'ignore',
  });
  const [restate, dbos] = [await startRestate(), await startDbos()];
  const figures = {};
  for (const steps of stepCounts) {
    const after = `a stored step of 1 KB, ${steps.toLocaleString('en')} in one execution`;
    const runs = { 'lambda-baton, files': runOurs, 'Restate, its server': restate, 'DBOS, PostgreSQL': dbos };
    // In turns, so that all of them see the same machine.
    const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, run] of Object.entries(runs)) times[name].push(await timeMs(steps, run));
    for (const [name, values] of Object.entries(times))
      figures[`${name}: ${after}`] = figure(await median(rounds, async () => values.pop()), 'ms');
  }
  console.log(JSON.stringify(figures));
} finally {
  for (const end of ends.reverse()) await end();
}
process.exit(0);

async function timeMs(steps, run) {
  const startMs = performance.now();
  await run(steps);
  return (performance.now() - startMs) / steps;
}

/** A checkpoint after each step, to files. */
async function runOurs(steps) {
  const directory = mkdtempSync(join(folder, 'ours-'));
  const store = { token: CHECKPOINT_STORE, useValue: new FileCheckpointStore({ directory }) };
  const handler = createHandler(defineJob(smallState(), steps), { providers: [...quietChannel, store] });
  const { status } = await handler({}, roomyContext());
  if (status !== 'completed') throw new Error(status);
}

/** @returns a function that runs a service of that many steps to its end */
async function startRestate() {
  const { service, serve } = await import(pathToFileURL(findModule('@restatedev/restate-sdk')));
  const [ingress, admin, node, sdk] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const program = join(
    folder,
    `node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  );
  const server = spawn(program, ['--base-dir', join(folder, 'restate')], {
    stdio: 'ignore',
    env: {
      ...process.env,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
    },
  });
  ends.push(() => server.kill('SIGKILL'));
  const run = async (context, steps) => {
    for (let n = 0; n < steps; n += 1) await context.run(`step-${n}`, async () => payload);
    return 'done';
  };
  process.env.RESTATE_LOGGING = 'ERROR';
  await serve({ services: [service({ name: 'bench', handlers: { run } })], port: sdk });
  await untilItAnswers(() =>
    post(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${sdk}` }),
  );
  return (steps) => post(`http://127.0.0.1:${ingress}/bench/run`, steps);
}

async function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

/** @returns a function that runs a workflow of that many steps to its end */
async function startDbos() {
  const port = await freePort();
  await startPostgres(port);
  const { DBOS } = await import(pathToFileURL(findModule('@dbos-inc/dbos-sdk')));
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: `postgresql://postgres@127.0.0.1:${port}/bench`,
    logLevel: 'error',
    runAdminServer: false,
  });
  const run = DBOS.registerWorkflow(
    async (steps) => {
      for (let n = 0; n < steps; n += 1) await DBOS.runStep(async () => payload, { name: `step-${n}` });
      return 'done';
    },
    { name: 'bench' },
  );
  await DBOS.launch();
  ends.push(() => DBOS.shutdown());
  return run;
}

/** PostgreSQL refuses to run as root: it runs as its own user then. */
async function startPostgres(port) {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  if (versions.length === 0) throw new Error('PostgreSQL is missing: apt-get install postgresql');
  const bin = `/usr/lib/postgresql/${versions.at(-1)}/bin`;
  const directory = join(folder, 'postgres');
  mkdirSync(directory);
  const isRoot = userInfo().uid === 0;
  if (isRoot) execFileSync('chown', ['postgres', directory]);
  const [program, ...before] = isRoot ? ['runuser', '-u', 'postgres', '--'] : ['env'];
  const options = { cwd: directory, stdio: 'ignore' };
  const data = join(directory, 'data');
  execFileSync(program, [...before, `${bin}/initdb`, '-D', data, '-U', 'postgres', '-A', 'trust'], options);
  const server = spawn(
    program,
    [
      ...before,
      `${bin}/postgres`,
      '-D',
      data,
      '-p',
      `${port}`,
      '-k',
      directory,
      '-c',
      'listen_addresses=127.0.0.1',
    ],
    options,
  );
  ends.push(async () => {
    execFileSync(program, [...before, `${bin}/pg_ctl`, '-D', data, '-m', 'immediate', 'stop'], options);
    if (server.exitCode === null) await once(server, 'close');
  });
  const create = ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'postgres', 'bench'];
  await untilItAnswers(async () => execFileSync(`${bin}/createdb`, create, options));
}

function findModule(name) {
  const script = `process.stdout.write(require.resolve(${JSON.stringify(name)}))`;
  return execFileSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' });
}

async function untilItAnswers(ask) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 60) throw error;
      await sleep(500);
    }
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
