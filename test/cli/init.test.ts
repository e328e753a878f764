import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import manifest from '../../package.json';
import { main } from '../../src/cli/main';
import { readPrinted } from './read-printed';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-init-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (path: string) => readFileSync(join(folder, 'jobs', path), 'utf8');
const init = (...options: string[]) => readPrinted(['init', join(folder, 'jobs'), ...options]);

describe('baton init', () => {
  it.each([
    ['cdk', ['infra/app.ts', 'cdk.json']],
    ['sam', ['template.yaml']],
    ['none', []],
  ])('baton init writes job, test, scripts and what %s needs', async (tool, deployment) => {
    const { exitCode, stdout, stderr } = await init('--deploy', tool);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^✔ \d+ files in .*\n\n {2}cd .*\n {2}npm install\n {2}npm test\n {2}npm run dev\n$/,
    );
    const files = [
      'package.json',
      'tsconfig.json',
      '.gitignore',
      'README.md',
      'src/job.ts',
      'src/job.test.ts',
    ];
    for (const file of [...files, ...deployment]) expect(existsSync(join(folder, 'jobs', file))).toBe(true);
    expect(existsSync(join(folder, 'jobs', 'cdk.json'))).toBe(tool === 'cdk');
  });

  it('baton init names the job everywhere', async () => {
    await init('--job', 'ReconcilePayments');
    expect(read('src/job.ts')).toMatch(/@LongRunning\({\s+name: 'ReconcilePayments'/);
    for (const file of ['src/job.ts', 'src/job.test.ts', 'infra/app.ts', 'package.json']) {
      expect(read(file)).toContain('ReconcilePayments');
      expect(read(file)).not.toContain('ExampleJob');
    }
  });

  it.each([
    [
      'cdk',
      'npm run synth && baton doctor --template cdk.out/ExampleJobStack.template.json',
      'npm run doctor          # ',
    ],
    ['sam', 'baton doctor --bundle src/job.ts', 'npm run doctor -- NAME:live   # '],
    ['none', 'baton doctor --bundle src/job.ts', 'npm run doctor -- NAME:live   # '],
  ])('baton init has the doctor asked by a script of its own: %s', async (tool, script, line) => {
    await init('--deploy', tool);
    expect(JSON.parse(read('package.json')).scripts.doctor).toBe(script);
    expect(read('README.md')).toContain(line);
  });

  it('baton init asks for packages that lambda-baton works with', async () => {
    await init('--deploy', 'cdk');
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    expect(dependencies['lambda-baton']).toBe('^1.2.3');
    const peers: Readonly<Record<string, string>> = manifest.peerDependencies;
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies } as Record<
      string,
      string
    >)) {
      if (name in peers) expect(leastOf(range)).toBeGreaterThanOrEqual(leastOf(peers[name] ?? ''));
    }
    const forLater = [
      '@aws-sdk/client-s3',
      '@aws-sdk/client-scheduler',
      '@aws-lambda-powertools/metrics',
      '@opentelemetry/api',
    ];
    const optional = Object.keys(peers).filter((name) => !forLater.includes(name));
    expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(expect.arrayContaining(optional));
  });

  it('baton init writes nothing over', async () => {
    await init();
    writeFileSync(join(folder, 'jobs', 'src/job.ts'), 'mine');
    const { exitCode, stdout, stderr } = await init();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      /^CliError: .* already has package\.json, .*src\/job\.ts, .*, and nothing is written over\.\n→ /,
    );
    expect(read('src/job.ts')).toBe('mine');
  });

  it('baton init asks three questions on a terminal, and takes an empty answer for the default', async () => {
    const { exitCode, stdout } = await answer(['init'], `${join(folder, 'jobs')}\n\nsam\n`);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Directory \(my-job\): Name of the job class \(ExampleJob\): Deployed with \(cdk, sam, none\) \(cdk\): ✔ /,
    );
    expect(existsSync(join(folder, 'jobs', 'template.yaml'))).toBe(true);
  });

  it('baton init asks again when an answer is none, with the reason', async () => {
    const { exitCode, stdout } = await answer(
      ['init'],
      `${join(folder, 'jobs')}\nnope\nCountRows\nheroku\nsam\n`,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--job nope: that is no name of a job class');
    expect(stdout).toContain('→ Write cdk or sam or none.\nDeployed with (cdk, sam, none) (cdk): ✔ ');
    expect(read('src/job.ts')).toContain('CountRows');
  });

  it.each([
    'My Job',
    'Größe',
    '日本',
    '.hidden',
    '_under',
    'favicon.ico',
    'x'.repeat(230),
    "it's",
    'node_modules',
  ])('baton init writes a name that npm accepts, whatever the folder is called: %s', async (name) => {
    const { exitCode, stdout } = await readPrinted(['init', join(folder, name), '--yes']);
    expect(exitCode).toBe(0);
    const manifest = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'));
    expect(manifest.name).toMatch(/^(?!node_modules$|favicon\.ico$)[a-z0-9][a-z0-9._-]{0,213}$/);
    if (/[ ']/.test(name)) expect(stdout).toMatch(/\n {2}cd '/);
  });

  it('baton init asks nothing that it was told, and nothing at all with --yes', async () => {
    const told = await answer(['init', join(folder, 'jobs'), '--job', 'CountRows', '--deploy', 'none'], '');
    expect(told.stdout).toMatch(/^✔ /);
    const silent = await answer(['init', join(folder, 'others'), '--yes'], 'nonsense\nnonsense\n');
    expect(silent.stdout).toMatch(/^✔ /);
  });

  it.each([
    [['a', 'b'], 'baton init makes one project, not also b.'],
    [['--job', 'x'], '--job x: that is no name of a job class'],
    [['--deploy', 'heroku'], '--deploy heroku: that is no choice.\n→ Write cdk or sam or none.'],
    [['--force'], 'baton init has no option --force.'],
  ])('baton init refuses %p with 2', async (args, message) => {
    expect(await readPrinted(['init', ...args])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(message),
    });
  });

  it('baton init explains itself', async () => {
    expect((await readPrinted(['init', '--help'])).stdout).toContain('--deploy <cdk|sam|none>');
  });
});

/** Major and minor version at which a range begins, as one number. */
function leastOf(range: string): number {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(range) ?? [];
  return Number(major) * 10_000 + Number(minor);
}

/** Runs a command line on a terminal, with these answers. */
async function answer(args: readonly string[], answers: string) {
  let stdout = '';
  const exitCode = await main(args, {
    streams: {
      stdout: { isTTY: true, write: (text) => (stdout += text) },
      stderr: { write: (text) => (stdout += text) },
      stdin: Object.assign(Readable.from([answers]), { isTTY: true }),
      environment: { NO_COLOR: '1' },
      workingDirectory: '',
    },
    interruption: new AbortController().signal,
    readVersion: () => '1.2.3',
    readPackageFile: (path) => readFileSync(join(__dirname, '../..', path), 'utf8'),
  });
  return { exitCode, stdout };
}
