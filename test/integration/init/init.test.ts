import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalLambda } from '../../../src/local';
import { ensureBuilt } from '../../helpers/ensure-built';
import { install } from '../../helpers/install';

const root = join(__dirname, '../../..');
const jobName = 'CountRows';
const [rowCount, workMs] = [80, 898_000];

jest.setTimeout(240_000);

describe('a project that baton init wrote', () => {
  let folder = '';
  let project = '';
  let typecheck: Promise<string>;

  beforeAll(async () => {
    ensureBuilt();
    folder = mkdtempSync(join(tmpdir(), 'baton-init-test-'));
    project = await init('jobs', 'cdk');
    // The type checker reads all of the CDK: meanwhile the job waits for its pages.
    typecheck = run(project, {}, 'npm', 'run', 'typecheck');
    typecheck.catch(() => {});
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const init = async (name: string, deploy: string) => {
    await run(
      folder,
      {},
      process.execPath,
      join(root, 'dist/baton.js'),
      'init',
      name,
      '--job',
      jobName,
      '--deploy',
      deploy,
      '--yes',
    );
    install(join(folder, name));
    return join(folder, name);
  };
  const runScript = async (where: string, environment: object, script: string, ...args: string[]) => {
    const printed = await run(where, environment, 'npm', 'run', '--silent', script, '--', ...args, '--json');
    return JSON.parse(printed.slice(printed.indexOf('{')));
  };

  it('A project that baton init wrote runs on this machine, over several invocations, to its end', async () => {
    const report = await runScript(project, {}, 'dev');
    expect(report).toMatchObject({
      outcome: 'completed',
      executions: [{ job: jobName, result: { rowCount } }],
    });
    expect(report.invocations.count).toBeGreaterThan(2);
  });

  it('A project that baton init wrote passes the type checker', async () => {
    await typecheck;
  });

  it('A project that baton init wrote passes its own test', async () => {
    expect(await run(project, {}, 'npm', 'test')).toMatch(/# pass 1\b|ℹ pass 1\b/);
  });

  it('A project that baton init wrote is found healthy by its script doctor, which synthesizes it, and reads its job out of what would be deployed', async () => {
    const diagnosis = await runScript(project, {}, 'doctor');
    expect(diagnosis).toMatchObject({ errorCount: 0, warningCount: 0 });
    expect(diagnosis.findings).toContainEqual({
      level: 'ok',
      subject: 'time-out',
      what: `900000 ms, of which job ${jobName} works ${workMs} ms.`,
    });
  });

  it('A project that baton init wrote runs on this machine as what would be deployed as well', async () => {
    // What `dev:template` does after the synthesis, which the doctor has asked for already.
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    const [synth, command] = scripts['dev:template'].split(' && ');
    expect(synth).toBe('npm run synth');
    const report = JSON.parse(await run(project, {}, 'npx', '--no-install', ...command.split(' '), '--json'));
    expect(report).toMatchObject({ outcome: 'completed', executions: [{ result: { rowCount } }] });
  });

  it('A project that baton init wrote for SAM builds job and sweeper where the template looks for them, and has its script doctor look at what was deployed', async () => {
    const sam = await init('sam-jobs', 'sam');
    await run(sam, {}, 'npm', 'run', 'build');
    const template = readFileSync(join(sam, 'template.yaml'), 'utf8');
    expect([...template.matchAll(/CodeUri: (.*)/g)].map(([, folder]) => folder)).toEqual([
      'dist/',
      'node_modules/lambda-baton/dist/sweeper/',
    ]);
    expect(template).toContain(`BATON_SWEEP_JOB: ${jobName}`);
    expect(existsSync(join(sam, 'node_modules/lambda-baton/dist/sweeper/index.mjs'))).toBe(true);
    const lambda = await LocalLambda.start();
    try {
      const name = 'stack-Job-1ABC';
      await lambda.createFunction({
        name,
        code: join(sam, 'dist'),
        timeoutMs: 900_000,
        memoryMb: 512,
        recursiveLoop: 'Allow',
      });
      lambda.setAlias(name, 'live', lambda.publishVersion(name));
      const credentials = { AWS_ACCESS_KEY_ID: 'doctor', AWS_SECRET_ACCESS_KEY: 'doctor' };
      const aws = { AWS_ENDPOINT_URL: lambda.endpoint, AWS_REGION: lambda.region, ...credentials };
      const { findings } = await runScript(sam, aws, 'doctor', `${name}:live`);
      expect(findings).toContainEqual({
        level: 'ok',
        subject: 'time-out',
        what: `900000 ms, of which job ${jobName} works ${workMs} ms.`,
      });
    } finally {
      await lambda.stop();
    }
  });
});

/** Runs a command and answers what it printed; throws that when it fails. */
function run(
  directory: string,
  environment: object,
  command: string,
  ...args: readonly string[]
): Promise<string> {
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part) => {
    stdout += part;
  });
  child.stderr.on('data', (part) => {
    stderr += part;
  });
  return new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (status) => {
      if (status === 0) settle(stdout);
      else fail(new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`));
    });
  });
}
