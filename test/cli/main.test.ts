import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPrinted } from './read-printed';

describe('baton', () => {
  it.each(['--help', '-h', 'help'])('baton explains itself with %s', async (argument) => {
    expect(await readPrinted([argument])).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('Usage\n  baton init [directory] '),
    });
  });

  it.each(['--version', '-v'])('baton says its version with %s', async (argument) => {
    expect(await readPrinted([argument])).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });

  it.each([
    [[], 'CliError: baton needs a command.\n→ Write baton dev <file>, or see baton --help.\n'],
    [['dve', 'x.ts'], 'CliError: baton has no command dve.\n→ Did you mean baton dev?\n'],
    [['--verison'], 'CliError: baton has no command --verison.\n→ Did you mean baton --version?\n'],
    [['deploy'], 'CliError: baton has no command deploy.\n→ Write baton dev <file>, or see baton --help.\n'],
    [
      ['dev'],
      'CliError: baton dev needs the file that exports the handler.\n→ Write baton dev src/job.ts, or the path of a bundle.\n',
    ],
  ])('baton refuses %p with 2', async (args, stderr) => {
    expect(await readPrinted(args)).toEqual({ exitCode: 2, stdout: '', stderr });
  });

  it.each([
    ['dev', 'nowhere.ts'],
    ['dev', __filename, '--event', 'nowhere.json'],
    ['dev', __filename, '--node', '/nowhere/node'],
    ['dev', '--template', 'nowhere.template.json'],
    ['start', '--bundle', 'nowhere.ts', '--directory', __dirname],
    ['redrive', 'x', '--bundle', 'nowhere.ts', '--directory', __dirname],
    ['start', 'function', '--event', 'nowhere.json'],
    ['estimate', '--items', '1', '--ms-per-item', '1', '--prices', 'nowhere.json'],
    ['doctor', '--template', 'nowhere.template.json'],
    ['doctor', 'function', '--bundle', 'nowhere.ts'],
    ['list', '--directory', '/nowhere'],
  ])('baton ends with 2 when a file is missing: %s %s %s %s', async (...args) => {
    const { exitCode, stdout, stderr } = await readPrinted(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/nowhere.*\n→ /);
  });

  it('baton says that the Region is missing, instead of what the SDK was asked for then', async () => {
    const before = process.env;
    process.env = {
      ...before,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'y',
    };
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) delete process.env[name];
    try {
      const start = await readPrinted([
        'start',
        'reconcile',
        '--directory',
        mkdtempSync(join(tmpdir(), 'baton-main-test-')),
      ]);
      expect(start).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringMatching(/^CliError: .*Region is missing\.\n→ Set AWS_REGION/),
      });
    } finally {
      process.env = before;
    }
  });

  it('baton leaves what a signal interrupts, with the exit code of the signal', async () => {
    const interruption = AbortSignal.abort({ exitCode: 143 });
    expect(await readPrinted(['list', '--directory', __dirname], { interruption })).toMatchObject({
      exitCode: 143,
    });
  });

  it('baton prints errors in colour where that is asked for', async () => {
    const { stderr } = await readPrinted(['deploy'], { environment: { FORCE_COLOR: '1' } });
    expect(stderr).toContain('\u001b[31mCliError:\u001b[39m');
  });
});

describe('baton dev', () => {
  it('baton dev explains all its options in 100 columns', async () => {
    const { stdout, exitCode } = await readPrinted(['dev', '--help']);
    expect(exitCode).toBe(0);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
    for (const option of ['event', 'timeout', 'memory', 'handler', 'crash', 'seed', 'json', 'quiet'])
      expect(stdout).toContain(`--${option}`);
  });

  it.each([
    [['--event', 'nowhere.json'], 'The event file nowhere.json cannot be read (ENOENT).'],
    [['--event', '{"a":'], 'The event is not JSON: '],
    [['--event', '-'], 'Standard input is not JSON: '],
  ])('baton dev refuses the event %p with 2', async (options, problem) => {
    const { exitCode, stderr } = await readPrinted(['dev', 'job.ts', ...options], { stdin: 'no json' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(problem) });
    expect(stderr).toContain('\n→ ');
  });

  it('baton dev refuses a Node that is not there', async () => {
    const { exitCode, stderr } = await readPrinted(['dev', __filename, '--node', '/nowhere/node']);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/^CliError: --node \/nowhere\/node: there is no such file\.\n→ /),
    });
  });

  it('baton dev says where it looked for the file, and leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('lambda-baton-'));
    const { exitCode, stdout, stderr } = await readPrinted(['dev', 'no/such-job.ts']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^CliError: There is no file or directory .*no\/such-job\.ts\.\n→ /);
    expect(
      readdirSync(tmpdir()).filter((name) => name.startsWith('lambda-baton-') && !before.includes(name)),
    ).toEqual([]);
  });
});
