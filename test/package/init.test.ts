import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

jest.setTimeout(240_000);

const root = join(__dirname, '../..');
const jobName = 'CountRows';

describe('a project that baton init wrote', () => {
  let folder = '';
  let project = '';

  beforeAll(() => {
    const module = JSON.stringify(pathToFileURL(join(root, 'scripts/lib/ensure-built.mjs')));
    execFileSync(process.execPath, ['-e', `import(${module}).then(({ ensureBuilt }) => ensureBuilt())`]);
    folder = mkdtempSync(join(tmpdir(), 'baton-init-test-'));
    project = join(folder, 'jobs');
    run(folder, process.execPath, join(root, 'dist/baton.js'), 'init', 'jobs', '--job', jobName, '--deploy', 'cdk', '--yes');
    install(project);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes its own test', () => {
    expect(run(project, 'npm', 'test')).toMatch(/# pass 1\b|ℹ pass 1\b/);
  });

  it('passes the type checker', () => {
    expect(() => run(project, 'npm', 'run', 'typecheck')).not.toThrow();
  });

  it('runs on this machine, over several invocations, to its end', () => {
    const report = JSON.parse(run(project, 'npm', 'run', '--silent', 'dev', '--', '--json'));
    expect(report).toMatchObject({ outcome: 'completed', executions: [{ job: jobName, result: { rowCount: 200 } }] });
    expect(report.invocations.count).toBeGreaterThan(2);
  });

  it('synthesizes a template, which runs on this machine as well', () => {
    const { app } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'));
    run(project, 'sh', '-c', `CDK_OUTDIR=cdk.out; export CDK_OUTDIR; ${app}`);
    const template = `cdk.out/${jobName}Stack.template.json`;
    const printed = run(project, process.execPath, join(root, 'dist/baton.js'), 'dev', '--template', template, '--timeout', '5s', '--json');
    expect(JSON.parse(printed)).toMatchObject({ outcome: 'completed', executions: [{ result: { rowCount: 200 } }] });
  });

  it('is found healthy by baton doctor, which reads its job out of what would be deployed', () => {
    const template = `cdk.out/${jobName}Stack.template.json`;
    const diagnosis = JSON.parse(run(project, join(project, 'node_modules/.bin/baton'), 'doctor', '--template', template, '--json'));
    expect(diagnosis).toMatchObject({ errorCount: 0, warningCount: 0 });
    expect(diagnosis.findings).toContainEqual({
      level: 'ok',
      subject: 'time-out',
      what: `900000 ms, of which job ${jobName} works 898000 ms.`,
    });
  });
});

/** Does without a registry what npm install does: links what the manifest names, and the commands of its scripts. */
function install(project: string): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (name === 'aws-cdk') continue;
    link(name === 'lambda-baton' ? root : join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  for (const command of ['esbuild', 'tsc']) link(join(root, 'node_modules/.bin', command), join(project, 'node_modules/.bin', command));
  writeFileSync(join(project, 'node_modules/.bin/baton'), `#!/bin/sh\nexec node '${root}/dist/baton.js' "$@"\n`, { mode: 0o755 });
  writeFileSync(join(project, 'package-lock.json'), '{}');
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** Runs a command and returns what it printed; throws that when it fails. */
function run(directory: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}
