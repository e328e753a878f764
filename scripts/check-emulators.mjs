#!/usr/bin/env node
/**
 * Tries the package on emulators of AWS that are not this project's: the store contract on moto and on ministack, and, on ministack, the
 * starter's job deployed by the CDK's own command line, started by its alias, handed over and completed, and looked at by the doctor.
 * The emulators come from PyPI and the command line from npm, into node_modules/.cache. Where they cannot be had it ends with 77: not run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromRoot } from './lib/from-root.mjs';
import { installPacked, linkPackage } from './lib/install-packed.mjs';
import { packInto } from './lib/pack.mjs';
import { installPython, notRun } from './lib/python-tools.mjs';

const cdkVersion = '2.1148.1';
const account = '000000000000';
const region = 'us-east-1';

const bin = installPython('emulators', ['moto[server]==5.2.5', 'ministack==1.5.33']);
const cdk = bin === undefined ? undefined : installCdk();
if (bin === undefined || cdk === undefined) process.exit(notRun);

const scratch = mkdtempSync(join(tmpdir(), 'lambda-baton-emulators-'));
const children = [];
try {
  process.exitCode = (await checkAll()) ? 0 : 1;
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
}

async function checkAll() {
  installPacked(packInto(scratch), scratch);
  for (const name of ['aws-cdk-lib', 'constructs', 'esbuild', '@aws-sdk/client-dynamodb'])
    linkPackage(name, scratch);
  const moto = await startEmulator('moto', (port) => [
    join(bin, 'moto_server'),
    ['-H', '127.0.0.1', '-p', String(port)],
    {},
  ]);
  const ministack = await startEmulator('ministack', (port) => [
    join(bin, 'ministack'),
    [],
    describeMinistack(port),
  ]);
  return [checkStores([moto, ministack]), await checkDeployment(ministack)].every(Boolean);
}

/**
 * Its functions run below the app's folder, where they find the AWS SDK that Lambda's own runtimes bring along. What runs them is a
 * CommonJS file that it writes there, and the app is of ES modules.
 */
function describeMinistack(port) {
  const TMPDIR = join(scratch, 'tasks');
  mkdirSync(TMPDIR);
  writeFileSync(join(TMPDIR, 'package.json'), '{"type":"commonjs"}');
  return {
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    IOT_MTLS_ENABLED: '0',
    LAMBDA_EXECUTOR: 'local',
    TMPDIR,
  };
}

async function startEmulator(name, describe) {
  const port = await findPort();
  const [command, args, env] = describe(port);
  const child = spawn(command, args, { cwd: scratch, env: { ...process.env, ...env }, stdio: 'ignore' });
  children.push(child);
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) break;
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return { name, endpoint };
    await sleep(200);
  }
  throw new Error(`${name} does not answer on ${endpoint}.`);
}

function checkStores(emulators) {
  const args = [fromRoot('node_modules/jest/bin/jest.js'), '--selectProjects', 'emulators', '--maxWorkers=1'];
  const env = { ...process.env, BATON_EMULATORS: JSON.stringify(emulators) };
  const { status } = spawnSync(process.execPath, args, { cwd: fromRoot(), env, stdio: 'inherit' });
  return say(status === 0, `the store contract on ${emulators.map(({ name }) => name).join(' and ')}`);
}

