import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The argument parser is CommonJS, and asks for Node's own modules by `require`. */
const requireOfNode =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";
const root = join(__dirname, '../../..');
const job = join(__dirname, 'fixtures/counting-job.ts');

let folder: string;
let cli: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-cli-test-'));
  cli = join(folder, 'baton.mjs');
  await build({
    entryPoints: [join(root, 'src/cli/baton.ts')],
    outfile: cli,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    banner: { js: requireOfNode },
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the real command line with a job that runs for long, in a temporary directory of its own. Resolves when the job is running. */
async function startLongRun(): Promise<{ baton: ChildProcess; temporary: string; readOutput: () => string }> {
  const temporary = mkdtempSync(join(folder, 'run-'));
  const args = [
    cli,
    'dev',
    job,
    '--event',
    '{"pages":1000000,"pageMs":20,"say":"page"}',
    '--timeout',
    '1m',
    '--no-store',
  ];
  const baton = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const isRunning = new Promise<void>((resolve) => {
    baton.stdout?.on('data', (chunk) => {
      output += chunk;
      if (output.includes('page 3')) resolve();
    });
  });
  await isRunning;
  return { baton, temporary, readOutput: () => output };
}

/** The processes whose command line names a directory: the environments and the shell that guards them. */
function findProcesses(directory: string): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.map(readCommandLine).filter((commandLine) => commandLine.includes(directory));
}

function readCommandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

async function waitUntil(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('baton dev', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'baton ends every process and removes every file at %s, with its exit code %p',
    async (signal, exitCode) => {
      const { baton, temporary, readOutput } = await startLongRun();
      expect(findProcesses(temporary)).not.toEqual([]);
      baton.kill(signal);
      expect(await once(baton, 'exit')).toEqual([exitCode, null]);
      expect(findProcesses(temporary)).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
      expect(readOutput()).toContain('✖ stopped after');
    },
  );

  it('baton leaves no process behind even when it is killed', async () => {
    const { baton, temporary } = await startLongRun();
    baton.kill('SIGKILL');
    await once(baton, 'exit');
    await waitUntil(() => findProcesses(temporary).length === 0 && readdirSync(temporary).length === 0);
    expect(findProcesses(temporary)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

onLinux('baton whose reader goes away', () => {
  const run = (command: string) => {
    const temporary = mkdtempSync(join(folder, 'pipe-'));
    const shell = `set -o pipefail; ${command.replace('baton', `'${process.execPath}' '${cli}'`)}`;
    const { stderr, status } = spawnSync('bash', ['-c', shell], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: temporary, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });
    return { stderr, status, files: readdirSync(temporary), processes: findProcesses(temporary) };
  };

  it.each([
    'baton --help | true',
    'baton dev --help | true',
    'baton estimate --items 1e6 --ms-per-item 40 | true',
    'baton frobnicate 2>&1 | true',
  ])('baton ends without a word: %s', (command) => {
    const { stderr, status } = run(command);
    expect(stderr).toBe('');
    expect([0, 2, 141]).toContain(status);
  });

  it('baton stops what it runs in good order, with the exit code of a closed pipe', () => {
    const event = '{"pages":1000000,"pageMs":20,"say":"page"}';
    expect(run(`baton dev ${job} --event '${event}' --timeout 1m --no-store | head -1 > /dev/null`)).toEqual({
      stderr: '',
      status: 141,
      files: [],
      processes: [],
    });
  });
});

describe('baton', () => {
  it('baton ends by itself with the exit code', async () => {
    const baton = spawn(
      process.execPath,
      [cli, 'dev', job, '--event', '{"pages":1,"pageMs":1}', '--json', '--timeout', '1s', '--no-store'],
      {
        cwd: root,
      },
    );
    let output = '';
    baton.stdout.on('data', (chunk) => {
      output += chunk;
    });
    expect(await once(baton, 'close')).toEqual([0, null]);
    expect(JSON.parse(output)).toMatchObject({ outcome: 'completed' });
  });
});
