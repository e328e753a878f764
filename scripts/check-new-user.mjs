#!/usr/bin/env node
/**
 * Does what a new user does, with the package as it would be published and everything else from npm: installs what the README says, runs
 * and tests a job of ten lines, has `baton init` write a project, and runs, tests, synthesizes and examines that. In CommonJS and in
 * ES modules, on every Node that is supported. `-- 22` tries one version only. Not a part of `verify`: it downloads the CDK.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findNode, supportedNodes } from './lib/find-node.mjs';
import { fromRoot } from './lib/from-root.mjs';
import { packInto } from './lib/pack.mjs';

const asked = process.argv.slice(2).filter((version) => supportedNodes.includes(version));
const nodes = asked.length > 0 ? asked : supportedNodes;
const scratch = mkdtempSync(join(tmpdir(), 'lambda-baton-new-user-'));

const job = `import { createHandler, inject, LongRunning, OnComplete, State, Step, Terminate } from 'lambda-baton';

export const PAUSE = Symbol('pause');
const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

@LongRunning({ safeMs: 60_000, intervalMs: 5_000 })
export class CountUp {
  @State() count = 0;
  constructor(@inject(PAUSE) private readonly pause: () => Promise<unknown>) {}
  @Step() async next() { await this.pause(); this.count += 1; }
  @Terminate() isDone() { return this.count === 40; }
  @OnComplete() report() { return this.count; }
}

export const handler = createHandler(CountUp, { providers: [{ token: PAUSE, useValue: pause }] });
`;
const jobTest = `import { JobTestEnvironment } from 'lambda-baton/testing';
import { CountUp, PAUSE } from './job';

const providers = [{ token: PAUSE, useValue: async () => {} }];
JobTestEnvironment.create(CountUp, { providers }).run({ handOffAfterEveryStep: true }).then((run) => {
  if (run.outcome !== 'completed' || run.result !== 40) throw new Error(JSON.stringify(run));
});
`;

try {
  const tarball = packInto(scratch);
  const tries = ['commonjs', 'module'].flatMap((type) => {
    const apps = prepare(type, tarball);
    return nodes.map((version) => tryAll(type, version, apps));
  });
  process.exitCode = tries.every(Boolean) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** An app made by hand after the README, and a project that `baton init` wrote. */
function prepare(type, tarball) {
  const app = join(scratch, `app-${type}`);
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type }));
  for (const command of readInstallCommands()) {
    const [, ...args] = command.split(' ');
    must(app, process.execPath, 'npm', ...args.map((arg) => (arg === 'lambda-baton' ? tarball : arg)));
  }
  writeFileSync(
    join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { experimentalDecorators: true } }),
  );
  writeFileSync(join(app, 'job.ts'), job);
  writeFileSync(join(app, 'job.test.ts'), jobTest);
  must(
    app,
    process.execPath,
    'npx',
    'lambda-baton',
    'init',
    'my-job',
    '--job',
    'CountRows',
    '--deploy',
    'cdk',
    '--yes',
  );
  const project = join(app, 'my-job');
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  manifest.dependencies['lambda-baton'] = `file:${tarball}`;
  manifest.type = type;
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  must(project, process.execPath, 'npm', 'install');
  return { app, project };
}

/** The two commands of the README that install. */
function readInstallCommands() {
  const commands = readFileSync(fromRoot('README.md'), 'utf8').match(/^npm install .*$/gm) ?? [];
  if (commands.length !== 2)
    throw new Error(`README.md has ${commands.length} commands that install, not 2.`);
  return commands;
}

function tryAll(type, version, { app, project }) {
  const node = findNode(version);
  const bundle = ['esbuild', 'job.test.ts', '--bundle', '--platform=node', '--packages=external'];
  const out = type === 'module' ? ['--format=esm', '--outfile=out.mjs'] : ['--outfile=out.cjs'];
  const steps = [
    [
      'baton dev',
      app,
      ['npx', 'baton', 'dev', 'job.ts', '--timeout', '3s', '--scale-time', '--json'],
      /"result":40\b/,
    ],
    ['a test', app, ['npx', ...bundle, ...out]],
    ['', app, ['node', out.at(-1).slice('--outfile='.length)]],
    ['init: npm test', project, ['npm', 'test'], /pass 1\b/],
    ['init: npm run typecheck', project, ['npm', 'run', 'typecheck']],
    ['init: npm run dev', project, ['npm', 'run', '--silent', 'dev', '--', '--json'], /"rowCount":80\b/],
    ['init: npm run synth', project, ['npm', 'run', 'synth']],
    [
      'init: npm run dev:template',
      project,
      ['npm', 'run', '--silent', 'dev:template', '--', '--json'],
      /"rowCount":80\b/,
    ],
    [
      'init: npm run doctor',
      project,
      ['npm', 'run', '--silent', 'doctor', '--', '--json'],
      /"errorCount":0,"warningCount":0\b/,
    ],
  ];
  const failed = steps.flatMap(([name, cwd, [command, ...args], expected]) => {
    const { status, output } = run(cwd, node, command, ...args);
    return status === 0 && (expected === undefined || expected.test(output)) ? [] : [{ name, output }];
  });
  const where = `Node ${version}, ${type}`;
  console.log(
    failed.length === 0 ? `✔ ${where}: ${steps.length - 1} things of a new user work` : `✖ ${where}`,
  );
  for (const { name, output } of failed) console.error(`  ✖ ${name}\n${output.slice(-4_000)}`);
  return failed.length === 0;
}

function must(cwd, node, command, ...args) {
  const { status, output } = run(cwd, node, command, ...args);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${output}`);
}

/** Runs a command with this Node before any other. */
function run(cwd, node, command, ...args) {
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const env = {
    ...process.env,
    PATH,
    CI: '1',
    CDK_DISABLE_CLI_TELEMETRY: '1',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 1e8,
  });
  return { status, output: `${stdout}${stderr}` };
}