async function checkDeployment({ endpoint }) {
  for (const variable of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[variable];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  cpSync(fromRoot('samples/starter/job.ts'), join(scratch, 'src/job.ts'));
  writeFileSync(
    join(scratch, 'src/app.ts'),
    shorten(readFileSync(fromRoot('samples/starter/app.ts'), 'utf8')),
  );
  if (!existsSync(join(scratch, 'package-lock.json')))
    writeFileSync(join(scratch, 'package-lock.json'), '{}');
  const tsconfig = '--tsconfig-raw={"compilerOptions":{"experimentalDecorators":true}}';
  const bundle = [
    'src/app.ts',
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--packages=external',
    tsconfig,
    '--outfile=app.mjs',
    '--log-level=error',
  ];
  const isDeployed =
    run('esbuild', bundle, 'the app is bundled') &&
    run(
      process.execPath,
      [cdk, 'bootstrap', `aws://${account}/${region}`, '--app', 'node app.mjs'],
      'cdk bootstrap',
    ) &&
    run(
      process.execPath,
      [cdk, 'deploy', '--app', 'node app.mjs', '--require-approval', 'never'],
      'cdk deploy',
    );
  if (!isDeployed) return false;
  const name = await findFunction();
  return checkDoctor(name) && (await checkExecution(name));
}

/** The starter's app, at a time-out that its job has to hand over in: an invocation works for two seconds, and the job for four. */
function shorten(app) {
  const shortened = app.replace('Duration.minutes(15)', 'Duration.seconds(4)');
  if (shortened === app) throw new Error('samples/starter/app.ts has no time-out of 15 minutes any more.');
  return shortened;
}

/** Starts an execution as anybody would, by the alias, and waits for its end. */
async function checkExecution(name) {
  const lambda = await import('@aws-sdk/client-lambda');
  const { BatonClient, DynamoDbCheckpointStore } = await import('../dist/index.js');
  const client = new lambda.LambdaClient({});
  const { Environment } = await client.send(
    new lambda.GetFunctionConfigurationCommand({ FunctionName: name }),
  );
  const baton = new BatonClient({
    store: new DynamoDbCheckpointStore({ tableName: Environment.Variables.BATON_TABLE }),
  });
  const start = { executionId: 'emulated', input: {} };
  const Payload = JSON.stringify({ lambdaBaton: { v: 1, start } });
  await client.send(
    new lambda.InvokeCommand({ FunctionName: `${name}:live`, InvocationType: 'Event', Payload }),
  );
  let seen;
  for (let tries = 0; tries < 240 && seen?.status !== 'completed' && seen?.status !== 'failed'; tries += 1) {
    await sleep(500);
    seen = await baton.status(start.executionId);
  }
  client.destroy();
  const isRight = seen?.status === 'completed' && seen.invocation > 1 && seen.result?.rowCount === 80;
  return say(isRight, 'an execution is handed over and completed', isRight ? '' : JSON.stringify(seen));
}

/** The job's function, which has a sweeper beside it. */
async function findFunction() {
  const { LambdaClient, ListFunctionsCommand } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({});
  const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
  client.destroy();
  return Functions.map(({ FunctionName }) => FunctionName).find((name) =>
    name.includes('ExampleJobFunction'),
  );
}

/**
 * What the doctor calls an error of a deployment by our own construct is an error of one of the two. Only the recursion setting, which
 * this emulator's CloudFormation leaves out, is put right first, by the doctor itself.
 */
function checkDoctor(name) {
  const before = callDoctor(name);
  const isMissing = ({ subject, what }) =>
    subject === 'recursion' && what.startsWith('The setting is Terminate');
  const others = before.filter((error) => !isMissing(error));
  if (others.length > 0) return say(false, 'baton doctor finds no error', JSON.stringify(others, null, 2));
  if (before.length > 0) callDoctor(name, '--fix', '--yes');
  const left = before.length > 0 ? callDoctor(name) : before;
  return say(
    left.length === 0,
    'baton doctor finds no error',
    left.length === 0 ? '' : JSON.stringify(left, null, 2),
  );
}

/** The errors that it finds. */
function callDoctor(name, ...flags) {
  const args = ['doctor', `${name}:live`, '--bundle', 'src/job.ts', '--json', ...flags];
  const { stdout, stderr } = spawnSync(process.execPath, [fromRoot('dist/baton.js'), ...args], {
    cwd: scratch,
    encoding: 'utf8',
  });
  if (stdout === '') return [{ subject: 'baton doctor', what: stderr }];
  return JSON.parse(stdout).findings.filter(({ level }) => level === 'error');
}

function run(command, args, what) {
  const PATH = `${fromRoot('node_modules/.bin')}:${process.env.PATH}`;
  const env = { ...process.env, PATH, CDK_DISABLE_CLI_TELEMETRY: '1', CI: '1' };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: scratch,
    env,
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 1e8,
  });
  return say(status === 0, what, status === 0 ? '' : `${stdout}${stderr}`.slice(-4_000));
}

function say(isRight, what, more = '') {
  console.log(`${isRight ? '✔' : '✖'} ${what}${more && `\n${more}`}`);
  return isRight;
}

/** The command line of the CDK, which is no dependency: nobody but this check needs it. Undefined when it cannot be had. */
function installCdk() {
  const folder = fromRoot(`node_modules/.cache/lambda-baton/cdk-${cdkVersion}`);
  const program = join(folder, 'node_modules/aws-cdk/bin/cdk');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `aws-cdk@${cdkVersion}`,
  ];
  if (spawnSync('npm', args, { cwd: folder, stdio: 'inherit' }).status === 0) return program;
  console.error(`– not run: it needs aws-cdk ${cdkVersion} from npm`);
  return undefined;
}

function findPort() {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}
